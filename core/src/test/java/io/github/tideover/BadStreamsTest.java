package io.github.tideover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.tideover.LoopbackProvider.Behaviour;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.provider.Provider;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Streams that are not as they should be: what each form of a call makes of them. There is another provider, since a call
 * for a whole reply is only sent as a stream if it could still go elsewhere; it refuses everything.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class BadStreamsTest {
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    private static final String DONE = "data: [DONE]\n\n";

    private final LoopbackProvider provider = new LoopbackProvider();
    private final LoopbackProvider spare = new LoopbackProvider().does(LoopbackProvider.fails(500));
    private final Tideover tideover = Tideover.builder()
            .provider(Provider.openAiCompatible(provider.baseUrl()).name("main").model("small"))
            .alternate(Provider.openAiCompatible(spare.baseUrl()).name("spare").model("small"))
            .retryPolicy(RetryPolicy.never())
            .maxReplyBytes(1 << 20)
            .build();

    @AfterEach
    void theNextCallIsAnswered() {
        try (provider;
                spare;
                tideover) {
            provider.does(LoopbackProvider.says("Here again"));
            for (Form form : Form.values()) {
                assertThat(form.ask(tideover, "Are you there?").text()).isEqualTo("Here again");
            }
            Awaiting.until(() -> tideover.routes().get(0).underWay() == 0);
        }
    }

    @Test
    void anEventStreamInPlaceOfAWholeReplyIsMalformed() {
        provider.does(sends(text("Your order") + finish("stop") + DONE));
        try (Tideover alone = Tideover.builder()
                .provider(Provider.openAiCompatible(provider.baseUrl())
                        .name("main")
                        .model("small"))
                .retryPolicy(RetryPolicy.never())
                .build()) {
            ChatException end = catchThrowableOfType(ChatException.class, () -> alone.chat("Where is my order?"));
            assertThat(end.kind()).isEqualTo(FailureKind.MALFORMED);
            assertThat(end).hasMessageContaining("not JSON (text/event-stream)").hasMessageNotContaining("Your order");
        }
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void commentsAloneThatEndAreACutReply(Form form) {
        assertThat(failure(form, sends(": still thinking\n\n".repeat(1_000)))).isEqualTo(FailureKind.CUT);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void commentsAloneThatGoOnEndWithTheLimitOfTheFirstToken(Form form) {
        Behaviour comments = wire -> {
            wire.raw(HEAD);
            while (true) {
                wire.raw(": still thinking\n\n");
                wire.pause(Duration.ofMillis(20));
            }
        };
        Duration limit = Duration.ofMillis(800);
        try (Tideover hurried = tideover.newBuilder()
                .attemptTimeout(limit)
                .firstTokenTimeout(limit)
                .build()) {
            assertThat(failure(form, hurried, comments)).isEqualTo(FailureKind.TIMEOUT);
        }
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aLineWithoutEndIsMalformedAtItsBound(Form form) {
        Behaviour line = wire -> {
            wire.raw(HEAD + "data: ");
            byte[] more = "all work and no play ".repeat(400).getBytes(UTF_8);
            while (true) {
                wire.out().write(more);
            }
        };
        assertThat(failure(form, line)).isEqualTo(FailureKind.MALFORMED);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void emptyEventsAloneAreACutReply(Form form) {
        assertThat(failure(form, sends("data:\n\n".repeat(200_000)))).isEqualTo(FailureKind.CUT);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void contentAfterAFinishReasonInTheFirstChunkIsPartOfTheReply(Form form) {
        ChatReply reply = reply(form, finish("stop") + text("Your order") + text(" ships") + DONE);
        assertThat(reply.text()).isEqualTo("Your order ships");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void contentAfterAFinishReasonIsShownAsWell() {
        provider.does(sends(text("Your order") + finish("stop") + text(" ships") + DONE));
        try (ReplyStream stream = tideover.stream("Where is it?")) {
            StringBuilder shown = new StringBuilder();
            stream.forEach(shown::append);
            assertThat(shown)
                    .hasToString("Your order ships")
                    .hasToString(stream.reply().text());
        }
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void theLastOfTwoFinishReasonsCounts(Form form) {
        ChatReply reply = reply(form, text("Your order") + finish("length") + finish("stop") + DONE);
        assertThat(reply.text()).isEqualTo("Your order");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void nothingAfterTheDoneMarkIsRead(Form form) {
        String after = text(" or not") + "data: {\"error\":{\"message\":\"late\"}}\n\n" + finish("length");
        ChatReply reply = reply(form, text("Your order") + finish("stop") + DONE + after);
        assertThat(reply.text()).isEqualTo("Your order");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void wordsBetweenTheEventsArePassedOver(Form form) {
        String words = "data: still playing\n\n";
        ChatReply reply = reply(
                form, words + text("Your order") + words + text(" ships") + words + finish("stop") + words + DONE);
        assertThat(reply.text()).isEqualTo("Your order ships");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aPieceThatIsDamagedMakesTheReplyMalformed(Form form) {
        String broken = "data: {\"choices\":[{\"delta\":{\"content\":\" play\n\n";
        String end = text(" ships") + finish("stop") + DONE;
        assertThat(failure(form, sends(broken + text("Your order") + end))).isEqualTo(FailureKind.MALFORMED);
        assertThat(failure(form, sends(text("Your order") + broken + end))).isEqualTo(FailureKind.MALFORMED);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void countsThatAreDamagedTakeNoReplyAway(Form form) {
        String broken = "data: {\"choices\":[],\"usage\":{\"prompt\n\n";
        ChatReply reply = reply(form, text("Your order") + text(" ships") + finish("stop") + broken + DONE);
        assertThat(reply.text()).isEqualTo("Your order ships");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aFinishReasonThatIsDamagedMakesTheReplyMalformedWhateverMarkComesBehindIt(Form form) {
        String broken = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"len\n\n";
        for (String end : new String[] {"", DONE}) {
            assertThat(failure(form, sends(text("Your order") + broken + end))).isEqualTo(FailureKind.MALFORMED);
        }
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void nulBytesAloneAreMalformed(Form form) {
        assertThat(failure(form, sends("\u0000".repeat(10_000)))).isEqualTo(FailureKind.MALFORMED);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void nulBytesBetweenEventsAreLinesWithoutMeaning(Form form) {
        String nul = "\u0000\u0000\n\n";
        ChatReply reply = reply(form, nul + text("Your order") + nul + text(" ships") + finish("stop") + nul + DONE);
        assertThat(reply.text()).isEqualTo("Your order ships");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void nulBytesInsideAnEventMakeTheReplyMalformed(Form form) {
        String body = text("Your order") + text("\u0000") + text(" ships") + finish("stop") + DONE;
        assertThat(failure(form, sends(body))).isEqualTo(FailureKind.MALFORMED);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aStreamThatComesByteByByteIsReadWhole(Form form) {
        String body = text("Yöur") + text(" order 😀") + finish("stop") + DONE;
        provider.does(wire -> {
            for (byte each : (HEAD + body).getBytes(UTF_8)) {
                wire.out().write(each);
                wire.out().flush();
            }
            return false;
        });
        assertThat(form.ask(tideover, "Where is my order?").text()).isEqualTo("Yöur order 😀");
    }

    private ChatReply reply(Form form, String body) {
        provider.does(sends(body));
        ChatReply reply = form.ask(tideover, "Where is my order?");
        assertThat(reply.isLive()).isTrue();
        return reply;
    }

    private FailureKind failure(Form form, Behaviour behaviour) {
        return failure(form, tideover, behaviour);
    }

    private FailureKind failure(Form form, Tideover client, Behaviour behaviour) {
        provider.does(behaviour);
        ChatException end = catchThrowableOfType(ChatException.class, () -> form.ask(client, "Where is my order?"));
        assertThat(end).as("what the call ends in").isNotNull();
        assertThat(end).hasMessageNotContainingAny("play", "thinking");
        Failure first = end.failures().get(0);
        assertThat(first.source()).isEqualTo("main/small");
        assertThat(first).asString().doesNotContain("play", "thinking");
        return first.kind();
    }

    private static Behaviour sends(String body) {
        return wire -> wire.send(200, "text/event-stream", body);
    }

    private static String text(String text) {
        return TideoverTest.events(false, text);
    }

    private static String finish(String reason) {
        return "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason + "\"}]}\n\n";
    }
}
