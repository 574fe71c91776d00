package io.github.tideover.embeddings;

import static java.util.Objects.requireNonNull;

import io.github.tideover.cache.Embedder;
import io.github.tideover.cache.RequestFingerprint;
import io.github.tideover.cache.SimilarAnswers;
import io.github.tideover.cache.SimilarQuestion;
import io.github.tideover.chat.ChatRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How often a similar answer is the right one: what an embedder makes of questions whose matter is known. */
final class HitQuality {
    /** Intents that hold the same questions, so that neither label is wrong: "Can I exchange currencies?" is in both. */
    private static final Map<String, String> SAME_MATTER = Map.of("exchange_via_app", "fiat_currency_support");

    private static final String ASKED = "https://example.com/ m";

    private HitQuality() {}

    /** What became of a question, or a pair: how like the other one is, and whether one answer serves both. */
    record Hit(double score, boolean isRight, boolean isSameLabel, String kind, String asked, String found) {}

    /**
     * Hits of one set.
     *
     * @param hits all that were looked at
     * @param findable how many of them have a right answer
     */
    record Hits(List<Hit> hits, int findable) {
        List<Hit> served(double threshold) {
            return hits.stream().filter(hit -> hit.score() >= threshold).toList();
        }

        long right(double threshold) {
            return served(threshold).stream().filter(Hit::isRight).count();
        }

        /** Of those that were served, the share that was right; 1 if none was. */
        double precision(double threshold) {
            int served = served(threshold).size();
            return served == 0 ? 1 : (double) right(threshold) / served;
        }

        double precisionByLabel(double threshold) {
            int served = served(threshold).size();
            long right = served(threshold).stream().filter(Hit::isSameLabel).count();
            return served == 0 ? 1 : (double) right / served;
        }

        /** Of those that have a right answer, the share that got it. */
        double recall(double threshold) {
            return (double) right(threshold) / findable;
        }

        List<Hit> wrong(double threshold) {
            return served(threshold).stream().filter(hit -> !hit.isRight()).toList();
        }
    }

    /** Asks each question when all others are known, and takes the one that is most like it. */
    static Hits ofQuestions(Embedder embedder, Map<String, String> intents) {
        SimilarAnswers similar =
                SimilarAnswers.builder(embedder).threshold(0.01).build();
        for (String question : intents.keySet()) {
            ChatRequest request = ChatRequest.of(question);
            similar.remember(request, RequestFingerprint.of(ASKED, request));
        }
        List<Hit> hits = new ArrayList<>();
        intents.forEach((question, own) -> {
            ChatRequest request = ChatRequest.of(question);
            List<SimilarQuestion> found = similar.nearest(request, RequestFingerprint.of(ASKED, request), List::of);
            if (found.isEmpty()) {
                return;
            }
            String nearest = found.get(0).text();
            String its = requireNonNull(intents.get(nearest));
            boolean isRight = SAME_MATTER.getOrDefault(own, own).equals(SAME_MATTER.getOrDefault(its, its));
            hits.add(new Hit(found.get(0).score(), isRight, own.equals(its), own, question, nearest));
        });
        return new Hits(hits, intents.size());
    }

    /** Compares the questions of each pair of a file. */
    static Hits ofPairs(Embedder embedder, String file) throws IOException {
        SimilarAnswers similar = SimilarAnswers.by(embedder);
        List<Hit> hits = new ArrayList<>();
        int same = 0;
        for (String line : lines(file)) {
            String[] parts = line.split(" \\| ", 3);
            boolean isSame = parts[0].equals("=");
            same += isSame ? 1 : 0;
            String kind = isSame ? "same" : parts[0].substring(2);
            hits.add(new Hit(similar.likeness(parts[1], parts[2]), isSame, isSame, kind, parts[1], parts[2]));
        }
        return new Hits(hits, same);
    }

    private static List<String> lines(String file) throws IOException {
        try (InputStream in = requireNonNull(HitQuality.class.getResourceAsStream(file), file);
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        }
    }
}
