package io.github.tideover.testkit;

/**
 * What a reply is made of, whatever the dialect.
 *
 * @param number which request of the server's it answers; its ids are made of it
 * @param model the model that was asked
 * @param created seconds since the epoch
 * @param text all of the text
 * @param inputTokens tokens of the request, of four characters each
 * @param outputTokens tokens of the text, a word each
 * @param wantsUsage whether the request asked for counts in the stream
 */
record Answering(
        long number, String model, long created, String text, long inputTokens, int outputTokens, boolean wantsUsage) {}
