package io.github.tideover.wire;

import io.github.tideover.wire.ChunkFields.Hole;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The last chunk that was only text, with holes where its text, its counts and its padding were. A chunk with the same bytes
 * around the holes brings a new text and new counts and nothing else, and need not be parsed.
 *
 * <p>Why that is so. Let T be the chunk learned from, known to be JSON, and C the one at hand. T is cut into pieces at its
 * holes. A hole is all that stands between the two quotes of one string value, or all of a whole number, or all the white
 * space before the brace that ends T. C matches if it is the same pieces in the same order with nothing before or after
 * them, and if each hole is filled with its like: the inside of a valid JSON string, without a bare quote or a control character,
 * of whole escapes and whole UTF-8; a whole number as JSON writes it; white space or nothing. A JSON reader is in the same
 * state after the first piece of C as after that of T. It leaves a string at the same quote, since the filling holds none; a
 * number at the same byte, since what follows is no digit, neither in T nor in C; and white space tells it nothing. So it is in
 * the same state before the second piece; and so on to the end. Therefore C is JSON with the tokens of T, but for the values of
 * those strings and numbers. Of those that are read, each is the only one of its name ({@link HoleFinder}). All other fields of C
 * are T's, of which the dialect has said that they told it nothing, or nothing that it would not know by now.
 *
 * <p>Many a hole is filled as it was in every chunk of a stream, and to compare is faster than to look. So each but that of the
 * text is closed, and what is in it a part of the pieces, until a chunk comes that differs there.
 *
 * <p>For one thread.
 */
public final class ChunkTemplate {
    private final ChunkFields fields;
    private byte[] copy = new byte[512];
    private final Hole[] hole;
    /** Where in the copy they begin and end, and behind them the end of all. */
    private final int[] holeStart;

    private final int[] holeEnd;
    /** Which of the counts a hole is. */
    private final int[] number;

    private int holes;

    /** The holes that are looked into, as bits. What is in the others was the same ever since, and is a part of the pieces. */
    private int opened;

    private int open;
    /** Those holes in turn. Before each is a piece, and behind the last one what ends a chunk. */
    private final int[] openHole;

    private final int[] pieceStart;
    private final int[] pieceEnd;
    private final long[] counts;
    /** Where the text is of the chunk that was found last. */
    private int textStart;

    private int textEnd;

    private byte[] unescaped = new byte[64];

    /**
     * A template that has learned nothing yet.
     *
     * @param fields where its holes are
     */
    public ChunkTemplate(ChunkFields fields) {
        this.fields = fields;
        int most = fields.fields.size() + 1;
        hole = new Hole[most];
        holeStart = new int[most + 1];
        holeEnd = new int[most];
        number = new int[most];
        openHole = new int[most];
        pieceStart = new int[most + 1];
        pieceEnd = new int[most + 1];
        counts = new long[fields.counts];
    }

    /**
     * Keeps a chunk that was just read, and whose one effect was this text and its counts, besides what the reader takes once
     * and has taken.
     *
     * @param bytes holds the chunk, which is one JSON value
     * @param from where it begins
     * @param to where it ends
     * @param text what it said; nothing is learned of an empty one, nor if the text is not what stands in the field, nor of
     *     a chunk of several lines
     * @return whether it was learned; if not, what was learned before stands
     */
    public boolean learn(byte[] bytes, int from, int to, String text) {
        HoleFinder finder = new HoleFinder(fields, bytes);
        if (text.isEmpty() || !finder.find(from, to) || !isText(finder, bytes, text) || hasLineEnd(bytes, from, to)) {
            return false;
        }
        int length = to - from;
        if (copy.length < length) {
            copy = new byte[Math.max(length, copy.length * 2)];
        }
        System.arraycopy(bytes, from, copy, 0, length);
        holes = finder.found;
        holeStart[holes] = length;
        opened = 0;
        Arrays.fill(counts, -1);
        for (int i = 0; i < holes; i++) {
            hole[i] = finder.holes[i];
            number[i] = finder.number[i];
            holeStart[i] = finder.start[i] - from;
            holeEnd[i] = finder.end[i] - from;
            if (hole[i] == Hole.TEXT) {
                opened |= 1 << i;
            } else if (hole[i] == Hole.COUNT) {
                counts[number[i]] = count(copy, holeStart[i], holeEnd[i]);
            }
        }
        cut();
        return true;
    }

    private static boolean hasLineEnd(byte[] bytes, int from, int to) {
        boolean has = false;
        for (int i = from; i < to; i++) {
            has |= bytes[i] == '\n' || bytes[i] == '\r';
        }
        return has;
    }

    /** Cuts the copy into pieces at the holes that are looked into. */
    private void cut() {
        open = 0;
        int start = 0;
        for (int i = 0; i < holes; i++) {
            if ((opened & 1 << i) != 0) {
                openHole[open] = i;
                pieceStart[open] = start;
                pieceEnd[open] = holeStart[i];
                start = holeEnd[i];
                open++;
            }
        }
        pieceStart[open] = start;
        pieceEnd[open] = holeStart[holes];
    }

    /** Whether the parser read what stands in the field: if ever it did not, nothing is learned. */
    private boolean isText(HoleFinder finder, byte[] bytes, String text) {
        for (int i = 0; i < finder.found; i++) {
            if (finder.holes[i] == Hole.TEXT) {
                return text.equals(content(bytes, finder.start[i], finder.end[i]));
            }
        }
        return false;
    }

    /**
     * Reads a chunk that matches.
     *
     * @param bytes holds the chunk
     * @param from where it begins
     * @param to where it ends
     * @return its text, possibly empty; null for any other chunk, which must be parsed
     */
    public @Nullable String match(byte[] bytes, int from, int to) {
        int end = find(bytes, from, to);
        if (end < 0 && opensMore(bytes, from, to)) {
            end = find(bytes, from, to);
        }
        return end == to ? text(bytes) : null;
    }

    /**
     * Finds a chunk that matches, wherever it ends. There is no line end in it.
     *
     * @param bytes holds the chunk
     * @param from where it begins
     * @param to where what there is ends
     * @return where the chunk ends, or -1
     */
    int find(byte[] bytes, int from, int to) {
        if (holes == 0) {
            return -1;
        }
        int at = from;
        for (int i = 0; ; i++) {
            int start = at;
            at += pieceEnd[i] - pieceStart[i];
            if (at > to || !isAsLearned(bytes, start, at, pieceStart[i])) {
                return -1;
            }
            if (i == open) {
                return at;
            }
            start = at;
            switch (hole[openHole[i]]) {
                case TEXT -> {
                    at = contentEnd(bytes, at, to);
                    textStart = start;
                    textEnd = at;
                }
                case FILLER -> at = fillerEnd(bytes, at, to);
                case SPACE -> at = spaceEnd(bytes, at, to);
                case COUNT -> {
                    long count = 0;
                    for (; at < to && isDigit(bytes[at]); at++) {
                        count = count * 10 + bytes[at] - '0';
                    }
                    if (!isCount(bytes, start, at)) {
                        return -1;
                    }
                    counts[number[openHole[i]]] = count;
                }
            }
        }
    }

    /**
     * What the chunk said that {@link #find} found last.
     *
     * @param bytes holds it still
     * @return its text, possibly empty; null if it must be parsed after all
     */
    @Nullable
    String text(byte[] bytes) {
        return content(bytes, textStart, textEnd);
    }

    /** Looks from now on into those holes that in this chunk are not filled as they were; false if there is none more. */
    private boolean opensMore(byte[] bytes, int from, int to) {
        if (open == holes) {
            return false;
        }
        int before = opened;
        int at = from;
        int piece = 0;
        for (int i = 0; i < holes; i++) {
            int start = at + holeStart[i] - piece;
            piece = holeEnd[i];
            if (start > to || !isAsLearned(bytes, at, start, holeStart[i] - (start - at))) {
                break;
            }
            at = start + holeEnd[i] - holeStart[i];
            // With the byte behind it, which can be no part of it.
            if (at >= to || !isAsLearned(bytes, start, at + 1, holeStart[i])) {
                opened |= 1 << i;
                at = switch (hole[i]) {
                    case TEXT -> contentEnd(bytes, start, to);
                    case FILLER -> fillerEnd(bytes, start, to);
                    case SPACE -> spaceEnd(bytes, start, to);
                    case COUNT -> countEnd(bytes, start, to);
                };
            }
        }
        cut();
        return opened != before;
    }

    /**
     * A count of the chunk that matched last.
     *
     * @param number which of them, as they were numbered in {@link ChunkFields#counting}
     * @return the count, or -1 if the chunk has no such field; of no meaning after a chunk that did not match
     */
    public long count(int number) {
        return counts[number];
    }

    /**
     * All counts of the chunk that matched last, each as {@link #count} has it.
     *
     * @param into takes them, in their order
     */
    public void counts(long[] into) {
        System.arraycopy(counts, 0, into, 0, counts.length);
    }

    /** Whether bytes are those that stand in the copy. */
    private boolean isAsLearned(byte[] bytes, int from, int to, int inCopy) {
        int length = to - from;
        if (length < Long.BYTES) {
            return isShortAsLearned(bytes, from, to, inCopy);
        }
        // The last eight by themselves: what is over eights, Arrays.equals looks at one by one.
        int last = length - Long.BYTES;
        int eights = length - 1 & -Long.BYTES;
        return (long) EventStreamReader.EIGHT_BYTES.get(bytes, from + last)
                        == (long) EventStreamReader.EIGHT_BYTES.get(copy, inCopy + last)
                && Arrays.equals(bytes, from, from + eights, copy, inCopy, inCopy + eights);
    }

    private boolean isShortAsLearned(byte[] bytes, int from, int to, int inCopy) {
        int ahead = inCopy - from;
        for (int i = from; i < to; i++) {
            if (bytes[i] != copy[i + ahead]) {
                return false;
            }
        }
        return true;
    }

    private static int countEnd(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && isDigit(bytes[at])) {
            at++;
        }
        return at;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    /** Whether digits are a number that JSON allows and a long holds. */
    private static boolean isCount(byte[] bytes, int from, int to) {
        int digits = to - from;
        return digits == 1 || (digits > 1 && digits <= HoleFinder.MAX_DIGITS && bytes[from] != '0');
    }

    private static long count(byte[] bytes, int from, int to) {
        long count = 0;
        for (int i = from; i < to; i++) {
            count = count * 10 + bytes[i] - '0';
        }
        return count;
    }

    private static int spaceEnd(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    /** The index of the quote that ends the content, or of what the content may not hold, where no piece will match. */
    private static int contentEnd(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            byte b = bytes[at];
            if (b == '"' || (b >= 0 && b < ' ')) {
                return at;
            }
            at += b == '\\' ? 2 : 1;
        }
        return to;
    }

    /** As above; padding is plain ASCII as a rule, and what is not goes to the parser. */
    private static int fillerEnd(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] >= ' ' && bytes[at] != '"' && bytes[at] != '\\') {
            at++;
        }
        return at;
    }

    private @Nullable String content(byte[] bytes, int from, int to) {
        int all = 0;
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b == '\\') {
                return unescaped(bytes, from, to, i);
            }
            all |= b;
        }
        return all < 0 ? decoded(bytes, from, to) : new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** Bytes that are not UTF-8 become a replacement character: the parser shall say what it makes of them. */
    private static @Nullable String decoded(byte[] bytes, int from, int to) {
        String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        return text.indexOf('\uFFFD') < 0 ? text : null;
    }

    /** Undoes escapes; null for anything unusual, such as half a surrogate pair. */
    private @Nullable String unescaped(byte[] bytes, int from, int to, int firstEscape) {
        if (unescaped.length < to - from) {
            unescaped = new byte[Math.max(to - from, unescaped.length * 2)];
        }
        int length = firstEscape - from;
        System.arraycopy(bytes, from, unescaped, 0, length);
        int at = firstEscape;
        while (at < to) {
            byte b = bytes[at++];
            if (b != '\\') {
                unescaped[length++] = b;
                continue;
            }
            if (at == to) {
                return null;
            }
            byte escape = bytes[at++];
            switch (escape) {
                case '"', '\\', '/' -> unescaped[length++] = escape;
                case 'n' -> unescaped[length++] = '\n';
                case 't' -> unescaped[length++] = '\t';
                case 'r' -> unescaped[length++] = '\r';
                case 'b' -> unescaped[length++] = '\b';
                case 'f' -> unescaped[length++] = '\f';
                case 'u' -> {
                    int code = hex(bytes, at, to);
                    at += 4;
                    if (code >= 0 && Character.isHighSurrogate((char) code)) {
                        int low =
                                at + 2 <= to && bytes[at] == '\\' && bytes[at + 1] == 'u' ? hex(bytes, at + 2, to) : -1;
                        at += 6;
                        boolean isPair = low >= 0 && Character.isLowSurrogate((char) low);
                        code = isPair ? Character.toCodePoint((char) code, (char) low) : -1;
                    } else if (code >= 0 && Character.isLowSurrogate((char) code)) {
                        code = -1;
                    }
                    if (code < 0) {
                        return null;
                    }
                    length = putUtf8(code, length);
                }
                default -> {
                    return null;
                }
            }
        }
        return decoded(unescaped, 0, length);
    }

    /** Never longer than the escape that it stands for. */
    private int putUtf8(int code, int start) {
        int at = start;
        if (code < 0x80) {
            unescaped[at++] = (byte) code;
        } else if (code < 0x800) {
            unescaped[at++] = (byte) (0xC0 | code >> 6);
            unescaped[at++] = (byte) (0x80 | code & 0x3F);
        } else if (code < 0x10000) {
            unescaped[at++] = (byte) (0xE0 | code >> 12);
            unescaped[at++] = (byte) (0x80 | code >> 6 & 0x3F);
            unescaped[at++] = (byte) (0x80 | code & 0x3F);
        } else {
            unescaped[at++] = (byte) (0xF0 | code >> 18);
            unescaped[at++] = (byte) (0x80 | code >> 12 & 0x3F);
            unescaped[at++] = (byte) (0x80 | code >> 6 & 0x3F);
            unescaped[at++] = (byte) (0x80 | code & 0x3F);
        }
        return at;
    }

    /** Four hexadecimal digits, or -1. */
    private static int hex(byte[] bytes, int from, int to) {
        if (from + 4 > to) {
            return -1;
        }
        int code = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = bytes[i] < 0 ? -1 : Character.digit(bytes[i], 16);
            if (digit < 0) {
                return -1;
            }
            code = code << 4 | digit;
        }
        return code;
    }
}
