package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Tool;
import io.github.tideover.provider.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A conversation at a provider that stores what was said sends only what is new, and all of it whenever there is doubt. */
@Timeout(60)
class StoredConversationTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final LoopbackProvider main = new LoopbackProvider();
    private final LoopbackProvider spare = new LoopbackProvider();
    private final List<Tideover> clients = new ArrayList<>();
    private volatile int number;

    @AfterEach
    void close() {
        clients.forEach(Tideover::close);
        main.close();
        spare.close();
    }

    private Tideover open(Provider provider) {
        main.does(this::answer);
        Tideover tideover = Tideover.builder()
                .provider(provider)
                .alternate(
                        Provider.openAiCompatible(spare.baseUrl()).name("spare").model("small"))
                .retryPolicy(RetryPolicy.never())
                .build();
        clients.add(tideover);
        return tideover;
    }

    private Provider provider() {
        return Provider.responsesCompatible(main.baseUrl())
                .name("main")
                .apiKey("sk-one")
                .model("gpt-1");
    }

    /** Says "Answer 1.", "Answer 2." and so on, by responses of these numbers. */
    private boolean answer(LoopbackProvider.Wire wire) throws java.io.IOException {
        int now = ++number;
        String response =
                "{\"id\":\"resp_" + now + "\",\"status\":\"completed\",\"model\":\"gpt-1\",\"output\":[{\"type\":"
                        + "\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"Answer " + now + ".\"}]}]}";
        return wire.asked().streamed()
                ? wire.send(
                        200,
                        "text/event-stream",
                        "data: {\"type\":\"response.completed\",\"sequence_number\":0,\"response\":" + response
                                + "}\n\n")
                : wire.send(200, "application/json", response);
    }

    private JsonNode sent(int request) {
        return JSON.readTree(main.asked().get(request).body());
    }

    private static String textsOf(JsonNode body) {
        List<String> texts = new ArrayList<>();
        body.get("input").forEach(item -> texts.add(item.path("content").asString("?")));
        return String.join("|", texts);
    }

    private static ChatReply say(Form form, Conversation conversation, String text) {
        if (form != Form.STREAM) {
            return conversation.say(text);
        }
        try (ReplyStream stream = conversation.stream(text)) {
            return stream.reply();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"BLOCKING", "STREAM"})
    void eachTurnSendsOnlyWhatIsNew(Form form) {
        Tideover tideover = open(provider().storesReplies(true));
        Conversation conversation =
                tideover.conversation(ChatRequest.builder().system("Be brief.").build());
        for (int i = 1; i <= 3; i++) {
            assertThat(say(form, conversation, "Question " + i).text()).isEqualTo("Answer " + i + ".");
            JsonNode sent = sent(i - 1);
            assertThat(sent.get("store").asBoolean()).isTrue();
            assertThat(sent.get("instructions").asString())
                    .as("they are not kept")
                    .isEqualTo("Be brief.");
            assertThat(textsOf(sent)).isEqualTo("Question " + i);
            assertThat(sent.path("previous_response_id").asString("none"))
                    .isEqualTo(i == 1 ? "none" : "resp_" + (i - 1));
        }
        assertThat(conversation.history()).hasSize(7);
    }

    @Test
    void inTheBackgroundItIsTheSame() {
        Conversation conversation = open(provider().background(true)).conversation();
        conversation.say("One");
        conversation.say("Two");
        assertThat(sent(1).get("previous_response_id").asString()).isEqualTo("resp_1");
        assertThat(textsOf(sent(1))).isEqualTo("Two");
    }

    @Test
    void unlessItIsAskedToNothingIsStoredAndAllIsSent() {
        Conversation conversation = open(provider()).conversation();
        conversation.say("One");
        conversation.say("Two");
        assertThat(sent(1).get("store").asBoolean()).isFalse();
        assertThat(sent(1).has("previous_response_id")).isFalse();
        assertThat(textsOf(sent(1))).isEqualTo("One|Answer 1.|Two");
    }

    @Test
    void anotherProviderGetsAllOfItAndTheFirstOneWhatItHasNotSeen() {
        Conversation conversation = open(provider().storesReplies(true)).conversation();
        conversation.say("One");
        main.does(LoopbackProvider.fails(500));
        spare.does(LoopbackProvider.says("Elsewhere."));
        assertThat(conversation.say("Two").origin()).isEqualTo(Origin.ALTERNATE);
        assertThat(spare.asked().get(0).body())
                .contains("One", "Answer 1.", "Two")
                .doesNotContain("resp_1");
        main.does(this::answer);
        assertThat(conversation.say("Three").origin()).isEqualTo(Origin.LIVE);
        assertThat(sent(2).get("previous_response_id").asString()).isEqualTo("resp_1");
        assertThat(textsOf(sent(2))).isEqualTo("Two|Elsewhere.|Three");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "400 {\"error\":{\"message\":\"Previous response with id 'resp_1' not found.\",\"type\":\"invalid_request_error\","
                        + "\"param\":\"previous_response_id\",\"code\":\"previous_response_not_found\"}}",
                "404 {\"error\":{\"message\":\"Response with id resp_1 not found.\",\"code\":404}}"
            })
    void aResponseThatIsGoneIsNoFailure(String refusal) {
        for (Form form : List.of(Form.BLOCKING, Form.STREAM)) {
            number = 0;
            Tideover tideover = open(provider().storesReplies(true));
            Conversation conversation = tideover.conversation();
            int before = main.asked().size();
            say(form, conversation, "One");
            main.does(wire -> wire.asked().body().contains("previous_response_id")
                    ? wire.send(Integer.parseInt(refusal.substring(0, 3)), "application/json", refusal.substring(4))
                    : answer(wire));
            ChatReply reply = say(form, conversation, "Two");
            assertThat(reply.text()).isEqualTo("Answer 2.");
            assertThat(reply.origin()).isEqualTo(Origin.LIVE);
            assertThat(reply.attempts()).isEqualTo(1);
            assertThat(reply.skipped()).isEmpty();
            assertThat(main.asked()).hasSize(before + 3);
            assertThat(textsOf(sent(before + 2))).isEqualTo("One|Answer 1.|Two");
            main.does(this::answer);
            say(form, conversation, "Three");
            assertThat(sent(before + 3).get("previous_response_id").asString()).isEqualTo("resp_2");
        }
    }

    @Test
    void aResponseThatIsGoneMayBeMissedInsideAStream() {
        main.does(this::answer);
        Tideover tideover =
                Tideover.builder().provider(provider().storesReplies(true)).build();
        clients.add(tideover);
        Conversation conversation = tideover.conversation();
        conversation.say("One");
        main.does(wire -> wire.asked().body().contains("previous_response_id")
                ? wire.send(
                        200,
                        "text/event-stream",
                        "data: {\"type\":\"error\",\"error\":{\"code\":\"previous_response_not_found\"}}\n\n")
                : answer(wire));
        assertThat(say(Form.STREAM, conversation, "Two").text()).isEqualTo("Answer 2.");
        assertThat(textsOf(sent(2))).isEqualTo("One|Answer 1.|Two");
    }

    @Test
    void whatIsRefusedForAnotherReasonIsRefused() {
        Conversation conversation = open(provider().storesReplies(true)).conversation();
        conversation.say("One");
        main.does(LoopbackProvider.fails(401));
        spare.does(LoopbackProvider.says("Elsewhere."));
        conversation.say("Two");
        assertThat(main.asked()).hasSize(2);
    }

    @Test
    void aHistoryThatWasChangedIsSentAsItIs() {
        Tideover tideover = open(provider().storesReplies(true));
        tideover.chat(ChatRequest.of("One"));
        ChatRequest changed = ChatRequest.builder()
                .user("Another one")
                .message(Message.assistant("Answer 1."))
                .user("Two")
                .build();
        tideover.chat(changed);
        assertThat(sent(1).has("previous_response_id")).isFalse();
        assertThat(textsOf(sent(1))).isEqualTo("Another one|Answer 1.|Two");
        ChatRequest same = ChatRequest.builder()
                .user("One")
                .message(Message.assistant("Answer 1."))
                .user("Two")
                .build();
        tideover.chat(same.toBuilder().tenant("somebody else").build());
        assertThat(sent(2).has("previous_response_id")).isFalse();
        tideover.chat(same.toBuilder().extra("store", false).build());
        assertThat(sent(3).has("previous_response_id")).isFalse();
        assertThat(sent(3).get("store").asBoolean()).isFalse();
        tideover.chat(same);
        assertThat(sent(4).get("previous_response_id").asString()).isEqualTo("resp_1");
    }

    @Test
    void anotherKeyGetsAllOfIt() {
        Conversation conversation =
                open(provider().apiKeys("sk-one", "sk-two").storesReplies(true)).conversation();
        for (int i = 1; i <= 3; i++) {
            conversation.say("Question " + i);
        }
        assertThat(sent(1).has("previous_response_id")).isFalse();
        assertThat(textsOf(sent(1))).isEqualTo("Question 1|Answer 1.|Question 2");
        assertThat(sent(2).get("previous_response_id").asString()).isEqualTo("resp_1");
        assertThat(textsOf(sent(2))).isEqualTo("Question 2|Answer 2.|Question 3");
    }

    @Test
    void theResultOfAToolGoesOnFromTheCall() {
        Tideover tideover = open(provider().storesReplies(true));
        main.does(wire -> wire.send(
                200,
                "application/json",
                "{\"id\":\"resp_7\",\"status\":\"completed\",\"output\":[{\"type\":\"function_call\",\"call_id\":\"call_1\","
                        + "\"name\":\"look\",\"arguments\":\"{}\"}]}"));
        ChatRequest first = ChatRequest.builder()
                .user("One")
                .tools(Tool.function("look", "Looks.", Map.of("type", "object")))
                .build();
        ChatReply wish = tideover.chat(first);
        main.does(this::answer);
        tideover.chat(first.toBuilder()
                .message(Message.assistant(wish))
                .message(Message.toolResult(wish.toolCalls().get(0), "Rain"))
                .build());
        JsonNode sent = sent(1);
        assertThat(sent.get("previous_response_id").asString()).isEqualTo("resp_7");
        assertThat(sent.get("input")).isEqualTo(JSON.readTree("""
                [{"type":"function_call_output","call_id":"call_1","output":"Rain"}]"""));
        assertThat(sent.get("tools")).hasSize(1);
    }

    @Test
    void noMoreThanAThousandAreKeptInMind() {
        Tideover tideover = open(provider().storesReplies(true));
        for (int i = 1; i <= 1_001; i++) {
            tideover.chat("Question " + i);
        }
        for (int i : new int[] {1, 3}) { // the reply to the first of them takes the place of the second
            tideover.chat(ChatRequest.builder()
                    .user("Question " + i)
                    .message(Message.assistant("Answer " + i + "."))
                    .user("And?")
                    .build());
        }
        assertThat(sent(1_001).has("previous_response_id")).isFalse();
        assertThat(sent(1_002).get("previous_response_id").asString()).isEqualTo("resp_3");
    }
}
