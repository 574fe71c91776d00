package io.github.tideover.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a list of items in the manner of RFC 9651, as far as the fields on rate limits have them: texts or tokens with parameters.
 * Strictly, as that document wants it: a field with one error in it is no field.
 */
final class StructuredList {
    /**
     * A member of the list.
     *
     * @param name the item, a text or a token
     * @param parameters texts, tokens, whole numbers as {@code Long}; of other sorts only that they are there
     */
    record Member(String name, Map<String, Object> parameters) {}

    private final String text;
    private int at;

    private StructuredList(String text) {
        this.text = text;
    }

    /** The members, or an empty list if it is none. */
    static List<Member> read(String text) {
        try {
            return new StructuredList(text).members();
        } catch (Malformed e) {
            return List.of();
        }
    }

    private List<Member> members() throws Malformed {
        List<Member> members = new ArrayList<>();
        skip(" ");
        while (at < text.length()) {
            Object name = item();
            if (!(name instanceof String member)) {
                throw new Malformed();
            }
            members.add(new Member(member, parameters()));
            skip(" \t");
            if (at == text.length()) {
                return members;
            }
            expect(',');
            skip(" \t");
            if (at == text.length()) {
                throw new Malformed();
            }
        }
        return members;
    }

    private Map<String, Object> parameters() throws Malformed {
        Map<String, Object> parameters = new LinkedHashMap<>();
        while (peek() == ';') {
            at++;
            skip(" ");
            String key = key();
            Object value = true;
            if (peek() == '=') {
                at++;
                value = item();
            }
            parameters.put(key, value); // the last one counts
        }
        return parameters;
    }

    private String key() throws Malformed {
        int start = at;
        if (!isLower(peek()) && peek() != '*') {
            throw new Malformed();
        }
        while (isLower(peek()) || isDigit(peek()) || (peek() != 0 && "_-.*".indexOf(peek()) >= 0)) {
            at++;
        }
        return text.substring(start, at);
    }

    private Object item() throws Malformed {
        char first = peek();
        if (first == '"') {
            return quoted();
        }
        if (first == '-' || isDigit(first)) {
            return number();
        }
        if (first == ':') {
            return bytes();
        }
        if (first == '?') {
            at++;
            char value = peek();
            at++;
            if (value != '0' && value != '1') {
                throw new Malformed();
            }
            return value == '1';
        }
        if (first == '*' || isLetter(first)) {
            int start = at;
            while (isTokenPart(peek())) {
                at++;
            }
            return text.substring(start, at);
        }
        throw new Malformed();
    }

    private String quoted() throws Malformed {
        StringBuilder value = new StringBuilder();
        at++;
        while (true) {
            char c = peek();
            at++;
            if (c == '"') {
                return value.toString();
            }
            if (c == '\\') {
                c = peek();
                at++;
                if (c != '"' && c != '\\') {
                    throw new Malformed();
                }
            } else if (c < ' ' || c > '~') { // the end of the text is one of these too
                throw new Malformed();
            }
            value.append(c);
        }
    }

    private Object number() throws Malformed {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        int digits = digits();
        if (digits == 0 || digits > 15) {
            throw new Malformed();
        }
        if (peek() != '.') {
            return Long.parseLong(text.substring(start, at));
        }
        at++;
        int after = digits();
        if (digits > 12 || after == 0 || after > 3) {
            throw new Malformed();
        }
        return Double.parseDouble(text.substring(start, at));
    }

    private int digits() {
        int start = at;
        while (isDigit(peek())) {
            at++;
        }
        return at - start;
    }

    private Object bytes() throws Malformed {
        int end = text.indexOf(':', at + 1);
        if (end < 0) {
            throw new Malformed();
        }
        for (int i = at + 1; i < end; i++) {
            char c = text.charAt(i);
            if (!isLetter(c) && !isDigit(c) && "+/=".indexOf(c) < 0) {
                throw new Malformed();
            }
        }
        at = end + 1;
        return true;
    }

    private void expect(char wanted) throws Malformed {
        if (peek() != wanted) {
            throw new Malformed();
        }
        at++;
    }

    private void skip(String what) {
        while (at < text.length() && what.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    /** The next character, or zero at the end. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private static boolean isLower(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isLetter(char c) {
        return isLower(c) || c >= 'A' && c <= 'Z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isTokenPart(char c) {
        return isLetter(c) || isDigit(c) || c != 0 && "!#$%&'*+-.^_`|~:/".indexOf(c) >= 0;
    }

    /** A whole number among the parameters, or null. */
    static @Nullable Long whole(Map<String, Object> parameters, String name) {
        return parameters.get(name) instanceof Long number ? number : null;
    }

    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }
}
