package io.github.tideover.embeddings;

import static java.util.Objects.requireNonNull;

import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import io.github.tideover.cache.Embedder;

/**
 * Places questions by what they mean, with <a href="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2">all-MiniLM-L6-v2</a>
 * in its quantized form: a model for English, of 22 million parameters. It runs in this process, on the processor, and reaches no
 * network: text beyond its 256 word pieces is split and averaged.
 *
 * <p>The model is inside a jar, and with what runs it 130 MB come onto the class path. It is native code for Linux, macOS and
 * Windows on x86-64, and for Linux and macOS on ARM. Safe for use by many threads; a question takes a few milliseconds.
 *
 * @since 0.1
 */
public final class MiniLmEmbedder implements Embedder {
    private static final int DIMENSION = 384;

    private final EmbeddingModel model;

    private MiniLmEmbedder(EmbeddingModel model) {
        this.model = model;
    }

    /**
     * Loads the model, so that no call has to wait for it: about a second and 100 MB of memory outside the heap, once in a
     * process.
     *
     * @return the embedder
     * @throws IllegalStateException if the native code for this platform is missing
     */
    public static MiniLmEmbedder load() {
        try {
            MiniLmEmbedder embedder = new MiniLmEmbedder(new AllMiniLmL6V2QuantizedEmbeddingModel(Runnable::run));
            embedder.embed("Is it there?");
            return embedder;
        } catch (RuntimeException | LinkageError e) {
            throw new IllegalStateException(
                    "the embedding model does not run on " + System.getProperty("os.name") + " "
                            + System.getProperty("os.arch") + "; Embedder.lexical() needs no native code",
                    e);
        }
    }

    @Override
    public String name() {
        return "all-minilm-l6-v2-q";
    }

    @Override
    public int dimension() {
        return DIMENSION;
    }

    @Override
    public double threshold() {
        return 0.8;
    }

    @Override
    public float[] embed(String text) {
        float[] vector = vectorOf(requireNonNull(text, "text == null")).clone();
        double squares = 0;
        for (float each : vector) {
            squares += each * each;
        }
        double length = Math.sqrt(squares);
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (vector[i] / length);
        }
        return vector;
    }

    /** The model refuses a text in which it finds no word: a blank one, or half of a surrogate pair. */
    private float[] vectorOf(String text) {
        try {
            return model.embed(text).content().vector();
        } catch (IllegalArgumentException e) {
            return model.embed("?").content().vector();
        }
    }
}
