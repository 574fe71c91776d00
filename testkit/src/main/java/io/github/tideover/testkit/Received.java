package io.github.tideover.testkit;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as it was read.
 *
 * @param method GET or POST, as a rule
 * @param target path and query
 * @param headers by name in small letters; of two with the same name, the later
 * @param body its text
 */
record Received(String method, String target, Map<String, String> headers, String body) {
    String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    @Nullable
    String header(String name) {
        return headers.get(name);
    }

    boolean isLast() {
        String connection = headers.get("connection");
        return connection != null && connection.toLowerCase(Locale.ROOT).contains("close");
    }
}
