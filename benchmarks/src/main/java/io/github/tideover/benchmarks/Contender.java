package io.github.tideover.benchmarks;

import java.io.IOException;

/** The chat clients put to the test, by the names they have in the tables. */
final class Contender {
    /** What all others are compared with. */
    static final String RAW = "raw";

    /** The same, put together from libraries by hand. */
    static final String HAND_ASSEMBLED = "handAssembled";

    /** Ours. */
    static final String TIDEOVER = "tideover";

    private Contender() {}

    /** Makes a client, to be used for many calls. */
    static Client open(String name, String baseUrl) {
        return switch (name) {
            case RAW -> new RawClient(baseUrl);
            case HAND_ASSEMBLED -> new HandAssembledClient(baseUrl);
            case TIDEOVER -> new TideoverClient(baseUrl);
            default -> {
                for (Speech speech : Speech.values()) {
                    if (name.equals(speech.contender)) {
                        yield new TideoverClient(baseUrl, speech);
                    }
                }
                yield Peers.open(name, baseUrl);
            }
        };
    }

    /** A client. All send the same conversation and read every reply to its end. */
    interface Client extends AutoCloseable {
        /** Asks for a whole reply and gives its text. */
        String chat() throws IOException;

        /** Asks for a streamed reply, hands every token over as it comes, and stops at its end. */
        void stream(Tokens tokens) throws IOException;

        @Override
        default void close() {}
    }

    /** Takes tokens. */
    interface Tokens {
        void add(String token);
    }
}
