package io.github.tideover.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a reply is made of, whatever the dialect.
 *
 * @param number which request of the server's it answers; its ids are made of it
 * @param model the model that was asked
 * @param created seconds since the epoch
 * @param text all of the text
 * @param calls the tools that are called, in order
 * @param inputTokens tokens of the request
 * @param outputTokens tokens of the reply
 * @param wantsUsage whether the request asked for counts in the stream
 */
record Answering(
        long number,
        String model,
        long created,
        String text,
        List<Called> calls,
        long inputTokens,
        long outputTokens,
        boolean wantsUsage) {
    /**
     * A tool that is called.
     *
     * @param name the tool
     * @param arguments a JSON object
     */
    record Called(String name, String arguments) {
        List<String> tokens() {
            return Tokens.ofJson(arguments);
        }
    }

    /** Whether there is a text, be it an empty one: a reply without calls is one. */
    boolean hasText() {
        return calls.isEmpty() || !text.isEmpty();
    }

    List<String> textTokens() {
        return Tokens.of(text);
    }

    /** How many tokens a text and calls have: a word each, and of a call's arguments each name and each value. */
    static int tokens(String text, List<Called> calls) {
        int tokens = Tokens.of(text).size();
        for (Called call : calls) {
            tokens += call.tokens().size();
        }
        return tokens;
    }

    /** The id of a call, after what the dialect begins it with. */
    String callId(int index) {
        return number + "_" + index;
    }

    /** Everything there is, be it a text or a call: {@code text} of the text, {@code call} of each call. */
    List<Object> parts(Function<String, Object> text, CallPart call) {
        List<Object> parts = new ArrayList<>();
        if (hasText()) {
            parts.add(text.apply(this.text));
        }
        for (int i = 0; i < calls.size(); i++) {
            parts.add(call.of(i, calls.get(i)));
        }
        return parts;
    }

    /** How a dialect writes a call. */
    @FunctionalInterface
    interface CallPart {
        Object of(int index, Called call);
    }
}
