package io.github.tideover;

import static io.github.tideover.TideoverTest.fails;
import static io.github.tideover.TideoverTest.says;
import static io.github.tideover.TideoverTest.streams;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.cache.Embedder;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.cache.SimilarAnswers;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Similarity;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.provider.Provider;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Similar answers, and answers shipped ahead, through the door and over real HTTP. */
class SimilarRepliesTest {
    @StartStop
    private final MockWebServer server = new MockWebServer();

    private final List<Tideover> open = new ArrayList<>();
    private final SimilarAnswers similar = SimilarAnswers.by(Embedder.lexical());
    private final ReplyCache cache = ReplyCache.inMemory(100);

    @AfterEach
    void closeClients() {
        open.forEach(Tideover::close);
    }

    private Tideover.Builder client() {
        return Tideover.builder()
                .provider(Provider.openAiCompatible(server.url("/v1/").toString())
                        .name("main")
                        .model("small"))
                .replyCache(cache)
                .similarAnswers(similar)
                .lastResort("Later.")
                .retryPolicy(RetryPolicy.never());
    }

    private Tideover build(Tideover.Builder builder) {
        Tideover tideover = builder.build();
        open.add(tideover);
        return tideover;
    }

    private ChatReply inAnOutage(Tideover tideover, ChatRequest request) {
        server.enqueue(fails(503));
        return tideover.chat(request);
    }

    private ChatReply inAnOutage(Tideover tideover, String question) {
        return inAnOutage(tideover, ChatRequest.of(question));
    }

    @Test
    void anOutageIsAnsweredWithTheReplyToASimilarQuestion() {
        Tideover tideover = build(client());
        server.enqueue(says("In the settings."));
        tideover.chat("How do I reset my password?");
        Awaiting.until(() -> similar.size() == 1);
        ChatReply reply = inAnOutage(tideover, "how can i reset my password");
        assertThat(reply.text()).isEqualTo("In the settings.");
        assertThat(reply.origin()).isEqualTo(Origin.SIMILAR);
        assertThat(reply.isLive()).isFalse();
        assertThat(reply.provider()).isEqualTo("main");
        Similarity likeness = reply.similarity().orElseThrow();
        assertThat(likeness.question()).isEqualTo("How do I reset my password?");
        assertThat(likeness.score()).isBetween(similar.threshold(), 1.0);
        assertThat(likeness.toString()).startsWith("Similarity{0.").doesNotContain("password");
        assertThat(reply.skipped())
                .extracting(Failure::kind)
                .containsExactly(FailureKind.TRANSIENT, FailureKind.NO_CACHED_REPLY);

        ChatReply exact = inAnOutage(tideover, "How do I reset my password?");
        assertThat(exact.origin()).isEqualTo(Origin.CACHED);
        assertThat(exact.similarity()).isEmpty();
        ChatReply other = inAnOutage(tideover, "How do I reset my phone?");
        assertThat(other.origin()).isEqualTo(Origin.CANNED);
        assertThat(other.skipped())
                .last()
                .satisfies(nothing -> assertThat(nothing.source()).isEqualTo("similar answers"));
    }

    @Test
    void aStreamMayEndInASimilarAnswer() {
        Tideover tideover = build(client());
        server.enqueue(streams("In the ", "settings."));
        try (ReplyStream stream = tideover.stream("How do I reset my password?")) {
            stream.reply();
        }
        Awaiting.until(() -> similar.size() == 1);
        server.enqueue(fails(503));
        try (ReplyStream stream = tideover.stream("how can i reset my password")) {
            assertThat(String.join("", stream)).isEqualTo("In the settings.");
            assertThat(stream.reply().origin()).isEqualTo(Origin.SIMILAR);
        }
        server.enqueue(fails(503));
        assertThat(tideover.chatAsync("how can i reset my password").join().origin())
                .isEqualTo(Origin.SIMILAR);
    }

    @Test
    void whileTheProviderAnswersNothingSimilarIsServed() {
        Tideover tideover = build(client());
        tideover.remember("How do I reset my password?", "In the settings.");
        server.enqueue(says("On the page."));
        assertThat(tideover.chat("how can i reset my password").text()).isEqualTo("On the page.");
    }

    @Test
    void noTenantIsServedAnothers() {
        Tideover tideover = build(client());
        ChatRequest.Builder question = ChatRequest.builder().user("How do I reset my password?");
        ChatRequest.Builder again = ChatRequest.builder().user("how can i reset my password");
        tideover.remember(
                question.tenant("a").build(), ChatReply.builder().text("A").build());
        assertThat(inAnOutage(tideover, again.tenant("b").build()).origin()).isEqualTo(Origin.CANNED);
        assertThat(inAnOutage(tideover, again.tenant("a").build()).text()).isEqualTo("A");
        tideover.forget("a");
        assertThat(inAnOutage(tideover, again.tenant("a").build()).origin()).isEqualTo(Origin.CANNED);
        assertThat(inAnOutage(tideover, question.tenant("a").build()).origin()).isEqualTo(Origin.CANNED);
        assertThat(similar.size()).isZero();
    }

    @Test
    void anAnswerOfAProviderThatMayNotSeeTheRequestIsNotServed() {
        Tideover tideover = build(client());
        tideover.remember(
                ChatRequest.of("How can I reset my password?"),
                ChatReply.builder().text("By another.").provider("other").build());
        ChatRequest restricted = ChatRequest.builder()
                .user("How do I reset my password?")
                .allowedProviders("main")
                .build();
        assertThat(inAnOutage(tideover, restricted).origin()).isEqualTo(Origin.CANNED);
        tideover.remember(
                ChatRequest.of("How can I reset my password please?"),
                ChatReply.builder().text("By main.").provider("main").build());
        assertThat(inAnOutage(tideover, restricted).text())
                .as("the next most similar one that may be served")
                .isEqualTo("By main.");
    }

    @Test
    void aQuestionWhoseReplyIsGoneIsForgotten() {
        ReplyCache one = ReplyCache.inMemory().keepFor(Duration.ofHours(1)).build();
        ManualTime time = new ManualTime();
        Tideover tideover = build(client().replyCache(one).time(time.time()));
        tideover.remember("How do I reset my password?", "In the settings.");
        time.advance(Duration.ofMinutes(59));
        ChatReply reply = inAnOutage(tideover, "how can i reset my password");
        assertThat(reply.age()).isEqualTo(Duration.ofMinutes(59));
        time.advance(Duration.ofMinutes(2));
        assertThat(inAnOutage(tideover, "how can i reset my password").origin()).isEqualTo(Origin.CANNED);
        assertThat(similar.size()).isZero();
    }

    /** An embedder of the application's, that does what it is told. */
    private abstract static class OwnEmbedder implements Embedder {
        @Override
        public String name() {
            return "own";
        }

        @Override
        public int dimension() {
            return 1;
        }

        @Override
        public double threshold() {
            return 1;
        }
    }

    @Test
    void anEmbedderThatThrowsFailsNoCall() {
        Tideover tideover = build(client().similarAnswers(SimilarAnswers.by(new OwnEmbedder() {
            @Override
            public float[] embed(String text) {
                throw new IllegalStateException("no: " + text);
            }
        })));
        server.enqueue(says("In the settings."));
        assertThat(tideover.chat("How do I reset my password?").isLive()).isTrue();
        assertThat(inAnOutage(tideover, "Hi").origin()).isEqualTo(Origin.CANNED);
    }

    @Test
    void anEmbedderThatHangsHoldsUpNoCallForLong() {
        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger hanging = new AtomicInteger();
        SimilarAnswers stuck = SimilarAnswers.by(new OwnEmbedder() {
            @Override
            public float[] embed(String text) {
                if (text.startsWith("hang")) {
                    hanging.incrementAndGet();
                    boolean interrupted = false;
                    while (released.getCount() > 0) {
                        try {
                            released.await();
                        } catch (InterruptedException e) {
                            interrupted = true;
                        }
                    }
                    if (interrupted) {
                        Thread.currentThread().interrupt();
                    }
                }
                return new float[] {1};
            }
        });
        try {
            Tideover tideover = build(client().similarAnswers(stuck));
            tideover.remember("Where is my order?", "Here.");
            long began = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                assertThat(inAnOutage(tideover, "hang please").origin()).isEqualTo(Origin.CANNED);
            }
            assertThat(hanging).as("after some that hang, no more are begun").hasValue(8);
            assertThat(System.nanoTime() - began)
                    .as("eight waits of 250 ms, and twelve of none")
                    .isLessThan(Duration.ofSeconds(10).toNanos());
            assertThat(inAnOutage(tideover, "where's my order").origin()).isEqualTo(Origin.CANNED);
        } finally {
            released.countDown();
        }
    }

    private Tideover.Builder onDisk(Path directory, SecretKey key) {
        ReplyCache disk = ReplyCache.onDisk()
                .directory(directory)
                .encryptionKey("k1", key)
                .build();
        return client().replyCache(ReplyCache.inMemory().over(disk).build())
                .similarAnswers(
                        SimilarAnswers.builder(Embedder.lexical()).onDisk().build());
    }

    @Test
    void questionsOnDiskAreFoundAfterARestartAndForgottenWithTheirTenant(@TempDir Path directory) throws IOException {
        SecretKey key = new SecretKeySpec(new byte[16], "AES");
        ChatRequest.Builder question = ChatRequest.builder().user("How do I reset my password?");
        ChatRequest.Builder again = ChatRequest.builder().user("how can i reset my password");
        try (Tideover first = onDisk(directory, key).build()) {
            server.enqueue(says("In the settings."));
            first.chat(question.tenant("a").build());
            first.remember(
                    question.tenant("b").build(), ChatReply.builder().text("B").build());
        }
        try (Tideover second = onDisk(directory, key).build()) {
            ChatReply reply = inAnOutage(second, again.tenant("a").build());
            assertThat(reply.text()).isEqualTo("In the settings.");
            assertThat(reply.origin()).isEqualTo(Origin.SIMILAR);
            assertThat(reply.similarity().orElseThrow().question()).isEqualTo("How do I reset my password?");
            second.forget("a");
            assertThat(inAnOutage(second, again.tenant("a").build()).origin()).isEqualTo(Origin.CANNED);
        }
        try (Tideover third = onDisk(directory, key).build()) {
            assertThat(inAnOutage(third, again.tenant("a").build()).origin()).isEqualTo(Origin.CANNED);
            assertThat(inAnOutage(third, again.tenant("b").build()).text()).isEqualTo("B");
        }
        for (Path file : Files.list(directory).toList()) {
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain("password");
        }
    }

    @Test
    void questionsOnDiskNeedACacheOnDisk() {
        Tideover.Builder builder = client().similarAnswers(
                        SimilarAnswers.builder(Embedder.lexical()).onDisk().build());
        assertThatThrownBy(builder::build)
                .hasMessage(
                        "similarAnswers with onDisk() keeps questions in the file of the replies, and this replyCache has none;"
                                + " give ReplyCache.onDisk(directory)");
    }

    /** It would be told that all is kept, and nothing was. */
    @Test
    void questionsOnDiskAreNotPromisedUnderTwoCachesInMemory(@TempDir Path directory) {
        try (ReplyCache disk = ReplyCache.onDisk(directory)) {
            ReplyCache one = ReplyCache.inMemory().over(disk).build();
            ReplyCache two = ReplyCache.inMemory().over(one).build();
            Tideover.Builder builder = client().replyCache(two)
                    .similarAnswers(
                            SimilarAnswers.builder(Embedder.lexical()).onDisk().build());
            assertThatThrownBy(builder::build)
                    .hasMessageStartingWith("similarAnswers with onDisk() keeps questions in the file of the replies");
        }
    }

    @Test
    void clientsThatShareACacheShareTheQuestions() {
        Tideover first = build(client());
        Tideover second = build(first.newBuilder().lastResort("Never."));
        first.remember("How do I reset my password?", "In the settings.");
        assertThat(inAnOutage(second, "how can i reset my password").text()).isEqualTo("In the settings.");
    }

    @Test
    void anAnswerThatIsRememberedIsServedToTheVeryRequest() {
        Tideover plain = build(Tideover.builder()
                .provider(
                        Provider.openAiCompatible(server.url("/v1/").toString()).model("small"))
                .replyCache(cache)
                .retryPolicy(RetryPolicy.never()));
        ChatRequest request = ChatRequest.builder()
                .system("You help in a shop.")
                .user("What are your opening hours?")
                .temperature(0)
                .build();
        plain.remember(request, ChatReply.builder().text("Nine to five.").build());
        ChatReply reply = inAnOutage(plain, request);
        assertThat(reply.text()).isEqualTo("Nine to five.");
        assertThat(reply.origin()).isEqualTo(Origin.CACHED);
    }

    @Test
    void onlyCompleteAnswersAreRemembered() {
        Tideover tideover = build(client());
        ChatReply cut = ChatReply.builder()
                .text("half")
                .finishReason(FinishReason.LENGTH)
                .build();
        assertThatThrownBy(() -> tideover.remember(ChatRequest.of("q"), cut))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("only a complete reply with a text is kept")
                .hasMessageNotContaining("half");
        assertThatThrownBy(() -> tideover.remember("q", " ")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatHasNowhereToKeepSaysSo() {
        Tideover bare = build(Tideover.builder()
                .provider(
                        Provider.openAiCompatible(server.url("/v1/").toString()).model("small")));
        assertThatThrownBy(() -> bare.remember("q", "a"))
                .hasMessage("remember has nowhere to keep answers; give the client a replyCache(cache)");
        assertThatThrownBy(() -> bare.importAnswers(InputStream.nullInputStream()))
                .hasMessage("importAnswers has nowhere to keep answers; give the client a replyCache(cache)");
        assertThatThrownBy(() -> bare.exportAnswers(new ByteArrayOutputStream()))
                .hasMessageStartingWith("exportAnswers needs the questions");
        assertThatThrownBy(() -> bare.newBuilder().similarAnswers(similar).build())
                .hasMessage(
                        "similarAnswers finds replies in a reply cache, and there is none; give one with replyCache(cache)");
        bare.forget("a"); // there is nothing to forget
    }

    private static InputStream lines(String... lines) {
        return new ByteArrayInputStream(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void answersAreShippedAsLines() throws Exception {
        ManualTime time = new ManualTime();
        Tideover tideover = build(client().time(time.time()));
        String threeHoursAgo =
                time.time().clock().instant().minus(Duration.ofHours(3)).toString();
        ImportReport report = tideover.importAnswers(
                lines(
                        "\uFEFF{\"question\": \"What are your opening hours?\", \"answer\": \"Nine to five.\"}",
                        "",
                        "{\"question\": \"Do you ship to France?\", \"answer\": \"Yes.\", \"at\": \"" + threeHoursAgo
                                + "\", \"provider\": \"main\", \"model\": \"small\", \"tenant\": \"a\", \"system\": \"Be brief.\"}\r"));
        assertThat(report.imported()).isEqualTo(2);
        assertThat(report.refused()).isZero();
        assertThat(report.problems()).isEmpty();
        assertThat(inAnOutage(tideover, "what are the opening hours").text()).isEqualTo("Nine to five.");
        ChatReply french = inAnOutage(
                tideover,
                ChatRequest.builder()
                        .system("Be brief.")
                        .user("Do you ship to France?")
                        .tenant("a")
                        .allowedProviders("main")
                        .build());
        assertThat(french.text()).isEqualTo("Yes.");
        assertThat(french.age()).isEqualTo(Duration.ofHours(3));
        assertThat(french.model()).isEqualTo("small");
    }

    @Test
    void aLineIsTakenAsTheApplicationWillAsk() throws Exception {
        Tideover tideover = build(client());
        tideover.importAnswers(
                lines("{\"question\": \"What are your opening hours?\", \"answer\": \"Nine to five.\"}"),
                request -> request.toBuilder().temperature(0).build());
        assertThat(inAnOutage(tideover, "What are your opening hours?").origin())
                .isEqualTo(Origin.CANNED);
        assertThat(inAnOutage(
                                tideover,
                                ChatRequest.builder()
                                        .user("What are your opening hours?")
                                        .temperature(0)
                                        .build())
                        .origin())
                .isEqualTo(Origin.CACHED);
    }

    @Test
    void aBadLineIsNamedByItsNumberAndLosesNoOther() throws Exception {
        Tideover tideover = build(client());
        ImportReport report = tideover.importAnswers(lines(
                "{\"question\": \"One?\", \"answer\": \"1\"}",
                "secret, not JSON",
                "[\"secret\"]",
                "{\"question\": \"secret\"}",
                "{\"question\": \"secret\", \"answer\": \"  \"}",
                "{\"question\": \"secret\", \"answer\": 7}",
                "{\"question\": \"secret\", \"answer\": \"a\", \"at\": \"yesterday\"}",
                "{\"question\": \"secret\", \"answer\": \"a\", \"secret\": \"a\"}",
                "{\"question\": \"secret\", \"answer\": \"a\"} {}",
                "{\"question\": \"Cut off",
                "{\"question\": \"" + "x".repeat(AnswersFile.LONGEST_LINE) + "\", \"answer\": \"a\"}",
                "{\"question\": \"Two?\", \"answer\": \"2\"}"));
        assertThat(report.imported()).isEqualTo(2);
        assertThat(report.refused()).isEqualTo(10);
        assertThat(report.problems())
                .containsExactly(
                        "line 2: it is not one JSON object; each line is one, in UTF-8",
                        "line 3: it is not one JSON object; each line is one, in UTF-8",
                        "line 4: answer is missing or blank; a line is {\"question\": \"...\", \"answer\": \"...\"}",
                        "line 5: answer is missing or blank; a line is {\"question\": \"...\", \"answer\": \"...\"}",
                        "line 6: answer is no text; write it in quotes",
                        "line 7: at is not a time such as 2026-11-26T14:00:00Z",
                        "line 8: it has a field that is not known; there are question, answer, and where it matters system, "
                                + "tenant, at, provider and model",
                        "line 9: it is not one JSON object; each line is one, in UTF-8",
                        "line 10: it is not one JSON object; each line is one, in UTF-8",
                        "line 11: it is longer than 4194304 bytes");
        assertThat(report.toString()).isEqualTo("ImportReport{2 imported, 10 refused}");
        assertThat(inAnOutage(tideover, "One?").text()).isEqualTo("1");
        assertThat(inAnOutage(tideover, "Two?").text()).isEqualTo("2");
    }

    @Test
    void aFileOfMillionsIsReadALineAtATime() throws Exception {
        Tideover tideover = build(client());
        int[] line = {0};
        byte[] each =
                "{\"question\": \"q\"}\n".getBytes(StandardCharsets.UTF_8); // refused: only the first hundred are told
        ImportReport report = tideover.importAnswers(new InputStream() {
            private int at;

            @Override
            public int read() {
                if (line[0] == 200_000) {
                    return -1;
                }
                byte next = each[at++];
                if (at == each.length) {
                    at = 0;
                    line[0]++;
                }
                return next;
            }
        });
        assertThat(report.refused()).isEqualTo(200_000);
        assertThat(report.problems()).hasSize(100).last().asString().startsWith("line 100: ");
    }

    @Test
    void aFileThatCannotBeReadToItsEndKeepsWhatWasRead() {
        Tideover tideover = build(client());
        byte[] good = "{\"question\": \"One?\", \"answer\": \"1\"}\n{\"quest".getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> tideover.importAnswers(new InputStream() {
                    private int at;

                    @Override
                    public int read() throws IOException {
                        if (at == good.length) {
                            throw new IOException("the disk is gone");
                        }
                        return good[at++];
                    }
                }))
                .isInstanceOf(IOException.class);
        assertThat(inAnOutage(tideover, "One?").text()).isEqualTo("1");
    }

    @Test
    void whatIsExportedCanBeImported() throws Exception {
        Tideover tideover = build(client());
        server.enqueue(says("In the \\\"settings\\\" \u2713\\nThere."));
        ChatRequest asked = ChatRequest.builder()
                .system("Be brief.")
                .user("How do I reset my password?")
                .tenant("a")
                .build();
        tideover.chat(asked);
        Awaiting.until(() -> similar.size() == 1);
        tideover.remember("Do you ship to France?", "Yes.");
        server.enqueue(says("Four"));
        tideover.conversation(ChatRequest.builder()
                        .user("2+2?")
                        .message(Message.assistant("?"))
                        .build())
                .say("And what is two and two?");
        Awaiting.until(() -> similar.size() == 3);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        assertThat(tideover.exportAnswers(file))
                .as("not the one in a conversation")
                .isEqualTo(2);
        assertThat(file.toString(StandardCharsets.UTF_8).lines()).hasSize(2);

        SimilarAnswers questions = SimilarAnswers.by(Embedder.lexical());
        Tideover other = build(client().replyCache(ReplyCache.inMemory(10)).similarAnswers(questions));
        assertThat(other.importAnswers(new ByteArrayInputStream(file.toByteArray()))
                        .imported())
                .isEqualTo(2);
        assertThat(questions.size()).isEqualTo(2);
        ChatReply reply = inAnOutage(other, asked);
        assertThat(reply.origin()).isEqualTo(Origin.CACHED);
        assertThat(reply.text()).isEqualTo("In the \"settings\" \u2713\nThere.");
        assertThat(reply.provider()).isEqualTo("main");
    }

    @Test
    void whatIsOnDiskIsExportedToo(@TempDir Path directory) throws Exception {
        SecretKey key = new SecretKeySpec(new byte[16], "AES");
        ChatRequest asked = ChatRequest.builder()
                .system("Be brief.")
                .user("How do I reset my password?")
                .tenant("a")
                .build();
        try (Tideover first = onDisk(directory, key).build()) {
            server.enqueue(says("In the settings."));
            first.chat(asked);
            server.enqueue(says("Of B."));
            first.chat(asked.toBuilder().tenant("b").build());
            server.enqueue(says("Yes."));
            first.chat("Do you ship to France?");
            server.enqueue(says("Four"));
            first.conversation(ChatRequest.builder()
                            .user("2+2?")
                            .message(Message.assistant("?"))
                            .build())
                    .say("And what is two and two?");
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        SimilarAnswers questions =
                SimilarAnswers.builder(new AnotherEmbedder()).onDisk().build();
        try (Tideover second = onDisk(directory, key).similarAnswers(questions).build()) {
            second.forget("b");
            server.enqueue(says("Yes, of course."));
            second.chat("Do you ship to France?"); // in both, and written once
            server.enqueue(says("Nine to five."));
            second.chat("When are you open?");
            Awaiting.until(() -> questions.size() == 2);
            assertThat(second.exportAnswers(file)).isEqualTo(3);
        }
        List<String> lines = file.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines)
                .hasSize(3)
                .anyMatch(line -> line.contains("France") && line.contains("Yes, of course."))
                .anyMatch(line -> line.contains("Nine to five."));

        Tideover other = build(client());
        assertThat(other.importAnswers(new ByteArrayInputStream(file.toByteArray()))
                        .imported())
                .isEqualTo(3);
        ChatReply reply = inAnOutage(other, asked);
        assertThat(reply.origin()).isEqualTo(Origin.CACHED);
        assertThat(reply.text()).isEqualTo("In the settings.");
        assertThat(reply.provider()).isEqualTo("main");
        for (Path each : Files.list(directory).toList()) {
            assertThat(Files.readString(each, StandardCharsets.ISO_8859_1)).doesNotContain("password", "Be brief.");
        }
    }

    /** The disk is full, or the connection gone, to which the lines go. */
    @Test
    void whatCannotBeWrittenIsToldToWhoeverExports(@TempDir Path directory) throws Exception {
        SecretKey key = new SecretKeySpec(new byte[16], "AES");
        try (Tideover first = onDisk(directory, key).build()) {
            server.enqueue(says("Yes."));
            first.chat("Do you ship to France?");
        }
        try (Tideover second = onDisk(directory, key).build()) {
            assertThatThrownBy(() -> second.exportAnswers(new OutputStream() {
                        @Override
                        public void write(int b) throws IOException {
                            throw new IOException("no room");
                        }
                    }))
                    .isInstanceOf(IOException.class)
                    .hasMessage("no room");
        }
    }

    private static final class AnotherEmbedder extends OwnEmbedder {
        @Override
        public String name() {
            return "another";
        }

        @Override
        public float[] embed(String text) {
            return new float[] {1};
        }
    }
}
