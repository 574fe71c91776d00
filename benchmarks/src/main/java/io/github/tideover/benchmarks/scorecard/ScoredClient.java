package io.github.tideover.benchmarks.scorecard;

/** A client that is put through the scenarios, with the budget all have: two retries, 30 s, one fallback if it knows any. */
interface ScoredClient extends AutoCloseable {
    String QUESTION = "What does a harbour do when the tide is out?";
    String API_KEY = "sk-not-a-key";

    /**
     * Asks once, as an application would, and shows what comes. Returning means success: the application takes what is on
     * the screen for the answer.
     */
    void ask(boolean streamed, Screen screen) throws Exception;

    @Override
    default void close() {}

    /** Makes a client that knows nothing yet. */
    @FunctionalInterface
    interface Opener {
        ScoredClient open(String baseUrl, Profile profile);
    }
}
