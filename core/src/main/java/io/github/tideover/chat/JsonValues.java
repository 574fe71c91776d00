package io.github.tideover.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON values as the JDK's own types, copied so that a caller who changes a list or map later changes no request. */
final class JsonValues {
    private JsonValues() {}

    /** Copies a JSON object; {@code what} names it in a refusal. */
    static Map<String, Object> object(String what, Map<?, ?> map) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, each) -> {
            if (!(key instanceof String field)) {
                throw new IllegalArgumentException(
                        what + " holds a map with a key that is not a String but " + typeOf(key));
            }
            copy.put(field, value(what, each));
        });
        return Collections.unmodifiableMap(copy);
    }

    /** Copies a JSON value; {@code what} names it in a refusal. */
    static Object value(String what, @Nullable Object value) {
        if (value instanceof String || value instanceof Boolean) {
            return value;
        }
        if (value instanceof Double || value instanceof Float) {
            if (!Double.isFinite(((Number) value).doubleValue())) {
                throw new IllegalArgumentException(what + " holds " + value + ", which JSON lacks");
            }
            return value;
        }
        if (value instanceof Number) {
            return value;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(each -> value(what, each)).toList();
        }
        if (value instanceof Map<?, ?> map) {
            return object(what, map);
        }
        throw new IllegalArgumentException(
                what + " holds " + typeOf(value) + "; it takes a String, Number, Boolean, or a List or Map of these");
    }

    private static String typeOf(@Nullable Object value) {
        return value == null ? "null" : value.getClass().getName();
    }
}
