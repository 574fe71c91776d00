package io.github.tideover.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which fields of a dialect's chunks differ from one to the next: one text, counts that are heard, and fillers that nothing reads.
 *
 * <p>A field is told by the names on the way to it, {@code "choices[].delta.content"}; {@code []} stands behind the name of an
 * array of objects. None of them is on the way to another. Immutable.
 */
public final class ChunkFields {
    /** What stands in a chunk where such a field is. */
    enum Hole {
        /** The inside of a string: the text. */
        TEXT,
        /** The inside of a string that nothing reads. */
        FILLER,
        /** A whole number. */
        COUNT,
        /** White space between two tokens. */
        SPACE
    }

    /** A name on the way to a field, and whether it is that of an array of objects. */
    static final class Step {
        final byte[] name;
        final boolean isArray;

        private Step(String step) {
            isArray = step.endsWith("[]");
            name = (isArray ? step.substring(0, step.length() - 2) : step).getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** A field, the way to it, and which of the counts it is. */
    record Field(List<Step> steps, Hole hole, int number) {
        /** Whether the field is what the name at that depth stands for, and not something in it. */
        boolean endsAt(int depth) {
            return steps.size() == depth + 1;
        }
    }

    /** As many as a set of them in the bits of an int can hold. */
    private static final int MAX_FIELDS = Integer.SIZE - 1;

    final List<Field> fields;
    final int counts;
    final int depth;

    private ChunkFields(List<Field> fields) {
        if (fields.size() > MAX_FIELDS) {
            throw new IllegalArgumentException("more than " + MAX_FIELDS + " fields: " + fields.size());
        }
        this.fields = List.copyOf(fields);
        counts = (int)
                fields.stream().filter(field -> field.hole() == Hole.COUNT).count();
        depth = fields.stream().mapToInt(field -> field.steps().size()).max().orElse(0);
    }

    /**
     * Chunks with that text in them.
     *
     * @param path the way to it
     * @return the fields
     */
    public static ChunkFields text(String path) {
        return new ChunkFields(List.of(field(path, Hole.TEXT, 0)));
    }

    /**
     * Has counts that differ, and which the reader wants to hear. They are numbered in this order, from 0.
     *
     * @param paths the ways to them
     * @return the fields
     */
    public ChunkFields counting(String... paths) {
        return and(Hole.COUNT, paths);
    }

    /**
     * Has strings that differ, and which are nothing to the reader, such as padding that hides the length of the text.
     *
     * @param paths the ways to them
     * @return the fields
     */
    public ChunkFields ignoring(String... paths) {
        return and(Hole.FILLER, paths);
    }

    private ChunkFields and(Hole hole, String... paths) {
        List<Field> more = new ArrayList<>(fields);
        int number = hole == Hole.COUNT ? counts : 0;
        for (String path : paths) {
            more.add(field(path, hole, number++));
        }
        return new ChunkFields(more);
    }

    private static Field field(String path, Hole hole, int number) {
        return new Field(Stream.of(path.split("\\.", -1)).map(Step::new).toList(), hole, number);
    }
}
