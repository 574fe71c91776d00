package io.github.tideover.examples;

import org.jline.utils.WCWidth;

/** Breaks text that comes in pieces into lines of a width, between words. It knows in which column the last one ended. */
final class WordWrap {
    private static final String INDENT = " ".repeat(Screen.ANSWER.length());

    private final StringBuilder word = new StringBuilder();
    private int width;
    private int column = 1;
    private int rows = 1;
    private int spaces;

    WordWrap(int width) {
        this.width = width;
    }

    /**
     * Begins anew at the left edge.
     *
     * @param columns the width from now on
     */
    void begin(int columns) {
        width = columns;
        column = 1;
        rows = 1;
        spaces = 0;
        word.setLength(0);
    }

    /** How many lines there are since it began. */
    int rows() {
        return rows;
    }

    private String breakLine() {
        column = 1 + INDENT.length();
        rows++;
        spaces = 0;
        return "\n" + INDENT;
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
                    out.append(breakLine());
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

    /** Leaves this many columns free before what comes next. */
    void gap(int columns) {
        spaces = columns;
    }

    /** Text that is not to be broken unless it is wider than a line, drawn in a style. */
    String addWhole(String text, String style, String styleEnd) {
        String bare = text.strip();
        if (columns(bare) > width - INDENT.length()) {
            return style + breakLine() + add(bare) + rest() + styleEnd;
        }
        spaces = text.length() - text.stripLeading().length();
        return style + place(bare) + styleEnd;
    }

    private String place(String text) {
        StringBuilder out = new StringBuilder();
        if (column + spaces + columns(text) > width + 1 && column > 1 + INDENT.length()) {
            out.append(breakLine());
        }
        out.append(" ".repeat(spaces));
        column += spaces;
        spaces = 0;
        int[] characters = text.codePoints().toArray();
        for (int c : characters) { // a word that is wider than a line is cut
            int columns = columns(c);
            if (column + columns > width + 1) {
                out.append(breakLine());
            }
            out.appendCodePoint(c);
            column += columns;
        }
        return out.toString();
    }

    private static int columns(String text) {
        return text.codePoints().map(WordWrap::columns).sum();
    }

    private static int columns(int character) {
        return Math.max(0, WCWidth.wcwidth(character));
    }
}
