package io.github.tideover.provider.openai;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The last chunk that was only text, with holes where its content and its padding were. A chunk with the same bytes around
 * the holes brings new content and nothing else, and need not be parsed.
 *
 * <p>Why that is so. Let T be the chunk learned from, known to be JSON, and C the one at hand. T is cut into pieces at its
 * holes; a hole is all that stands between the two quotes of one string value, so every piece but the last ends in the
 * quote that opens a string, and every piece but the first begins with the one that closes it. C matches if it is the
 * same pieces in the same order with nothing before or after them, and if what fills each hole is the inside of a valid
 * JSON string: no bare quote, no control character, whole escapes, whole UTF-8. A JSON reader is in the same state after
 * the first piece of C as after that of T, inside the same string; it leaves that string at the same quote, since the
 * filling holds none; so it is in the same state before the second piece; and so on to the end. Therefore C is JSON with
 * the tokens of T, but for the values of those strings. One of them is the only {@code content} of the only delta of the only
 * choice, see {@link Chunk#isOnlyText()}; the others are fields that nothing reads. T's other fields changed nothing besides an
 * id and a model, which are taken once; and so C's, being the same, change nothing.
 */
final class ChunkTemplate {
    private static final int MAX_PIECES = 8;
    private static final byte[] CONTENT = "\"content\"".getBytes(StandardCharsets.US_ASCII);

    private byte[] copy = new byte[512];
    private final int[] pieceStart = new int[MAX_PIECES];
    private final int[] pieceEnd = new int[MAX_PIECES];
    private int pieces;
    /** Which hole, counted from 0, is the content's. */
    private int contentHole;

    private byte[] unescaped = new byte[64];

    /** Keeps a chunk that was just read, if it was only text. */
    void learn(byte[] bytes, int from, int to, Chunk chunk) {
        if (!chunk.isOnlyText() || !isContent(bytes, from, chunk.contentAt)) {
            return;
        }
        int length = to - from;
        if (copy.length < length) {
            copy = new byte[Math.max(length, copy.length * 2)];
        }
        System.arraycopy(bytes, from, copy, 0, length);
        pieces = 0;
        int start = 0;
        int next = 0;
        boolean contentDone = false;
        while (!contentDone || next < chunk.fillers) {
            boolean isContent = !contentDone && (next == chunk.fillers || chunk.contentAt < chunk.fillerAt[next]);
            int quote = isContent ? chunk.contentAt : chunk.fillerAt[next];
            if (isContent) {
                contentHole = pieces;
                contentDone = true;
            } else {
                next++;
            }
            start = cut(start, quote);
        }
        pieceStart[pieces] = start;
        pieceEnd[pieces] = length;
        pieces++;
    }

    /** Ends a piece after a string's first quote; gives the index of its last one, where the next piece begins. */
    private int cut(int start, int quote) {
        pieceStart[pieces] = start;
        pieceEnd[pieces] = quote + 1;
        pieces++;
        int end = quote + 1;
        while (copy[end] != '"') {
            end += copy[end] == '\\' ? 2 : 1;
        }
        return end;
    }

    /** Looks whether the parser's offset is where the bytes have the content: if ever it is not, nothing is learned. */
    private static boolean isContent(byte[] bytes, int from, int quote) {
        if (bytes[from + quote] != '"') {
            return false;
        }
        int at = skipSpaceBack(bytes, from, from + quote);
        if (at == from || bytes[at - 1] != ':') {
            return false;
        }
        at = skipSpaceBack(bytes, from, at - 1);
        int name = at - CONTENT.length;
        return name > from && Arrays.equals(bytes, name, at, CONTENT, 0, CONTENT.length);
    }

    private static int skipSpaceBack(byte[] bytes, int from, int end) {
        int at = end;
        while (at > from && bytes[at - 1] <= ' ' && bytes[at - 1] >= 0) {
            at--;
        }
        return at;
    }

    /** The new content of a chunk that matches; null for any other, which must be parsed. */
    @Nullable
    String match(byte[] bytes, int from, int to) {
        int at = from;
        int contentStart = 0;
        int contentEnd = 0;
        int last = pieces - 1;
        for (int i = 0; i < pieces; i++) {
            int end = at + pieceEnd[i] - pieceStart[i];
            if (end > to || !Arrays.equals(bytes, at, end, copy, pieceStart[i], pieceEnd[i])) {
                return null;
            }
            at = end;
            if (i == last) {
                break;
            }
            if (i == contentHole) {
                contentStart = at;
                at = contentEnd(bytes, at, to);
                contentEnd = at;
            } else {
                at = fillerEnd(bytes, at, to);
            }
        }
        return pieces > 0 && at == to ? content(bytes, contentStart, contentEnd) : null;
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
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\\') {
                return unescaped(bytes, from, to, i);
            }
        }
        return decoded(bytes, from, to);
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
