package io.github.tideover.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a message may hold, and what is refused at once. */
class MessageTest {
    private static final byte[] BYTES = "secret".getBytes(StandardCharsets.UTF_8);

    @Test
    void theTextOfSeveralPartsIsJoined() {
        Message message = Message.user(Part.text("a"), Part.image("image/png", BYTES), Part.text("b"));
        assertThat(message.text()).isEqualTo("a\nb");
        assertThat(message.parts()).hasSize(3);
    }

    @Test
    void messagesThatSayTheSameAreEqual() {
        assertThat(Message.user(Part.text("a"))).isEqualTo(Message.user("a")).hasSameHashCodeAs(Message.user("a"));
        assertThat(Message.user(Part.image("image/png", BYTES)))
                .isEqualTo(Message.user(Part.image("image/png", BYTES.clone())))
                .isNotEqualTo(Message.user(Part.image("image/gif", BYTES)));
        ToolCall call = ToolCall.of("1", "t", "{}");
        assertThat(Message.toolResult(call, "x")).isNotEqualTo(Message.toolResult(ToolCall.of("2", "t", "{}"), "x"));
    }

    @Test
    void nothingOfWhatIsSaidShows() {
        Message message = Message.user(
                Part.text("secret"), Part.image("https://secret.example/"), Part.file("secret", "a/b", BYTES));
        assertThat(message.toString() + message.parts()).doesNotContain("secret");
    }

    @Test
    void anImageThatIsChangedLaterIsNotChangedHere() {
        byte[] bytes = BYTES.clone();
        Part.Image image = Part.image("image/png", bytes);
        bytes[0] = 'X';
        assertThat(image.base64()).isEqualTo("c2VjcmV0");
    }

    @Test
    void whatCannotWorkIsRefusedWithWhatWould() {
        assertThatIllegalArgumentException().isThrownBy(Message::user).withMessageContaining("Part.text(text)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Part.image("file:///etc/passwd"))
                .withMessageContaining("https://");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Part.image("application/pdf", BYTES))
                .withMessageContaining("image/");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Part.image("image/png", new byte[0]))
                .withMessageContaining("no bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Part.file("", "application/pdf", BYTES))
                .withMessageContaining("name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tool.function("get weather", "", Map.of()))
                .withMessageContaining("letters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResponseFormat.jsonSchema(" ", Map.of()))
                .withMessageContaining("name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatRequest.builder()
                        .tools(Tool.function("a", "", Map.of()), Tool.function("a", "x", Map.of())))
                .withMessageContaining("[a, a]");
        assertThatIllegalStateException()
                .isThrownBy(Message.user("a")::answered)
                .withMessageContaining("TOOL");
    }

    @Test
    void aSchemaThatIsChangedLaterIsNotChangedHere() {
        Map<String, Object> schema = new HashMap<>();
        List<Object> required = new ArrayList<>(List.of("a"));
        schema.put("required", required);
        Tool tool = Tool.function("t", "", schema);
        required.add("b");
        schema.clear();
        assertThat(tool.parameters()).isEqualTo(Map.of("required", List.of("a")));
    }
}
