package io.github.tideover.testkit;

/**
 * A refusal as it goes out.
 *
 * @param status the HTTP status, which may be 200
 * @param body JSON
 */
record Refusal(int status, String body) {
    /** Within HTTP 200, a refusal comes as what was asked for: an event, where that is a stream. */
    private boolean isEvent(boolean isStream) {
        return isStream && status == 200;
    }

    String contentType(boolean isStream) {
        return isEvent(isStream) ? "text/event-stream; charset=utf-8" : "application/json";
    }

    String text(boolean isStream) {
        return isEvent(isStream) ? "data: " + body + "\n\n" : body;
    }
}
