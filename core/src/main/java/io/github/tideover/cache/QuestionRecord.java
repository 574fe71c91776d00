package io.github.tideover.cache;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** A question as it is kept on disk: its text, where an embedder has placed it, and which request it was asked in. */
final class QuestionRecord {
    private static final int VERSION = 1;
    private static final int HASH = 32;

    private final String embedder;
    private final String text;
    private final float[] place;
    private final byte[] hash;

    QuestionRecord(String embedder, String text, float[] place, byte[] hash) {
        this.embedder = embedder;
        this.text = text;
        this.place = place;
        this.hash = hash;
    }

    byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeUTF(embedder);
            out.writeUTF(text);
            out.write(hash);
            out.writeInt(place.length);
            for (float each : place) {
                out.writeFloat(each);
            }
        } catch (IOException e) { // memory takes all
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads a question.
     *
     * @return empty if it is none
     */
    static Optional<QuestionRecord> of(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readByte() != VERSION) {
                return Optional.empty();
            }
            String embedder = in.readUTF();
            String text = in.readUTF();
            byte[] hash = new byte[HASH];
            in.readFully(hash);
            int dimension = in.readInt();
            if (dimension < 0 || dimension > in.available() / Float.BYTES) {
                return Optional.empty();
            }
            float[] place = new float[dimension];
            for (int i = 0; i < dimension; i++) {
                place[i] = in.readFloat();
            }
            return Optional.of(new QuestionRecord(embedder, text, place, hash));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether an embedder has placed it: where another one has means nothing to it. */
    boolean isPlacedBy(Embedder other) {
        return embedder.equals(other.name()) && place.length == other.dimension();
    }

    String text() {
        return text;
    }

    float[] place() {
        return place;
    }

    byte[] hash() {
        return hash;
    }
}
