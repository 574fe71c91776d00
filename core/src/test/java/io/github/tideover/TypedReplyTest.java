package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.chat.Tool;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.RequestRejectedException;
import io.github.tideover.failure.ServiceUnavailableException;
import io.github.tideover.status.ServiceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers that fill a record, over HTTP. */
@Timeout(60)
class TypedReplyTest {
    enum Mood {
        CALM,
        CROSS
    }

    record Ticket(String subject, int urgency, Mood mood) {}

    private static final String FITS = "{\"subject\":\"lamp\",\"urgency\":2,\"mood\":\"CALM\"}";
    private static final String MISSES = "{\"subject\":\"lamp\",\"urgency\":\"two\",\"mood\":\"CALM\"}";
    private static final Ticket TICKET = new Ticket("lamp", 2, Mood.CALM);
    private static final ChatRequest REQUEST = ChatRequest.of("My lamp is broken.");

    @StartStop
    private final MockWebServer first = new MockWebServer();

    @StartStop
    private final MockWebServer second = new MockWebServer();

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private Tideover client(Tideover.Builder builder) {
        Tideover tideover = builder.retryPolicy(
                        RetryPolicy.builder().firstDelay(Duration.ofMillis(1)).build())
                .build();
        open.add(tideover);
        return tideover;
    }

    private Script script() {
        return new Script(Speaker.CHAT, first);
    }

    private Tideover alone(Script script) {
        return client(Tideover.builder().provider(script.provider("main")));
    }

    private Tideover withBackup(Script main, Script spare) {
        return client(Tideover.builder().provider(main.provider("main")).alternate(spare.provider("spare")));
    }

    @ParameterizedTest
    @EnumSource
    void aRecordIsFilledInEachDialectAndForm(Speaker speaker) throws Exception {
        Script script = new Script(speaker, first).says(FITS).says(FITS).says(FITS);
        Tideover tideover = alone(script);
        TypedReply<Ticket> whole = tideover.chat(REQUEST, Ticket.class);
        assertThat(whole.value()).isEqualTo(TICKET);
        assertThat(whole.reply().isLive()).isTrue();
        assertThat(whole.reply().attempts()).isEqualTo(1);
        assertThat(tideover.chatAsync(REQUEST, Ticket.class)
                        .get(20, TimeUnit.SECONDS)
                        .value())
                .isEqualTo(TICKET);
        try (TypedReplyStream<Ticket> stream = tideover.stream(REQUEST, Ticket.class)) {
            assertThat(String.join("", stream.pieces())).isEqualTo(FITS);
            assertThat(stream.reply().value()).isEqualTo(TICKET);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(speaker.schemaIn(script.body(i))
                            .at("/properties/mood/enum/1")
                            .asString())
                    .isEqualTo("CROSS");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatDoesNotFitIsAskedForOnceMore(Speaker speaker) {
        Script script = new Script(speaker, first).says(MISSES).says(FITS);
        TypedReply<Ticket> answer = alone(script).chat(REQUEST, Ticket.class);
        assertThat(answer.value()).isEqualTo(TICKET);
        assertThat(answer.reply().attempts()).isEqualTo(2);
        assertThat(answer.reply().skipped()).extracting(Failure::kind).containsExactly(FailureKind.WRONG_SHAPE);
    }

    @Test
    void whatAnAnswerTookThatDoesNotFitCountsForTheLimits() {
        Script script = script().answers(asked -> misses(90_000)).answers(asked -> misses(500));
        Tideover tideover = alone(script);
        assertThatThrownBy(() -> tideover.chat(REQUEST, Ticket.class)).isInstanceOf(ServiceUnavailableException.class);
        // Each took 1,000 tokens, so that the 500 that are left are too few for another.
        assertThat(tideover.routes().get(0).hasRoom(System.nanoTime())).isFalse();
    }

    private static MockResponse misses(int remaining) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "application/json")
                .setHeader("x-ratelimit-limit-tokens", "100000")
                .setHeader("x-ratelimit-remaining-tokens", String.valueOf(remaining))
                .setHeader("x-ratelimit-reset-tokens", "60s")
                .body("{\"choices\":[{\"message\":{\"content\":\"no idea\"},\"finish_reason\":\"stop\"}],"
                        + "\"usage\":{\"prompt_tokens\":900,\"completion_tokens\":100,\"total_tokens\":1000}}")
                .build();
    }

    @Test
    void afterTwoThatDoNotFitTheAlternateIsAsked() {
        Script main = script().says(MISSES).says("no idea");
        Script spare = new Script(Speaker.ANTHROPIC, second).says("```json\n" + FITS + "\n```");
        TypedReply<Ticket> answer = withBackup(main, spare).chat(REQUEST, Ticket.class);
        assertThat(answer.value()).isEqualTo(TICKET);
        assertThat(answer.reply().origin()).isEqualTo(Origin.ALTERNATE);
        assertThat(main.requests()).isEqualTo(2);
        assertThat(spare.requests()).isEqualTo(1);
    }

    @Test
    void whatNobodyFillsIsAFailureThatSaysWhereItDoesNotFit() {
        Script script = script().says(MISSES).says(MISSES).says(FITS);
        Tideover tideover = alone(script);
        ServiceUnavailableException failed =
                catchThrowableOfType(ServiceUnavailableException.class, () -> tideover.chat(REQUEST, Ticket.class));
        assertThat(failed.kind()).isEqualTo(FailureKind.WRONG_SHAPE);
        assertThat(failed)
                .hasMessageContaining("the answer is no Ticket: urgency must be a whole number, not a string")
                .hasMessageNotContaining("lamp")
                .hasMessageNotContaining("two");
        assertThat(failed.attempts()).isEqualTo(2);
        assertThat(script.requests()).isEqualTo(2);
        assertThat(tideover.status().state()).isEqualTo(ServiceState.OPERATIONAL);
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerCutByTheTokenLimitIsNeverAccepted(Speaker speaker) {
        Script script = new Script(speaker, first).cuts(FITS).says(FITS);
        assertThatThrownBy(() -> alone(script).chat(REQUEST, Ticket.class))
                .isInstanceOfSatisfying(
                        ServiceUnavailableException.class,
                        failed -> assertThat(failed.kind()).isEqualTo(FailureKind.WRONG_SHAPE))
                .hasMessageContaining("token limit");
        assertThat(script.requests()).isEqualTo(1); // the next one would be cut at the same place
    }

    private static MockResponse answer(Map<String, Object> message, String finishReason) {
        return Speaker.whole(Speaker.map(
                "id",
                "c1",
                "choices",
                List.of(Speaker.map("index", 0, "message", message, "finish_reason", finishReason))));
    }

    @Test
    void aRefusalIsARejectionAndNotShoppedAround() {
        Script main = script().answers(request ->
                answer(Speaker.map("role", "assistant", "content", null, "refusal", "I must not."), "stop"));
        Script spare = new Script(Speaker.CHAT, second).says(FITS);
        Tideover tideover = client(Tideover.builder()
                .provider(main.provider("main").streaming(false))
                .alternate(spare.provider("spare")));
        assertThatThrownBy(() -> tideover.chat(REQUEST, Ticket.class))
                .isInstanceOf(RequestRejectedException.class)
                .hasMessageNotContaining("I must not");
        assertThat(spare.requests()).isZero();
    }

    @Test
    void anAnswerStoppedByAPolicyIsARejectionAndNotShoppedAround() {
        Script main = script().answers(request ->
                answer(Speaker.map("role", "assistant", "content", "{\"subject\":"), "content_filter"));
        Script spare = new Script(Speaker.CHAT, second).says(FITS);
        Tideover tideover = client(Tideover.builder()
                .provider(main.provider("main").streaming(false))
                .alternate(spare.provider("spare")));
        assertThatThrownBy(() -> tideover.chat(REQUEST, Ticket.class))
                .isInstanceOfSatisfying(
                        RequestRejectedException.class,
                        rejected -> assertThat(rejected.kind()).isEqualTo(FailureKind.CONTENT_FILTER));
        assertThat(main.requests()).isEqualTo(1);
        assertThat(spare.requests()).isZero();
    }

    @Test
    void whatAnAnswerThatDoesNotFitSaysOfRateLimitsIsHeard() {
        Script main = script().answers(request -> Speaker.CHAT
                .says(request, MISSES, false)
                .newBuilder()
                .setHeader("x-ratelimit-limit-requests", "100")
                .setHeader("x-ratelimit-remaining-requests", "0")
                .setHeader("x-ratelimit-reset-requests", "20s")
                .build());
        Script spare = new Script(Speaker.CHAT, second).says(FITS);
        Tideover tideover = client(Tideover.builder()
                .provider(main.provider("main").streaming(false))
                .alternate(spare.provider("spare")));
        assertThat(tideover.chat(REQUEST, Ticket.class).value()).isEqualTo(TICKET);
        assertThat(main.requests()).as("nothing is left there").isEqualTo(1);
    }

    @Test
    void aKeptReplyIsServedIfItFills() {
        Script script = script().says(FITS);
        Tideover tideover =
                client(Tideover.builder().provider(script.provider("main")).replyCache(ReplyCache.inMemory(10)));
        tideover.chat(REQUEST, Ticket.class);
        TypedReply<Ticket> kept = tideover.chat(REQUEST, Ticket.class);
        assertThat(kept.value()).isEqualTo(TICKET);
        assertThat(kept.reply().origin()).isEqualTo(Origin.CACHED);
    }

    @Test
    void aKeptReplyThatDoesNotFillIsPassedOver() {
        Script script = script().says("[]");
        Tideover tideover = client(Tideover.builder()
                .provider(script.provider("main"))
                .replyCache(ReplyCache.inMemory(10))
                .lastResort("Later."));
        ResponseFormat format =
                io.github.tideover.tool.RecordShape.ofAnswer(Ticket.class).format();
        ChatRequest untyped = REQUEST.toBuilder().responseFormat(format).build();
        assertThat(tideover.chat(untyped).text()).isEqualTo("[]"); // which is kept
        assertThat(tideover.chat(untyped).origin()).isEqualTo(Origin.CACHED);
        ChatException failed = catchThrowableOfType(ChatException.class, () -> tideover.chat(REQUEST, Ticket.class));
        assertThat(failed.kind()).isEqualTo(FailureKind.TRANSIENT);
        List<Failure> ends = failed.failures()
                .subList(failed.failures().size() - 2, failed.failures().size());
        assertThat(ends).extracting(Failure::source).containsExactly("reply cache", "last resort");
        assertThat(ends).extracting(Failure::kind).containsOnly(FailureKind.WRONG_SHAPE);
        assertThat(ends.get(0).message())
                .isEqualTo("the answer is no Ticket: the whole must be an object, not an array");
    }

    @Test
    void whatDoesNotFillIsNotKept() {
        Script script = script().says(MISSES).says(MISSES);
        Tideover tideover =
                client(Tideover.builder().provider(script.provider("main")).replyCache(ReplyCache.inMemory(10)));
        assertThatThrownBy(() -> tideover.chat(REQUEST, Ticket.class))
                .isInstanceOfSatisfying(
                        ChatException.class,
                        failed -> assertThat(failed.failures())
                                .last()
                                .extracting(Failure::kind)
                                .isEqualTo(FailureKind.NO_CACHED_REPLY));
    }

    @Test
    void aStreamThatTurnsOutNotToFitBeginsAgainAndEventsSaySo() {
        Script main = script().says(MISSES);
        Script spare = new Script(Speaker.GEMINI, second).says(FITS);
        StringBuilder screen = new StringBuilder();
        List<String> told = new ArrayList<>();
        try (TypedReplyStream<Ticket> stream = withBackup(main, spare).stream(REQUEST, Ticket.class)) {
            for (StreamEvent event : stream.pieces().events()) {
                if (event instanceof StreamEvent.Text text) {
                    screen.append(text.text());
                } else if (event instanceof StreamEvent.Restarted restarted) {
                    screen.setLength(0);
                    told.add("restarted by " + restarted.cause().kind());
                } else if (event instanceof StreamEvent.Completed) {
                    told.add("completed");
                }
            }
            assertThat(screen).hasToString(FITS);
            assertThat(told).containsExactly("restarted by WRONG_SHAPE", "completed");
            assertThat(stream.reply().value()).isEqualTo(TICKET);
        }
        assertThat(main.requests()).isEqualTo(1);
    }

    @Test
    void anAsyncCallEndsWithTheFailure() {
        Script script = script().says(MISSES).says(MISSES);
        assertThatThrownBy(() -> alone(script).chatAsync(REQUEST, Ticket.class).join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ServiceUnavailableException.class,
                        failed -> assertThat(failed.kind()).isEqualTo(FailureKind.WRONG_SHAPE));
    }

    @Test
    void aConversationGoesOnAfterARecord() {
        Script script = script().says(FITS).says("Gladly.");
        Conversation conversation = alone(script).conversation();
        assertThat(conversation.say("My lamp is broken.", Ticket.class).value()).isEqualTo(TICKET);
        assertThat(conversation.say("Thank you.").text()).isEqualTo("Gladly.");
        assertThat(conversation.history()).startsWith(Message.user("My lamp is broken."), Message.assistant(FITS));
        assertThat(script.body(1).has("response_format")).isFalse();
    }

    @Test
    void aModelThatCannotBeHeldToASchemaFindsItInThePrompt() {
        Script script = new Script(Speaker.ANTHROPIC, first).says(FITS);
        Tideover tideover =
                client(Tideover.builder().provider(script.provider("main").model("claude-opus-4-20250514")));
        TypedReply<Ticket> answer = tideover.chat(REQUEST, Ticket.class);
        assertThat(answer.value()).isEqualTo(TICKET);
        assertThat(answer.reply().adapted())
                .singleElement()
                .asString()
                .contains("JSON schema", "claude-opus-4-20250514");
        assertThat(Speaker.ANTHROPIC.schemaIn(script.body(0)).isMissingNode()).isTrue();
        assertThat(script.body(0).get("system").toString()).contains("urgency");
    }

    record Nothing() {}

    @Test
    void whatCannotBeAskedIsRefusedBeforeAnythingIsSent() {
        Script script = script().says(FITS);
        Tideover tideover = alone(script);
        ChatRequest withTools = REQUEST.toBuilder()
                .tools(Tool.function("t", "", Map.of("type", "object")))
                .build();
        ChatRequest withFormat =
                REQUEST.toBuilder().responseFormat(ResponseFormat.json()).build();
        assertThatThrownBy(() -> tideover.chat(withTools, Ticket.class)).hasMessageContaining("leave the tools out");
        assertThatThrownBy(() -> tideover.stream(withFormat, Ticket.class))
                .hasMessageContaining("leave the format out");
        assertThatThrownBy(() -> tideover.chatAsync(REQUEST, Nothing.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no components");
        assertThat(script.requests()).isZero();
    }

    @Test
    void nothingOfTheAnswerIsInAToString() {
        TypedReply<Ticket> answer = alone(script().says(FITS)).chat(REQUEST, Ticket.class);
        assertThat(answer.toString()).contains("LIVE").doesNotContain("lamp");
        ChatReply reply = answer.reply();
        assertThat(reply.text()).isEqualTo(FITS);
    }
}
