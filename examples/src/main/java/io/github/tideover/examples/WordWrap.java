package io.github.tideover.examples;

/** Breaks text that comes in pieces into lines of a width, between words. It knows in which column the last one ended. */
final class WordWrap {
    private static final String INDENT = "       ";
    /** From here on most characters are drawn two columns wide. */
    private static final int FIRST_WIDE = 0x1100;

    private final StringBuilder word = new StringBuilder();
    private int width;
    private int column = 1;
    private int spaces;

    WordWrap(int width) {
        this.width = width;
    }

    void width(int columns) {
        width = columns;
    }

    /** The column, from 1, in which the next character goes. */
    int column() {
        return Math.min(column, width);
    }

    /** Begins a line. */
    String breakLine(String start) {
        column = 1 + columns(start);
        spaces = 0;
        return "\r\n" + start;
    }

    /** What can be written of a text; its last word is kept until it is known to be whole. */
    String add(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ' || c == '\n') {
                out.append(rest());
                spaces++;
                if (c == '\n') {
                    out.append(breakLine(INDENT));
                }
            } else {
                word.append(c);
            }
        }
        return out.toString();
    }

    /** The word that was kept. */
    String rest() {
        if (word.isEmpty()) {
            return "";
        }
        String rest = word.toString();
        word.setLength(0);
        return place(rest);
    }

    /** Text that is not to be broken, drawn in a style. */
    String addWhole(String text, String style, String styleEnd) {
        spaces = text.length() - text.stripLeading().length();
        String placed = place(text.strip());
        return style + placed + styleEnd;
    }

    private String place(String text) {
        StringBuilder out = new StringBuilder();
        if (column + spaces + columns(text) > width + 1 && column > 1 + INDENT.length()) {
            out.append(breakLine(INDENT));
        }
        out.append(" ".repeat(spaces));
        column += spaces;
        spaces = 0;
        int[] characters = text.codePoints().toArray();
        for (int c : characters) { // a word that is wider than a line is cut
            int columns = c >= FIRST_WIDE ? 2 : 1;
            if (column + columns > width + 1) {
                out.append(breakLine(INDENT));
            }
            out.appendCodePoint(c);
            column += columns;
        }
        return out.toString();
    }

    private static int columns(String text) {
        return text.codePoints().map(c -> c >= FIRST_WIDE ? 2 : 1).sum();
    }
}
