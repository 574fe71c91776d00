package io.github.tideover.wire;

import io.github.tideover.wire.ChunkFields.Field;
import io.github.tideover.wire.ChunkFields.Hole;
import io.github.tideover.wire.ChunkFields.Step;
import java.util.Arrays;
import java.util.List;

/**
 * Finds where in a chunk, which is known to be JSON, those fields are that differ from chunk to chunk.
 *
 * <p>What it cannot be sure of, it refuses: a name on the way to a field that is there twice, of which readers take the last, or
 * one that may be written with escapes; a text that is no string; a count that is no plain number.
 */
final class HoleFinder {
    /** What a long holds whatever the digits are. */
    static final int MAX_DIGITS = 18;

    private final ChunkFields fields;
    private final byte[] bytes;
    /** By depth: the fields, in the bits of an int, on the way to which a name was seen. */
    private final int[] seen;

    private boolean isRefused;

    /** From the first to the last. The last is white space before the brace that ends the chunk, if only none. */
    final Hole[] holes;

    final int[] start;
    final int[] end;
    /** Which count is there, for those holes that are counts. */
    final int[] number;

    int found;

    HoleFinder(ChunkFields fields, byte[] bytes) {
        this.fields = fields;
        this.bytes = bytes;
        seen = new int[fields.depth];
        int most = fields.fields.size() + 1;
        holes = new Hole[most];
        start = new int[most];
        end = new int[most];
        number = new int[most];
    }

    /** Looks at a chunk; false if it is none to learn from. */
    boolean find(int from, int to) {
        if (bytes[from] != '{' || object(from, 0, -1 >>> 1) != to || isRefused) {
            return false;
        }
        int space = to - 1;
        while (StreamedReply.isSpace(bytes[space - 1])) {
            space--;
        }
        add(Hole.SPACE, space, to - 1, 0);
        return true;
    }

    /** Goes through an object in which, at this depth, fields of this set may be; gives where it ends. */
    private int object(int from, int depth, int among) {
        int at = skipSpace(from + 1);
        while (bytes[at] != '}') {
            int quote = stringEnd(at);
            int here = named(at + 1, quote, depth, among);
            isRefused |= (seen[depth] & here) != 0;
            seen[depth] |= here;
            at = skipSpace(skipSpace(quote + 1) + 1); // the colon
            at = here == 0 || isRefused ? skipValue(at) : value(at, depth, here);
            at = skipComma(at);
        }
        return at + 1;
    }

    /** Those fields of the set that have this name at this depth. */
    private int named(int from, int to, int depth, int among) {
        int named = 0;
        for (int i = from; i < to; i++) {
            isRefused |= bytes[i] == '\\';
        }
        for (int i = 0; i < fields.fields.size(); i++) {
            List<Step> steps = fields.fields.get(i).steps();
            if ((among & 1 << i) != 0 && steps.size() > depth && isName(steps.get(depth).name, from, to)) {
                named |= 1 << i;
            }
        }
        return named;
    }

    private boolean isName(byte[] name, int from, int to) {
        return Arrays.equals(bytes, from, to, name, 0, name.length);
    }

    private int value(int at, int depth, int here) {
        Field field = fields.fields.get(Integer.numberOfTrailingZeros(here));
        if (field.endsAt(depth)) {
            return hole(field, at);
        }
        boolean isArray = field.steps().get(depth).isArray;
        if (bytes[at] == '{' && !isArray) {
            return object(at, depth + 1, here);
        }
        if (bytes[at] != '[' || !isArray) {
            return skipValue(at);
        }
        int item = skipSpace(at + 1);
        while (bytes[item] != ']') {
            item = skipComma(bytes[item] == '{' ? object(item, depth + 1, here) : skipValue(item));
        }
        return item + 1;
    }

    private int hole(Field field, int at) {
        int after = skipValue(at);
        if (field.hole() == Hole.COUNT) {
            isRefused |= !isCount(at, after);
            add(Hole.COUNT, at, after, field.number());
        } else if (bytes[at] == '"') {
            add(field.hole(), at + 1, after - 1, 0);
        } else {
            isRefused |= field.hole() == Hole.TEXT;
        }
        return after;
    }

    private boolean isCount(int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return false;
            }
        }
        return to - from <= MAX_DIGITS;
    }

    private void add(Hole hole, int from, int to, int count) {
        holes[found] = hole;
        start[found] = from;
        end[found] = to;
        number[found] = count;
        found++;
    }

    private int skipComma(int from) {
        int at = skipSpace(from);
        return bytes[at] == ',' ? skipSpace(at + 1) : at;
    }

    private int skipSpace(int from) {
        int at = from;
        while (StreamedReply.isSpace(bytes[at])) {
            at++;
        }
        return at;
    }

    private int skipValue(int from) {
        int at = from;
        int open = 0;
        do {
            switch (bytes[at]) {
                case '{', '[' -> {
                    open++;
                    at++;
                }
                case '}', ']' -> {
                    open--;
                    at++;
                }
                case '"' -> at = stringEnd(at) + 1;
                case ',', ':', ' ', '\t', '\r', '\n' -> at++;
                default -> at = wordEnd(at);
            }
        } while (open > 0);
        return at;
    }

    /** The end of a number, or of true, false or null. */
    private int wordEnd(int from) {
        int at = from;
        while (",:]}".indexOf(bytes[at]) < 0 && !StreamedReply.isSpace(bytes[at])) {
            at++;
        }
        return at;
    }

    /** The quote that ends the string which begins with that quote. */
    private int stringEnd(int quote) {
        int at = quote + 1;
        while (bytes[at] != '"') {
            at += bytes[at] == '\\' ? 2 : 1;
        }
        return at;
    }
}
