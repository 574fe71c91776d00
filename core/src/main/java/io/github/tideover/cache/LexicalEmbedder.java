package io.github.tideover.cache;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Words, pairs of neighbours and parts of words, each hashed to a place and a sign. A word counts by what it is: a number says
 * most, a function word next to nothing.
 */
final class LexicalEmbedder implements Embedder {
    static final LexicalEmbedder INSTANCE = new LexicalEmbedder();

    private static final int DIMENSION = 512; // a power of two
    private static final double OF_NUMBER = 3;
    private static final double OF_NEGATION = 2;
    private static final double OF_QUESTION_WORD = 0.4;
    private static final double OF_FUNCTION_WORD = 0.1;
    private static final double OF_PAIR = 0.3;
    private static final double OF_PARTS = 0.7;

    private LexicalEmbedder() {}

    @Override
    public String name() {
        return "lexical-1";
    }

    @Override
    public int dimension() {
        return DIMENSION;
    }

    @Override
    public double threshold() {
        return 0.85;
    }

    @Override
    public float[] embed(String text) {
        List<String> words = Words.asWritten(text).stream().map(Words::plain).toList();
        Map<String, Weight> features = new LinkedHashMap<>();
        String before = "";
        for (String word : words) {
            double weight = weightOf(word);
            add(features, "w " + word, weight);
            if (!before.isEmpty()) {
                add(features, "p " + before + " " + word, OF_PAIR * Math.sqrt(weight * weightOf(before)));
            }
            addParts(features, word, weight);
            before = word;
        }
        if (words.isEmpty()) {
            add(features, "t " + text.strip(), 1);
        }
        double[] sums = new double[DIMENSION];
        features.forEach((feature, weight) -> {
            long hash = hash(feature);
            sums[(int) (hash & (DIMENSION - 1))] += (hash < 0 ? -1 : 1) * weight.total();
        });
        return unit(sums);
    }

    private static double weightOf(String word) {
        if (Words.hasDigit(word)) {
            return OF_NUMBER;
        }
        if (Words.isNegation(word)) {
            return OF_NEGATION;
        }
        if (Words.isTelling(word)) {
            return 1;
        }
        return Words.isQuestionWord(word) ? OF_QUESTION_WORD : OF_FUNCTION_WORD;
    }

    /** Parts of three and four characters, so that a word is like its other forms and its misspellings. */
    private static void addParts(Map<String, Weight> features, String word, double weight) {
        if (Words.hasDigit(word)) {
            return; // 17 is not a form of 170
        }
        String whole = "<" + word + ">";
        int parts = Math.max(1, 2 * whole.length() - 5);
        double each = OF_PARTS * weight / Math.sqrt(parts);
        for (int length = 3; length <= 4; length++) {
            for (int i = 0; i + length <= whole.length(); i++) {
                add(features, "c " + whole.substring(i, i + length), each);
            }
        }
    }

    private static void add(Map<String, Weight> features, String feature, double weight) {
        features.computeIfAbsent(feature, any -> new Weight()).add(weight);
    }

    /** FNV-1a, and a last stir for the bits that are used. */
    private static long hash(String feature) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < feature.length(); i++) {
            hash = (hash ^ feature.charAt(i)) * 0x100000001b3L;
        }
        hash ^= hash >>> 32;
        hash *= 0x9E3779B97F4A7C15L;
        return hash ^ hash >>> 29;
    }

    private static float[] unit(double[] sums) {
        double squares = 0;
        for (double each : sums) {
            squares += each * each;
        }
        float[] unit = new float[sums.length];
        if (squares == 0) { // features that cancel out, once in a very long while
            unit[0] = 1;
            return unit;
        }
        double length = Math.sqrt(squares);
        for (int i = 0; i < sums.length; i++) {
            unit[i] = (float) (sums[i] / length);
        }
        return unit;
    }

    /** What is said twice counts for less than twice. */
    private static final class Weight {
        private double greatest;
        private int times;

        void add(double weight) {
            greatest = Math.max(greatest, weight);
            times++;
        }

        double total() {
            return greatest * (1 + Math.log(times));
        }
    }
}
