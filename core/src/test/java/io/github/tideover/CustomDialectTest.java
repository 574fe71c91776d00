package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.Shape.Seen;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.provider.Provider;
import io.github.tideover.provider.custom.CustomDialect;
import io.github.tideover.provider.custom.Framing;
import io.github.tideover.provider.custom.ReplyDraft;
import io.github.tideover.provider.custom.Target;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A dialect of an application's own, careful or careless, takes part in everything and can promise nothing that is not so. */
@Timeout(60)
class CustomDialectTest {
    private static final String KEY = "correct-horse-battery";

    private final LoopbackProvider main = new LoopbackProvider();
    private final LoopbackProvider spare = new LoopbackProvider();
    private final List<Tideover> clients = new ArrayList<>();

    @AfterEach
    void close() {
        try {
            for (Tideover each : clients) {
                Awaiting.until(() -> each.routes().stream().allMatch(route -> route.underWay() == 0));
            }
        } finally {
            clients.forEach(Tideover::close);
            main.close();
            spare.close();
        }
    }

    /**
     * An API of single words: {@code say TEXT}, {@code think TEXT}, {@code refuse TEXT}, {@code tool PART}, {@code stop},
     * {@code end}, {@code show KIND}, {@code error TEXT}, {@code bad TEXT}, {@code bug TEXT}, {@code io TEXT}; several in one piece are set apart
     * by {@code |}.
     */
    private static class Words implements CustomDialect {
        private final Framing framing;

        Words(Framing framing) {
            this.framing = framing;
        }

        @Override
        public Request write(ChatRequest request, Target target) {
            String asked = (target.isStreamed() ? "stream " : "whole ") + target.model() + " "
                    + request.messages().size();
            return new Request.Builder()
                    .url(target.url("talk/now"))
                    .post(RequestBody.create(asked, null))
                    .build();
        }

        @Override
        public Framing framing() {
            return framing;
        }

        @Override
        public void readWhole(String body, ReplyDraft reply) throws IOException {
            for (String line : body.split("\n")) {
                readPiece("", line, reply);
            }
        }

        @Override
        public void readPiece(String type, String data, ReplyDraft reply) throws IOException {
            for (String word : data.split("\\|")) {
                String rest = word.substring(word.indexOf(' ') + 1);
                switch (word.split(" ")[0]) {
                    case "say" -> reply.text(rest);
                    case "think" -> reply.reasoning(rest);
                    case "refuse" -> reply.refusal(rest);
                    case "tool" -> reply.toolCall(0, "call_1", "look", rest);
                    case "stop" -> reply.finish(FinishReason.STOP).usage(Usage.of(3, 2, 5, 0, 0));
                    case "end" -> reply.end();
                    case "show" -> reply.unread(rest);
                    case "error" -> throw reply.refused(rest);
                    case "bad" -> throw reply.malformed("a bad word");
                    case "bug" -> throw new IllegalArgumentException("cannot parse: " + rest);
                    case "io" -> throw new IOException("cannot parse: " + rest);
                    default -> throw new IllegalStateException("no word: " + word);
                }
            }
        }
    }

    private Tideover.Builder alone(CustomDialect dialect) {
        return Tideover.builder()
                .provider(Provider.speaking(dialect, main.baseUrl())
                        .name("main")
                        .apiKey(KEY)
                        .model("small"))
                .retryPolicy(RetryPolicy.never());
    }

    private Tideover.Builder withSpare(CustomDialect dialect) {
        return alone(dialect)
                .alternate(
                        Provider.openAiCompatible(spare.baseUrl()).name("spare").model("other"));
    }

    private Tideover open(Tideover.Builder builder) {
        Tideover tideover = builder.build();
        clients.add(tideover);
        return tideover;
    }

    /** Sends pieces in the form that is asked for, and ends the connection. */
    private void sends(Framing framing, String... pieces) {
        String body = framing == Framing.LINES
                ? String.join("\n", pieces) + "\n"
                : "data: " + String.join("\n\ndata: ", pieces) + "\n\n";
        main.does(wire -> {
            wire.raw("HTTP/1.1 200 OK\r\nConnection: close\r\nx-request-id: req_7\r\n\r\n" + body);
            return false;
        });
    }

    private Seen stream(Framing framing, String... pieces) {
        sends(framing, pieces);
        return Shape.EVENTS.read(open(alone(new Words(framing))).stream("Hello"));
    }

    private static FailureKind kindOf(Seen seen) {
        assertThat(seen.end).isInstanceOf(ChatException.class);
        assertThat(seen.told()).doesNotContain("completed");
        return ((ChatException) seen.end).kind();
    }

    @ParameterizedTest
    @EnumSource
    void aStreamIsReadPieceByPiece(Framing framing) {
        Seen seen = stream(framing, "think Hm", "say Hel|tool {\"a\":", "tool 1}", "say lo", "stop");
        assertThat(seen.told()).containsExactly("thought Hm", "text Hel", "text lo", "completed");
        ChatReply reply = seen.reply();
        assertThat(reply.text()).isEqualTo("Hello");
        assertThat(reply.reasoning()).isEqualTo("Hm");
        assertThat(reply.toolCalls()).containsExactly(ToolCall.of("call_1", "look", "{\"a\":1}"));
        assertThat(reply.usage().totalTokens()).isEqualTo(5);
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(reply.model()).isEqualTo("small");
        assertThat(reply.provider()).isEqualTo("main");
        assertThat(reply.origin()).isEqualTo(Origin.LIVE);
        assertThat(reply.requestId()).isEqualTo("req_7");
        String head = main.asked().get(0).head();
        assertThat(head).startsWith("POST /v1/talk/now HTTP/1.1\r\n").contains("Authorization: Bearer " + KEY);
        assertThat(head)
                .contains("Accept: " + (framing == Framing.LINES ? "application/x-ndjson" : "text/event-stream"));
        assertThat(head).contains("User-Agent: tideover/");
        assertThat(main.asked().get(0).body()).isEqualTo("stream small 1");
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"BLOCKING", "ASYNC"})
    void aWholeReplyIsReadAtOnce(Form form) {
        sends(Framing.LINES, "think Hm", "say Hello", "stop");
        Tideover tideover = open(alone(new Words(Framing.LINES)));
        ChatReply reply = form.ask(tideover, "Hello");
        assertThat(reply.text()).isEqualTo("Hello");
        assertThat(reply.requestId()).isEqualTo("req_7");
        assertThat(main.asked().get(0).body()).isEqualTo("whole small 1");
        assertThat(main.asked().get(0).head()).contains("Accept: application/json");
    }

    @ParameterizedTest
    @CsvSource({
        "LINES, say Hello",
        "EVENTS, say Hello",
        "LINES, say Hello;tool {}",
        "LINES, think Hm",
        "LINES, end",
        "LINES, say Hello;end",
        "EVENTS, say Hello;end",
    })
    void whatWasNeverFinishedIsNotComplete(Framing framing, String pieces) {
        FailureKind streamed = kindOf(stream(framing, pieces.split(";")));
        assertThat(streamed).isEqualTo(pieces.endsWith("end") ? FailureKind.MALFORMED : FailureKind.CUT);
        sends(Framing.LINES, pieces.split(";"));
        assertThatThrownBy(() -> open(alone(new Words(framing))).chat("Hello"))
                .isInstanceOfSatisfying(
                        ChatException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.MALFORMED));
    }

    @Test
    void whatADialectSaysItCannotReadIsNamedAndAloneIsNoNormalAnswer() {
        String[][] answers = {{"show image", "say Hello", "show a s3cret", "stop"}, {"show image", "show image", "stop"}
        };
        for (String[] answer : answers) {
            sends(Framing.LINES, answer);
            ChatReply whole = open(alone(new Words(Framing.LINES))).chat("Hello");
            ChatReply streamed = stream(Framing.LINES, answer).reply();
            for (ChatReply reply : List.of(whole, streamed)) {
                boolean isAlone = reply.text().isEmpty();
                assertThat(isAlone).isEqualTo(answer == answers[1]);
                assertThat(reply.finishReason()).isEqualTo(isAlone ? FinishReason.OTHER : FinishReason.STOP);
                assertThat(reply.adapted())
                        .containsExactly("the answer also held what is not read here: image"
                                + (isAlone ? "" : ", something of an unlikely type"));
            }
        }
    }

    @Test
    void aLineThatIsCutIsACutEvenIfItCannotBeRead() {
        main.does(wire -> {
            wire.raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsay Hello\nsa");
            return false;
        });
        Seen seen = Shape.EVENTS.read(open(alone(new Words(Framing.LINES))).stream("Hello"));
        assertThat(kindOf(seen)).isEqualTo(FailureKind.CUT);
        assertThat(((PartialReplyException) seen.end).partialText()).isEqualTo("Hello");
        main.does(wire -> {
            wire.raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsay Hello\nstop");
            return false;
        });
        assertThat(Shape.EVENTS
                        .read(open(alone(new Words(Framing.LINES))).stream("Hello"))
                        .reply()
                        .text())
                .isEqualTo("Hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bug Mitzi", "io Mitzi", "bad Mitzi"})
    void whatCannotBeReadBehindTheFinishReasonTakesNoReplyAway(String word) {
        for (Framing framing : Framing.values()) {
            Seen seen = stream(framing, "say Hello", "stop", word);
            assertThat(seen.told()).containsExactly("text Hello", "completed");
            assertThat(kindOf(stream(framing, "say Hello", "stop", "say you", word)))
                    .as("the reason was no end")
                    .isEqualTo(FailureKind.MALFORMED);
            assertThat(kindOf(stream(framing, "say Hello", "stop", "error {\"code\":\"insufficient_quota\"}")))
                    .as("what the provider says in clear words counts")
                    .isEqualTo(FailureKind.QUOTA);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"say Hello|stop", "say Hello|stop|end"})
    void theLastPieceMayBeTheEndAsWell(String last) {
        Seen seen = stream(Framing.LINES, last);
        assertThat(seen.told()).containsExactly("text Hello", "completed");
    }

    @Test
    void behindTheMarkOfTheEndNothingIsWaitedFor() {
        ManualTime time = new ManualTime(); // stands still, so that no limit ends the wait
        main.does(wire -> {
            wire.raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsay Hello\nstop|end\n");
            StreamScript.silence(wire);
            return false;
        });
        Tideover tideover = open(alone(new Words(Framing.LINES)).time(time.time()));
        assertThat(Shape.EVENTS.read(tideover.stream("Hello")).reply().text()).isEqualTo("Hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bug my secret Mitzi", "io my secret Mitzi", "bad my secret Mitzi"})
    void whatADialectCannotReadIsMalformedAndQuotedNowhere(String word) {
        for (boolean streamed : new boolean[] {true, false}) {
            sends(Framing.LINES, "say Hello", word, "stop");
            Tideover tideover = open(alone(new Words(Framing.LINES)));
            try {
                if (streamed) {
                    try (ReplyStream stream = tideover.stream("Hello")) {
                        stream.reply();
                    }
                } else {
                    tideover.chat("Hello");
                }
                throw new AssertionError("a reply");
            } catch (ChatException e) {
                assertThat(e.kind()).isEqualTo(FailureKind.MALFORMED);
                StringWriter all = new StringWriter();
                e.printStackTrace(new PrintWriter(all));
                assertThat(all.toString()).doesNotContain("Mitzi", KEY);
                assertThat(e.getMessage())
                        .contains(
                                word.startsWith("bug")
                                        ? "java.lang.IllegalArgumentException"
                                        : word.startsWith("io") ? "java.io.IOException" : "a bad word");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"error\":{\"code\":\"insufficient_quota\"}}', QUOTA",
        "'{\"error\":{\"code\":\"overloaded\",\"message\":\"no correct-horse-battery\"}}', OVERLOADED",
        "something odd, TRANSIENT",
    })
    void anErrorInsideAGoodAnswerIsSortedByTheCommonTable(String error, FailureKind kind) {
        Seen seen = stream(Framing.LINES, "error " + error);
        assertThat(kindOf(seen)).isEqualTo(kind);
        assertThat(seen.end).hasMessageNotContaining(KEY);
        sends(Framing.LINES, "error " + error);
        assertThatThrownBy(() -> open(alone(new Words(Framing.LINES))).chat("Hello"))
                .isInstanceOfSatisfying(
                        ChatException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void anErrorEventIsAnErrorInEveryDialect() {
        main.does(wire -> {
            wire.raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ndata: say Hello\n\n"
                    + "event: error\ndata: {\"error\":{\"type\":\"overloaded_error\"}}\n\n");
            return false;
        });
        assertThat(kindOf(Shape.EVENTS.read(open(alone(new Words(Framing.EVENTS))).stream("Hello"))))
                .isEqualTo(FailureKind.OVERLOADED);
    }

    @ParameterizedTest
    @CsvSource({
        "418, asleep, OVERLOADED",
        "400, asleep, OVERLOADED",
        "500, broke, QUOTA",
        "400, else, INVALID_REQUEST",
        "503, else, TRANSIENT",
        // what only this library can find out, and words that trip
        "503, open, TRANSIENT",
        "503, trip, TRANSIENT",
    })
    void theProvidersOwnWordsComeBeforeTheCommonTable(int status, String body, FailureKind kind) {
        main.does(LoopbackProvider.fails(status, body));
        CustomDialect dialect = new Words(Framing.LINES) {
            @Override
            public Optional<FailureKind> kindOf(int seen, String words) {
                return switch (words) {
                    case "asleep" -> Optional.of(FailureKind.OVERLOADED);
                    case "broke" -> Optional.of(FailureKind.QUOTA);
                    case "open" -> Optional.of(FailureKind.CIRCUIT_OPEN);
                    case "trip" -> throw new IllegalStateException();
                    default -> Optional.empty();
                };
            }
        };
        assertThatThrownBy(() -> open(alone(dialect)).chat("Hello")).isInstanceOfSatisfying(ChatException.class, e -> {
            assertThat(e.kind()).isEqualTo(kind);
            assertThat(e.failure().httpStatus()).hasValue(status);
        });
    }

    @Test
    void aKeyNeverGoesToAnotherHost() {
        CustomDialect elsewhere = new Words(Framing.LINES) {
            @Override
            public Request write(ChatRequest request, Target target) {
                return new Request.Builder().url(spare.baseUrl()).build();
            }
        };
        assertThatThrownBy(() -> open(alone(elsewhere)).chat("Hello"))
                .isInstanceOfSatisfying(
                        ChatException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.UNEXPECTED));
        assertThat(spare.asked()).isEmpty();
        assertThat(main.asked()).isEmpty();
    }

    @Test
    void aDialectThatFailsToWriteFailsTheCallAndNobodyElseIsAsked() {
        CustomDialect buggy = new Words(Framing.LINES) {
            @Override
            public Request write(ChatRequest request, Target target) {
                throw new IllegalStateException("cannot write: " + request.messages());
            }
        };
        assertThatThrownBy(() -> open(withSpare(buggy)).chat("my secret Mitzi"))
                .isInstanceOf(ChatException.class)
                .hasMessageNotContaining("Mitzi");
        assertThat(spare.asked()).isEmpty();
    }

    @Test
    void headersOfTheDialectComeBeforeTheProviders() {
        sends(Framing.LINES, "say Hello", "stop");
        CustomDialect own = new Words(Framing.LINES) {
            @Override
            public Request write(ChatRequest request, Target target) {
                return super.write(request, target)
                        .newBuilder()
                        .header("Accept", "text/words")
                        .header("authorization", "Words " + target.model())
                        .build();
            }
        };
        open(alone(own)).chat("Hello");
        assertThat(main.asked().get(0).head())
                .contains("Accept: text/words", "authorization: Words small")
                .doesNotContain(KEY, "application/json");
    }

    @Test
    void aStreamThatBreaksIsRescuedAndAWholeReplyIsReadAsOne() {
        spare.does(LoopbackProvider.says("It rains."));
        sends(Framing.LINES, "say Hello");
        Tideover tideover = open(withSpare(new Words(Framing.LINES)));
        assertThat(Shape.EVENTS.read(tideover.stream("Hello")).told())
                .containsExactly("text Hello", "restarted CUT main/small", "text It ", "text rains.", "completed");
        assertThat(tideover.chat("Hello").text()).isEqualTo("It rains.");
        assertThat(main.asked().get(1).body()).isEqualTo("stream small 1");
        sends(Framing.LINES, "say Hello", "stop");
        assertThat(tideover.chat("Hello").text()).isEqualTo("Hello");
    }

    @Test
    void aStreamThatStallsOrStaysSilentIsLeft() {
        spare.does(LoopbackProvider.says("It rains."));
        main.does(wire -> {
            wire.raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\n\n");
            StreamScript.silence(wire);
            return false;
        });
        Tideover tideover = open(withSpare(new Words(Framing.LINES)).firstTokenTimeout(Duration.ofMillis(100)));
        ChatReply reply = tideover.chat("Hello");
        assertThat(reply.text()).isEqualTo("It rains.");
        assertThat(reply.skipped().get(0).kind()).isEqualTo(FailureKind.TIMEOUT);
    }

    @Test
    void whatIsTooLongIsNotKept() {
        sends(Framing.LINES, "say " + "x".repeat(3_000), "stop");
        Tideover tideover = open(alone(new Words(Framing.LINES)).maxReplyBytes(2_000));
        assertThatThrownBy(() -> tideover.chat("Hello"))
                .isInstanceOfSatisfying(
                        ChatException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.MALFORMED));
        assertThat(kindOf(Shape.EVENTS.read(tideover.stream("Hello")))).isEqualTo(FailureKind.MALFORMED);
    }

    @Test
    void aMistakeIsNamedAtOnce() {
        assertThatNullPointerException()
                .isThrownBy(() -> Provider.speaking(null, "https://talk.example.com/"))
                .withMessage("dialect == null");
        assertThatThrownBy(() -> Provider.speaking(new Words(Framing.LINES), "https://talk.example.com"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must end in /");
        CustomDialect slash = new Words(Framing.LINES) {
            @Override
            public Request write(ChatRequest request, Target target) {
                assertThatThrownBy(() -> target.url("/talk"))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("must not begin with /");
                assertThat(target).hasToString("Target{" + main.baseUrl() + ", small}");
                return super.write(request, target);
            }
        };
        sends(Framing.LINES, "say Hello", "stop");
        assertThat(open(alone(slash)).chat("Hello").text()).isEqualTo("Hello");
    }
}
