package io.github.tideover.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.ToolCall;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnreadTest {
    private static final String SENTENCE = "the answer also held what is not read here: ";

    private static List<String> told(Unread unread, String... adapted) {
        return unread.toldBy(ChatReply.builder(), List.of(adapted)).build().adapted();
    }

    @Test
    void aReplyWithoutAnyIsAsItWas() {
        ChatReply reply = Unread.NOTHING
                .toldBy(ChatReply.builder().finishReason(FinishReason.STOP), List.of("The seed was left out."))
                .build();
        assertThat(reply.adapted()).containsExactly("The seed was left out.");
        assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(Unread.NOTHING.isNothing()).isTrue();
        assertThat(Unread.NOTHING.and(Unread.NOTHING)).isSameAs(Unread.NOTHING);
    }

    @Test
    void eachKindIsNamedOnceInItsOrderBehindWhatWasAdapted() {
        Unread unread = Unread.NOTHING
                .and("b")
                .and("a")
                .and("b")
                .and(Unread.NOTHING.and("c").and("a"));
        assertThat(unread.isNothing()).isFalse();
        assertThat(told(unread, "The seed was left out."))
                .containsExactly("The seed was left out.", SENTENCE + "b, a, c");
        assertThat(unread.and("a")).isSameAs(unread);
    }

    @Test
    void toldTwiceItIsSaidOnce() {
        Unread unread = Unread.NOTHING.and("a");
        ChatReply.Builder reply = ChatReply.builder().finishReason(FinishReason.STOP);
        unread.toldBy(reply, List.of());
        assertThat(unread.toldBy(reply, List.of()).build().adapted()).containsExactly(SENTENCE + "a");
        assertThat(reply.build().finishReason()).isEqualTo(FinishReason.OTHER);
    }

    @Test
    void howeverManyThereAreTheSentenceIsOneToRead() {
        Unread unread = Unread.NOTHING;
        for (int i = 0; i < 10_000; i++) {
            unread = unread.and("kind_" + i).and(Unread.NOTHING.and("x" + i));
        }
        assertThat(told(unread)).containsExactly(SENTENCE + "kind_0, x0, kind_1, x1, kind_2, x2, kind_3, x3, others");
        assertThat(Unread.NOTHING.and("first").and(unread).toString()).endsWith("kind_3, others]");
    }

    static Stream<String> unlikely() {
        return Stream.of("", " ", "Oh no, s3cret!", "a b", "s3cret\n", "é", "x".repeat(41), "x".repeat(1 << 20));
    }

    @ParameterizedTest
    @MethodSource("unlikely")
    void whatIsNoNameOfAKindIsNotQuoted(String kind) {
        assertThat(told(Unread.NOTHING.and(kind).and(kind)))
                .containsExactly(SENTENCE + "something of an unlikely type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"inlineData", "web_search_tool_result", "a.b:c-9", "others"})
    void namesOfKindsAre(String kind) {
        assertThat(told(Unread.NOTHING.and(kind))).containsExactly(SENTENCE + kind);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null|false",
                "false|false",
                "\"\"|false",
                "[]|false",
                "{ }|false",
                "true|true",
                "0|true",
                "1.5|true",
                "\"x\"|true",
                "[null]|false",
                "[[],{}]|false",
                "{\"a\":null,\"b\":[\"\",false]}|false",
                "{\"a\":[0]}|true",
                "{\"a\":{\"b\":[1,{}]},\"c\":null}|true"
            })
    void aValueCountsIfThereIsAnythingInItAndIsPassedOver(String json, boolean counts) throws IOException {
        byte[] object = ("{\"it\":" + json + ",\"next\":7}").getBytes(UTF_8);
        Unread unread = Json.read(object, 0, object.length, in -> {
            in.nextName();
            in.nextToken();
            Unread kinds = Unread.NOTHING.and("it", in);
            assertThat(in.nextName()).isEqualTo("next");
            return kinds;
        });
        assertThat(unread.isNothing()).isEqualTo(!counts);
    }

    @ParameterizedTest
    @EnumSource
    void aloneItIsNoAnswerAndNoOtherEndIsHidden(FinishReason reason) {
        ChatReply.Builder alone = ChatReply.builder().reasoning("Hm.").finishReason(reason);
        FinishReason told =
                Unread.NOTHING.and("a").toldBy(alone, List.of()).build().finishReason();
        assertThat(told).isEqualTo(reason == FinishReason.STOP ? FinishReason.OTHER : reason);
    }

    @Test
    void besideAnAnswerItChangesNoEnd() {
        for (ChatReply.Builder answer : List.of(
                ChatReply.builder().text("a"),
                ChatReply.builder().refusal("a"),
                ChatReply.builder().toolCalls(List.of(ToolCall.of("a", "f", "{}"))))) {
            answer.finishReason(FinishReason.STOP);
            assertThat(Unread.NOTHING.and("a").toldBy(answer, List.of()).build().finishReason())
                    .isEqualTo(FinishReason.STOP);
        }
    }
}
