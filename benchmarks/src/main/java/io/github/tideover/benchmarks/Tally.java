package io.github.tideover.benchmarks;

/** What arrived of a stream: every token is looked at, none is kept. */
public final class Tally implements Contender.Tokens {
    private int tokens;
    private int characters;

    @Override
    public void add(String token) {
        // The first event has an empty one, and not every client hands that on.
        if (!token.isEmpty()) {
            tokens++;
            characters += token.length();
        }
    }

    Tally checked() {
        if (tokens != StubProvider.STREAMED_TOKENS || characters != StubProvider.STREAMED_CHARACTERS) {
            throw new AssertionError("a stream of " + tokens + " tokens and " + characters + " characters");
        }
        return this;
    }
}
