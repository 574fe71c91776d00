package io.github.tideover.benchmarks;

/** What every contender asks, so that all send the same, and what it is told. */
final class Question {
    static final String API_KEY = "sk-not-a-key-but-as-long-as-one-0123456789abcdefghijkl";
    static final String MODEL = "small-model";
    static final String SYSTEM = "You are a helpful assistant.";
    static final String USER = "Where is my order?";

    private Question() {}

    /** The text of a whole reply, if it is the one that was sent. */
    static String checked(String text) {
        if (!text.equals(StubProvider.TEXT)) {
            throw new AssertionError("the reply was: " + text);
        }
        return text;
    }
}
