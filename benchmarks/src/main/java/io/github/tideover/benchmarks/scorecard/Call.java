package io.github.tideover.benchmarks.scorecard;

import org.jspecify.annotations.Nullable;

/**
 * One call, as its caller saw it.
 *
 * @param began when it began, in milliseconds since the scenario did
 * @param ended when it ended, or when it was given up
 * @param hasEnded whether it ended by itself
 * @param text what was on the screen then
 * @param model the model that the reply names
 * @param hasUsage whether the reply says how many tokens were used
 * @param error the exception with its causes; null for success
 */
record Call(
        long began,
        long ended,
        boolean hasEnded,
        String text,
        @Nullable String model,
        boolean hasUsage,
        @Nullable String error) {
    private static final int LONGEST_ERROR_TOLD = 200;

    long millis() {
        return ended - began;
    }

    boolean isSuccess() {
        return hasEnded && error == null;
    }

    boolean isError() {
        return hasEnded && error != null;
    }

    /** The caller got the answer, all of it, and was told so. */
    boolean isWhole() {
        return isSuccess() && HealthyAnswer.is(text);
    }

    /** The caller was told that it got the answer, and did not. */
    boolean isFalseSuccess() {
        return isSuccess() && !HealthyAnswer.is(text);
    }

    boolean names(String wanted) {
        return wanted.equals(model);
    }

    /** Whether the caller could have read this anywhere. */
    boolean shows(String words) {
        return text.contains(words) || error != null && error.contains(words);
    }

    /** What happened, in a few words. */
    String story() {
        String shown = HealthyAnswer.wordsIn(text) + " of " + HealthyAnswer.TOKENS.size() + " words";
        if (!hasEnded) {
            return "no end, " + shown + " shown";
        }
        if (error != null) {
            return (text.isEmpty() ? "" : shown + " shown, then ") + shortened(error);
        }
        if (isFalseSuccess()) {
            return "success reported with " + shown;
        }
        return "answered" + (model == null || model.isEmpty() ? ", no model named" : " by " + model);
    }

    private static String shortened(String error) {
        return error.length() <= LONGEST_ERROR_TOLD ? error : error.substring(0, LONGEST_ERROR_TOLD) + "…";
    }
}
