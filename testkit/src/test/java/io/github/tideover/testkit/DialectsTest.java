package io.github.tideover.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.Conversation;
import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.ToolReply;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.Role;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.testkit.SeenRequest.Ending;
import io.github.tideover.tool.Toolbox;
import io.github.tideover.tool.TypedTool;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every dialect, as our own client hears it. */
class DialectsTest {
    static final Map<Fault, FailureKind> KINDS = Map.of(
            Fault.OVERLOADED, FailureKind.OVERLOADED,
            Fault.SERVER_ERROR, FailureKind.TRANSIENT,
            Fault.RATE_LIMITED, FailureKind.THROTTLED,
            Fault.QUOTA_EXHAUSTED, FailureKind.QUOTA,
            Fault.UNAUTHORIZED, FailureKind.AUTH,
            Fault.MODEL_NOT_FOUND, FailureKind.MODEL_NOT_FOUND,
            Fault.CONTEXT_TOO_LONG, FailureKind.CONTEXT_LENGTH,
            Fault.CONTENT_POLICY, FailureKind.CONTENT_FILTER,
            Fault.INVALID_REQUEST, FailureKind.INVALID_REQUEST);

    static final Map<StreamBreak, FailureKind> BREAKS = Map.of(
            StreamBreak.CLOSE, FailureKind.CUT,
            StreamBreak.RESET, FailureKind.NETWORK_AMBIGUOUS,
            StreamBreak.SILENCE, FailureKind.STALL,
            StreamBreak.ERROR_EVENT, FailureKind.TRANSIENT,
            StreamBreak.HALF_AN_EVENT, FailureKind.CUT);

    private final OutageServer service = OutageServer.start();

    @AfterEach
    void close() {
        service.close();
    }

    private Tideover client(Dialect dialect) {
        return builder(dialect).build();
    }

    /** Only who meets silence is in a hurry: whatever else comes late here is the machine's fault. */
    private Tideover client(Dialect dialect, StreamBreak how) {
        Tideover.Builder builder = builder(dialect);
        return (how == StreamBreak.SILENCE ? builder.stallTimeout(Duration.ofSeconds(1)) : builder).build();
    }

    private Tideover.Builder builder(Dialect dialect) {
        return Tideover.builder().provider(service.provider(dialect)).retryPolicy(RetryPolicy.never());
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void aWholeReplyIsHeard(Dialect dialect) {
        service.says("Zwölf \"Boxkämpfer\"\nund ein Ende");
        try (Tideover tideover = client(dialect)) {
            ChatReply reply = tideover.chat("Hello");
            assertThat(reply.text()).isEqualTo("Zwölf \"Boxkämpfer\"\nund ein Ende");
            assertThat(reply.isComplete()).isTrue();
            assertThat(reply.model()).isEqualTo("test-model");
            assertThat(reply.usage().outputTokens()).isEqualTo(4);
        }
        assertThat(service.requests()).singleElement().satisfies(request -> {
            assertThat(request.dialect()).isEqualTo(dialect);
            assertThat(request.model()).isEqualTo("test-model");
            assertThat(request.isStream()).isFalse();
            assertThat(request.ending()).isEqualTo(Ending.ANSWERED);
            assertThat(request.body()).contains("Hello");
            assertThat(request.toString()).doesNotContain("Hello");
        });
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void aStreamComesWordByWordAndIsComplete(Dialect dialect) {
        service.says("The sea falls and the sea rises.");
        try (Tideover tideover = client(dialect);
                var stream = tideover.stream("Hello")) {
            assertThat(stream).containsExactly("The ", "sea ", "falls ", "and ", "the ", "sea ", "rises.");
            assertThat(stream.reply().isComplete()).isTrue();
            assertThat(stream.reply().usage().outputTokens()).isEqualTo(7);
        }
        assertThat(service.requests()).singleElement().satisfies(request -> {
            assertThat(request.isStream()).isTrue();
            assertThat(request.ending()).isEqualTo(Ending.ANSWERED);
        });
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void aQuestionHasItsAnswerWhereverThereIsNoOther(Dialect dialect) {
        try (OutageServer parrot = OutageServer.builder()
                        .answers(question -> "You asked: " + question)
                        .start();
                Tideover tideover = Tideover.builder()
                        .provider(parrot.provider(dialect))
                        .retryPolicy(RetryPolicy.never())
                        .build()) {
            Conversation conversation = tideover.conversation(ChatRequest.builder()
                    .system("Be brief")
                    .user("Hi")
                    .assistant("Hello")
                    .build());
            assertThat(conversation.say("How high?").text()).isEqualTo("You asked: How high?");
            try (var stream = conversation.stream("And how low?")) {
                assertThat(stream.reply().text()).isEqualTo("You asked: And how low?");
            }
            assertThat(tideover.chat(ChatRequest.builder()
                                    .message(Message.user(Part.text("In "), Part.text("parts")))
                                    .build())
                            .text())
                    .isEqualTo("You asked: In parts");
            parrot.says("A word of its own");
            assertThat(tideover.chat("Hello").text()).isEqualTo("A word of its own");
            parrot.dripsAt(1_000).tokensPerSecond();
            assertThat(tideover.chat("Slowly?").text()).isEqualTo("You asked: Slowly?");
            parrot.cutsTheStreamAfter(40).tokens(); // more than there are
            assertThatThrownBy(() -> tideover.chat("Cut?")).isInstanceOf(ChatException.class);
        }
    }

    record City(String city) {}

    /** Says what was asked for, so that the order of the answers can be told. */
    private static final Toolbox WEATHER =
            Toolbox.of(TypedTool.of("weather", "What it is like.", City.class, city -> "rain in " + city.city()));

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void aToolIsCalledAndTheNextLineAnswersItsResult(Dialect dialect) {
        service.calls("weather", "{\"city\":\"Oslo\"}");
        service.says("It rains.");
        try (Tideover tideover = client(dialect)) {
            ToolReply reply = tideover.chat("Do I need a coat?", WEATHER);
            assertThat(reply.text()).isEqualTo("It rains.");
            assertThat(reply.history()).extracting(Message::role).contains(Role.TOOL);
        }
        service.checkScript();
        assertThat(service.requests())
                .hasSize(2)
                .allSatisfy(request -> assertThat(request.ending()).isEqualTo(Ending.ANSWERED));
        assertThat(service.requests().get(1).body()).contains("rain in Oslo");
        assertThat(service.requests().toString()).doesNotContain("Oslo");
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void severalToolsAreCalledAtOnceAfterAText(Dialect dialect) {
        service.says("Let me look.").calling("weather", "{\"city\":\"Oslo\"}").calling("time", "{}");
        try (Tideover tideover = client(dialect)) {
            callsBoth(tideover.chat("Do I need a coat?"));
        }
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void severalToolsAreCalledInAStream(Dialect dialect) {
        service.says("Let me look.").calling("weather", "{\"city\":\"Oslo\"}").calling("time", "{}");
        service.calls("weather", "{\"city\":\"Bergen by the sea\", \"unit\":null}");
        try (Tideover tideover = client(dialect)) {
            try (var stream = tideover.stream("Do I need a coat?")) {
                assertThat(String.join("", stream)).isEqualTo("Let me look.");
                callsBoth(stream.reply());
            }
            try (var stream = tideover.stream("And there?")) {
                assertThat(stream).isEmpty();
                assertThat(stream.reply().toolCalls())
                        .singleElement()
                        .satisfies(call -> assertThat(Speech.JSON.readTree(call.arguments()))
                                .isEqualTo(Speech.JSON.readTree("{\"city\":\"Bergen by the sea\",\"unit\":null}")));
            }
        }
    }

    private static void callsBoth(ChatReply reply) {
        assertThat(reply.text()).isEqualTo("Let me look.");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(reply.toolCalls()).extracting(ToolCall::name).containsExactly("weather", "time");
        assertThat(reply.toolCalls())
                .extracting(call -> Speech.JSON.readTree(call.arguments()).toString())
                .containsExactly("{\"city\":\"Oslo\"}", "{}");
        assertThat(reply.toolCalls()).extracting(ToolCall::id).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource(
            value = Dialect.class,
            names = "GEMINI",
            mode = EnumSource.Mode.EXCLUDE) // where a call is one piece, and comes whole or not at all
    void aCallThatBreaksOffIsNoCall(Dialect dialect) {
        for (StreamBreak how : BREAKS.keySet()) {
            service.cutsTheStreamAfter(1)
                    .tokens()
                    .calling("weather", "{\"city\":\"Oslo\"}")
                    .by(how);
            try (Tideover tideover = client(dialect, how);
                    var stream = tideover.stream("Do I need a coat?")) {
                assertThatThrownBy(() -> stream.forEach(piece -> {}))
                        .as(how.toString())
                        .isInstanceOf(ChatException.class);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void aWholeReplyWithACallThatIsCutIsNoReply(Dialect dialect) {
        service.cutsTheStreamAfter(1).tokens().calling("weather", "{\"city\":\"Oslo\"}");
        try (Tideover tideover = client(dialect)) {
            assertThatThrownBy(() -> tideover.chat("Hello")).isInstanceOf(ChatException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void tokensAreCountedOrSaidToBe(Dialect dialect) {
        service.says("The sea falls.");
        service.says("The sea falls.");
        service.says("The sea falls.").usage(1_200, 34);
        service.says("The sea falls.").usage(1_200, 34);
        try (Tideover tideover = client(dialect)) {
            Usage counted = tideover.chat("Hello").usage();
            assertThat(counted.outputTokens()).isEqualTo(3);
            assertThat(counted.inputTokens())
                    .isEqualTo(service.requests().get(0).body().length() / 4);
            assertThat(usageOfAStream(tideover).outputTokens()).isEqualTo(3);
            for (Usage said : List.of(tideover.chat("Hello").usage(), usageOfAStream(tideover))) {
                assertThat(said.inputTokens()).isEqualTo(1_200);
                assertThat(said.outputTokens()).isEqualTo(34);
            }
        }
    }

    private static Usage usageOfAStream(Tideover tideover) {
        try (var stream = tideover.stream("Hello")) {
            stream.forEach(piece -> {});
            return stream.reply().usage();
        }
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void aRecordIsAnsweredWithJson(Dialect dialect) {
        service.says("{\"city\":\"Oslo\"}");
        try (Tideover tideover = client(dialect)) {
            assertThat(tideover.chat("Where is it?", City.class).value()).isEqualTo(new City("Oslo"));
        }
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void imagesAndFilesAreCounted(Dialect dialect) {
        byte[] bytes = {1, 2, 3};
        Part image = Part.image("image/png", bytes);
        Part file = Part.file("table.pdf", "application/pdf", bytes);
        try (Tideover tideover = client(dialect)) {
            tideover.chat("Hello");
            tideover.chat(ChatRequest.builder()
                    .messages(List.of(
                            Message.user(Part.text("What is on these?"), image, image),
                            Message.assistant("Boats."),
                            Message.user(Part.text("And in this?"), file)))
                    .build());
        }
        assertThat(service.requests()).extracting(SeenRequest::images).containsExactly(0, 2);
        assertThat(service.requests()).extracting(SeenRequest::files).containsExactly(0, 1);
    }

    static Stream<Arguments> faults() {
        return Stream.of(Dialect.values())
                .flatMap(dialect -> Stream.of(Fault.values()).map(fault -> Arguments.of(dialect, fault)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aRefusalIsTakenForWhatItIs(Dialect dialect, Fault fault) {
        service.fails(fault);
        try (Tideover tideover = client(dialect)) {
            assertThatThrownBy(() -> tideover.chat("Hello"))
                    .isInstanceOfSatisfying(
                            ChatException.class, e -> assertThat(e.kind()).isEqualTo(KINDS.get(fault)));
        }
        assertThat(service.requests()).singleElement().satisfies(request -> {
            assertThat(request.ending()).isEqualTo(Ending.REFUSED);
            assertThat(request.fault()).hasValue(fault);
        });
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aRefusalOfAStreamIsTakenForWhatItIs(Dialect dialect, Fault fault) {
        service.fails(fault);
        try (Tideover tideover = client(dialect)) {
            assertThatThrownBy(() -> String.join("", tideover.stream("Hello")))
                    .isInstanceOfSatisfying(
                            ChatException.class, e -> assertThat(e.kind()).isEqualTo(KINDS.get(fault)));
        }
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void aWishForRestIsHeardInWholeSecondsAndInParts(Dialect dialect) {
        service.fails(Fault.RATE_LIMITED).asking(Duration.ofSeconds(40));
        service.fails(Fault.RATE_LIMITED).asking(Duration.ofMillis(1_500));
        for (Duration wait : new Duration[] {
            Duration.ofSeconds(40),
            dialect == Dialect.MESSAGES ? Duration.ofSeconds(2) : Duration.ofMillis(1_500) // only whole ones there
        }) {
            try (Tideover tideover = client(dialect)) {
                assertThatThrownBy(() -> tideover.chat("Hello"))
                        .isInstanceOfSatisfying(
                                ChatException.class,
                                e -> assertThat(e.failures().get(0).retryAfter())
                                        .hasValue(wait));
            }
        }
    }

    static Stream<Arguments> breaks() {
        return Stream.of(Dialect.values())
                .flatMap(dialect -> BREAKS.keySet().stream().sorted().map(how -> Arguments.of(dialect, how)));
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void aBrokenStreamIsTakenForWhatItIs(Dialect dialect, StreamBreak how) {
        service.cutsTheStreamAfter(3)
                .tokens()
                .saying("The sea falls and the sea rises.")
                .by(how);
        try (Tideover tideover = client(dialect, how);
                var stream = tideover.stream("Hello")) {
            assertThatThrownBy(() -> stream.forEach(piece -> {}))
                    .isInstanceOfSatisfying(PartialReplyException.class, e -> {
                        assertThat(e.partialText()).isEqualTo("The sea falls ");
                        assertThat(e.kind()).isIn(BREAKS.get(how), FailureKind.OVERLOADED);
                    });
        }
        service.awaitQuiet();
        assertThat(service.requests().get(0).ending())
                .isEqualTo(how == StreamBreak.SILENCE ? Ending.LEFT : Ending.BROKEN);
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void aGarbledEventMayHaveBeenAPieceOfTheAnswer(Dialect dialect) {
        service.cutsTheStreamAfter(3).tokens().by(StreamBreak.GARBLED_EVENT);
        try (Tideover tideover = client(dialect);
                var stream = tideover.stream("Hello")) {
            assertThatThrownBy(() -> stream.forEach(piece -> {}))
                    .isInstanceOfSatisfying(PartialReplyException.class, e -> {
                        assertThat(OutageServer.HEALTHY_ANSWER).startsWith(e.partialText());
                        assertThat(e.kind()).isEqualTo(FailureKind.MALFORMED);
                    });
        }
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void aWholeReplyThatIsCutIsNoReply(Dialect dialect) {
        service.cutsTheStreamAfter(3).tokens();
        try (Tideover tideover = client(dialect)) {
            assertThatThrownBy(() -> tideover.chat("Hello")).isInstanceOf(ChatException.class);
        }
        assertThat(service.requests().get(0).ending()).isEqualTo(Ending.BROKEN);
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void aProxysPageAndAHangUpAreNoReplyEither(Dialect dialect) {
        service.servesTheProxyErrorPage();
        service.hangsUp();
        try (Tideover tideover = client(dialect)) {
            assertThatThrownBy(() -> tideover.chat("Hello"))
                    .isInstanceOfSatisfying(
                            ChatException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.TRANSIENT));
            assertThatThrownBy(() -> tideover.chat("Hello"))
                    .isInstanceOfSatisfying(
                            ChatException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.NETWORK_AMBIGUOUS));
        }
    }
}
