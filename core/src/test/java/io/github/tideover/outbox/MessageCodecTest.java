package io.github.tideover.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.ToolChoice;
import io.github.tideover.chat.Usage;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is kept comes back as it was. */
class MessageCodecTest {
    private static final ToolCall CALL =
            ToolCall.of("call_1", "look", "{\"at\":\"it\"}").thoughtSignature("sig");
    /** What has no bearing on what is sent later, and why. */
    private static final Set<String> NOT_KEPT = Set.of(
            "timeout", // it was for somebody who waited
            "maxStale", // nothing kept is served then
            "freshFor",
            "isQueueable", // what is sent from the outbox is not put into it
            "toBuilder",
            "hashCode",
            "getClass",
            "notify",
            "notifyAll",
            "wait",
            "toString");

    private static ChatRequest request() {
        return ChatRequest.builder()
                .system("Be brief. \uD83C\uDF0A")
                .message(Message.user(
                        Part.text("What is this?"),
                        Part.image("image/png", new byte[] {1, 2, 3}),
                        Part.image("https://example.com/a.png"),
                        Part.file("a.pdf", "application/pdf", new byte[] {4, 5})))
                .message(Message.assistant("Let me look.", List.of(CALL)))
                .message(Message.toolResult(CALL, "A lamp."))
                .user("And now?")
                .temperature(0.3)
                .topP(0.9)
                .maxOutputTokens(400)
                .seed(Long.MIN_VALUE)
                .stop("END", "\n")
                .reasoningEffort("low")
                .tools(Tool.function("look", "Looks.", Map.of("type", "object", "required", List.of("at"))))
                .toolChoice(ToolChoice.tool("look"))
                .parallelToolCalls(false)
                .responseFormat(ResponseFormat.jsonSchema("thing", Map.of("type", "object")))
                .tenant("shop")
                .timeout(Duration.ofSeconds(5))
                .extra("user", "u1")
                .extra("top_k", 40L)
                .extra("main", "logit_bias", Map.of("50256", -100L))
                .allowedProviders("main", "spare")
                .requiredTags("eu")
                .noStore()
                .maxStale(Duration.ofHours(1))
                .freshFor(Duration.ofHours(1))
                .conversation("c1")
                .idempotencyKey("key-1")
                .build();
    }

    @Test
    void aRequestComesBackAsItWas() throws Exception {
        ChatRequest before = request();
        ChatRequest after = MessageCodec.request(MessageCodec.write(before));
        assertSame(before, after);
        ChatRequest simple = ChatRequest.of("Hello");
        assertSame(simple, MessageCodec.request(MessageCodec.write(simple)));
        assertThat(after.isQueueable()).isFalse();
    }

    /** Every getter there is, so that one that is added later is not forgotten. */
    private static void assertSame(Object before, Object after) throws ReflectiveOperationException {
        for (Method getter : before.getClass().getMethods()) {
            if (getter.getParameterCount() == 0
                    && !Modifier.isStatic(getter.getModifiers())
                    && !NOT_KEPT.contains(getter.getName())) {
                assertThat(getter.invoke(after)).as(getter.getName()).isEqualTo(getter.invoke(before));
            }
        }
    }

    @Test
    void everySettingOfThatRequestIsSet() throws Exception {
        ChatRequest request = request();
        for (Method getter : ChatRequest.class.getMethods()) {
            if (getter.getParameterCount() == 0
                    && !Modifier.isStatic(getter.getModifiers())
                    && getter.getDeclaringClass() == ChatRequest.class) {
                assertThat(getter.invoke(request))
                        .as(getter.getName())
                        .isNotIn(
                                Optional.empty(),
                                OptionalInt.empty(),
                                OptionalLong.empty(),
                                OptionalDouble.empty(),
                                List.of(),
                                Map.of(),
                                Set.of());
            }
        }
    }

    @Test
    void eachWayToChooseAToolAndAFormatComesBack() throws Exception {
        for (ToolChoice choice : List.of(ToolChoice.AUTO, ToolChoice.NONE, ToolChoice.REQUIRED)) {
            ChatRequest request = ChatRequest.builder()
                    .user("Hi")
                    .toolChoice(choice)
                    .responseFormat(ResponseFormat.json())
                    .build();
            assertSame(request, MessageCodec.request(MessageCodec.write(request)));
        }
    }

    @Test
    void aReplyComesBackWithAllThatIsTheAnswers() throws Exception {
        ChatReply before = ChatReply.builder()
                .text("A lamp. \uD83D\uDCA1")
                .reasoning("It shines.")
                .refusal("no")
                .toolCalls(List.of(CALL))
                .finishReason(FinishReason.TOOL_CALLS)
                .origin(Origin.ALTERNATE)
                .provider("spare")
                .model("small-1")
                .id("c1")
                .requestId("req_1")
                .keyNumber(2)
                .usage(Usage.of(1, 2, 3, 4, 5))
                .attempts(2)
                .continued(true)
                .adapted(List.of("no seed"))
                .build();
        ChatReply after = MessageCodec.reply(MessageCodec.write(before));
        assertThat(after).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void whatAnotherVersionWroteIsNotGuessedAt() {
        byte[] later = "{\"version\":2,\"messages\":[]}".getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> MessageCodec.request(later))
                .isInstanceOf(IOException.class)
                .hasMessage("written by another version of this library");
        assertThatThrownBy(() -> MessageCodec.reply(new byte[0])).isInstanceOf(IOException.class);
    }
}
