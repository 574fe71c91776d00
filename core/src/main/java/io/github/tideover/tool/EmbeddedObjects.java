package io.github.tideover.tool;

import java.util.ArrayList;
import java.util.List;

/**
 * What may be a JSON object between words: from a brace to the one that closes it. What stands inside of one is never taken for
 * another, so half of a cut object is none.
 */
final class EmbeddedObjects {
    private EmbeddedObjects() {}

    /** The candidates in order; none at all if one of them does not end, or is an element of an array. */
    static List<String> in(String text) {
        List<String> found = new ArrayList<>(1);
        char before = ' ';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '{') {
                int end = endOf(text, i);
                if (end < 0 || before == '[') {
                    return List.of();
                }
                found.add(text.substring(i, end));
                i = end - 1;
            }
            before = Character.isWhitespace(c) ? before : c;
        }
        return found;
    }

    /** Behind the brace that closes the one at {@code start}; -1 if there is none. */
    private static int endOf(String text, int start) {
        int depth = 0;
        boolean isQuoted = false;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isQuoted) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    isQuoted = false;
                }
            } else if (c == '"') {
                isQuoted = true;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                return i + 1;
            }
        }
        return -1;
    }
}
