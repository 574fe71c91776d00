package io.github.tideover.embeddings;

import io.github.tideover.cache.Embedder;
import io.github.tideover.cache.RequestFingerprint;
import io.github.tideover.cache.SimilarAnswers;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.embeddings.HitQuality.Hit;
import io.github.tideover.embeddings.HitQuality.Hits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/** Writes docs/similar-answers.md: how often similar answers are right, and how long finding one takes. */
final class SimilarAnswersReport {
    static final double WANTED = 0.97;
    static final double MARGIN = 0.03;
    static final String PAIRS = "pairs-by-hand.txt";

    private static final int MOST_COMPARED = 4_000;
    private static final String ASKED = "https://example.com/ m";

    private final StringBuilder page = new StringBuilder();

    private final Map<String, String> toChoose;
    private final Map<String, String> toReport;

    private SimilarAnswersReport(PublicQuestions questions) {
        toChoose = questions.toChoose();
        toReport = questions.toReport();
    }

    public static void main(String[] args) throws IOException {
        PublicQuestions questions = PublicQuestions.given()
                .orElseThrow(() -> new IllegalArgumentException(
                        "add -D" + PublicQuestions.PROPERTY + "=FILE, the test.csv of BANKING77"));
        SimilarAnswersReport report = new SimilarAnswersReport(questions);
        report.begin();
        report.embedder(Embedder.lexical(), "`Embedder.lexical()`");
        report.embedder(MiniLmEmbedder.load(), "`MiniLmEmbedder`");
        Files.writeString(Path.of(args[0]), report.page);
    }

    /** The lowest threshold, in hundredths, from which on the wanted share is right, in questions and in pairs. */
    static double lowest(Hits questions, Hits pairs) {
        int hundredths = 100;
        while (hundredths > 50
                && questions.precision((hundredths - 1) / 100.0) >= WANTED
                && pairs.precision((hundredths - 1) / 100.0) >= WANTED) {
            hundredths--;
        }
        return hundredths / 100.0;
    }

    private void begin() {
        say(
                """
                # How good similar answers are

                Made by one command, here on %d cores of %s, %s, with Java %d:

                ```bash
                mvn -q -pl integrations/embeddings -am -Psimilar-answers -Dtideover.banking77=FILE -DskipTests verify
                ```

                *Precision* is the share of the answers given that were right. *Recall* is the share of the questions with a right answer that
                were given it. [What is compared](reply-cache.md#similar-answers) is an embedder's likeness, after the rules that tell numbers,
                names and opposites apart.

                - **To choose** and **to report**: questions that people put to a bank, with the intent that the makers of the set gave each:
                  `test.csv` of [BANKING77](https://github.com/PolyAI-LDN/task-specific-datasets) (Casanueva and others, 2020, CC BY 4.0). They
                  are others' words and not kept here: `FILE` in the command is your copy. Each question is asked when all others of its half
                  are known, and the most similar one answers; that is right if it has the same intent. The first half has 21 intents; rules
                  and thresholds were made with it in view. The second has 14 others, which no rule and no threshold was made with. This page
                  was made from %d questions of the first and %d of the second, the shorter ones. An intent is a little more than one question:
                  asking for the way of a card and asking how long its way takes are of the same.
                - **Pairs by hand**: questions to a shop, written by the authors of the rules. Most differ in a single word. They show that the
                  rules do what they are for, not how often life breaks them.

                Two intents of the second half, `fiat_currency_support` and `exchange_via_app`, hold the same questions. They count as one here;
                *by label* is the precision if they did not.

                An embedder's default threshold is at least %.2f above the lowest, in hundredths, from which on precision is at least %.2f in the half to
                choose from and in the pairs, since no set is like yours. All of this is English: it says nothing of other languages.\
                """,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.version().feature(),
                toChoose.size(),
                toReport.size(),
                MARGIN,
                WANTED);
    }

    private void embedder(Embedder embedder, String title) throws IOException {
        Hits choose = HitQuality.ofQuestions(embedder, toChoose);
        Hits report = HitQuality.ofQuestions(embedder, toReport);
        Hits pairs = HitQuality.ofPairs(embedder, PAIRS);
        double threshold = embedder.threshold();
        say(
                """

                ## %s

                At its default of **%.2f** (the lowest that would do is %.2f), in the half to report from: **%d of %d answers right, which is a
                precision of %.3f, and a recall of %.2f**.

                | threshold | to choose: precision | recall | to report: right | precision | by label | recall | pairs: precision | recall |
                |---:|---:|---:|---:|---:|---:|---:|---:|---:|\
                """,
                title,
                threshold,
                lowest(choose, pairs),
                report.right(threshold),
                report.served(threshold).size(),
                report.precision(threshold),
                report.recall(threshold));
        for (int twentieth = 12; twentieth < 20; twentieth++) {
            double at = twentieth / 20.0;
            say(
                    "| %s | %.3f | %.2f | %d of %d | %.3f | %.3f | %.2f | %.3f | %.2f |",
                    String.format(Locale.ROOT, at == threshold ? "**%.2f**" : "%.2f", at),
                    choose.precision(at),
                    choose.recall(at),
                    report.right(at),
                    report.served(at).size(),
                    report.precision(at),
                    report.precisionByLabel(at),
                    report.recall(at),
                    pairs.precision(at),
                    pairs.recall(at));
        }
        say("""

                Pairs that ask for different things, and how many of them pass at the default: %s.

                Placing a question takes %s. Finding the nearest of %d takes %s. These are medians, in one process.\
                """, passed(pairs, threshold), time(placing(embedder)), MOST_COMPARED, time(finding(embedder)));
    }

    private static String passed(Hits pairs, double threshold) {
        TreeMap<String, List<Hit>> kinds = pairs.hits().stream()
                .filter(hit -> !hit.isRight())
                .collect(Collectors.groupingBy(Hit::kind, TreeMap::new, Collectors.toList()));
        return kinds.entrySet().stream()
                .map(kind -> {
                    long passed = kind.getValue().stream()
                            .filter(hit -> hit.score() >= threshold)
                            .count();
                    return kind.getKey() + " " + passed + " of "
                            + kind.getValue().size();
                })
                .collect(Collectors.joining(", "));
    }

    private static long placing(Embedder embedder) {
        return median(round -> embedder.embed("How do I change the address of order " + round + "?"));
    }

    private static long finding(Embedder embedder) {
        // One place for all: what counts here is the comparing.
        float[] place = embedder.embed("Where is my order?");
        SimilarAnswers similar = SimilarAnswers.by(new Embedder() {
            @Override
            public String name() {
                return embedder.name();
            }

            @Override
            public int dimension() {
                return embedder.dimension();
            }

            @Override
            public double threshold() {
                return 1;
            }

            @Override
            public float[] embed(String text) {
                return place;
            }
        });
        for (int i = 0; i < MOST_COMPARED; i++) {
            ChatRequest request = ChatRequest.of("Where is order " + i + "?");
            similar.remember(request, RequestFingerprint.of(ASKED, request));
        }
        ChatRequest asked = ChatRequest.of("Where is my order?");
        RequestFingerprint key = RequestFingerprint.of(ASKED, asked);
        return median(round -> similar.nearest(asked, key, List::of));
    }

    private static long median(IntConsumer work) {
        int rounds = 300;
        long[] nanos = new long[rounds];
        for (int i = 0; i < 2 * rounds; i++) { // the first half warms up
            long began = System.nanoTime();
            work.accept(i);
            nanos[i % rounds] = System.nanoTime() - began;
        }
        Arrays.sort(nanos);
        return nanos[rounds / 2];
    }

    private static String time(long nanos) {
        return nanos < 1_000_000
                ? String.format(Locale.ROOT, "%d µs", nanos / 1_000)
                : String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
    }

    private void say(String format, Object... values) {
        page.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
