package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.tideover.StreamScript.Break;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Tool;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.failure.RequestRejectedException;
import io.github.tideover.provider.Ability;
import io.github.tideover.provider.Provider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is asked what, and who is never contacted, over real HTTP and in every form of a call. */
class AbilitiesThroughTheDoorTest {
    private static final ChatRequest IMAGE = ChatRequest.builder()
            .message(Message.user(Part.text("What is this?"), Part.image("image/png", new byte[] {1, 2, 3})))
            .build();
    private static final String TOO_LONG = "{\"error\":{\"code\":\"context_length_exceeded\",\"message\":\"no\"}}";

    private final LoopbackProvider main = new LoopbackProvider().does(LoopbackProvider.says("From main"));
    private final LoopbackProvider spare = new LoopbackProvider().does(LoopbackProvider.says("From spare"));
    private final LoopbackProvider third = new LoopbackProvider().does(LoopbackProvider.says("From third"));
    private final List<Tideover> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(Tideover::close);
        main.close();
        spare.close();
        third.close();
    }

    private static Provider at(String name, LoopbackProvider provider) {
        return Provider.openAiCompatible(provider.baseUrl()).name(name).model("small");
    }

    private Provider main() {
        return at("main", main);
    }

    private Provider spare() {
        return at("spare", spare);
    }

    private Provider third() {
        return at("third", third);
    }

    private Tideover open(Tideover.Builder builder) {
        Tideover tideover = builder.retryPolicy(RetryPolicy.never()).build();
        clients.add(tideover);
        return tideover;
    }

    private static Tideover.Builder ladder(Provider first, Provider... others) {
        Tideover.Builder builder = Tideover.builder().provider(first);
        for (Provider other : others) {
            builder.alternate(other);
        }
        return builder;
    }

    private static ChatException endOf(Form form, Tideover tideover, ChatRequest request) {
        return catchThrowableOfType(ChatException.class, () -> form.ask(tideover, request));
    }

    // --- abilities

    @ParameterizedTest
    @EnumSource(Form.class)
    void anImageIsNotSentToAnAlternateThatReadsTextOnly(Form form) {
        main.does(LoopbackProvider.fails(500));
        Tideover tideover = open(ladder(main(), spare().capabilities(c -> c.lacks(Ability.IMAGES)), third()));
        ChatReply reply = form.ask(tideover, IMAGE);
        assertThat(reply.text()).isEqualTo("From third");
        assertThat(reply.skipped())
                .extracting(Failure::kind)
                .containsExactly(FailureKind.UNSUPPORTED, FailureKind.TRANSIENT);
        assertThat(spare.asked()).isEmpty();
        assertThat(third.asked().get(0).body()).contains("data:image/png;base64,AQID");
        assertThat(form.ask(tideover, "Hi").text()).as("text goes there").isEqualTo("From spare");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void norToAFirstProviderThatDoes(Form form) {
        Tideover tideover = open(ladder(main().capabilities(c -> c.lacks(Ability.IMAGES)), spare()));
        ChatReply reply = form.ask(tideover, IMAGE);
        assertThat(reply.origin()).isEqualTo(Origin.ALTERNATE);
        assertThat(reply.attempts()).isEqualTo(1);
        assertThat(main.asked()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void toolsInFieldsOfTheApplicationsOwnAreANeedToo(Form form) {
        Tideover tideover = open(ladder(main().capabilities(c -> c.lacks(Ability.TOOLS)), spare()));
        ChatRequest.Builder request = ChatRequest.builder().user("Hi");
        assertThat(form.ask(tideover, request.extra("tools", List.of()).build()).isLive())
                .as("no tool is none")
                .isTrue();
        ChatReply reply = form.ask(
                tideover,
                request.extra("tools", List.of(Map.of("type", "function"))).build());
        assertThat(reply.origin()).isEqualTo(Origin.ALTERNATE);
        assertThat(reply.attempts()).isEqualTo(1);
        assertThat(main.asked()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void whatNobodyCanDoIsRefusedWithoutARequest(Form form) {
        Tideover tideover = open(ladder(
                        main().capabilities(c -> c.lacks(Ability.IMAGES)),
                        spare().capabilities(c -> c.imageTypes("image/jpeg")))
                .replyCache(ReplyCache.inMemory(10))
                .lastResort("Later."));
        ChatException end = endOf(form, tideover, IMAGE);
        assertThat(end).isInstanceOf(RequestRejectedException.class);
        assertThat(end)
                .hasMessage("no model of this client can do what is asked: it takes images, image/png; 0 attempts; "
                        + "change the request; sending it again will not help. Also main/small: UNSUPPORTED: the model cannot do what is asked: "
                        + "no images. Also spare/small: UNSUPPORTED: the model cannot do what is asked: no image/png");
        assertThat(main.asked()).isEmpty();
        assertThat(spare.asked()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void eachTargetIsSentWhatItCanTakeAndTheReplyTellsOfItsOwn(Form form) {
        main.does(LoopbackProvider.fails(500));
        Tideover tideover = open(ladder(
                main().capabilities(c -> c.maxOutputTokens(500).lacks(Ability.STOP)),
                spare().tokenLimitField("max_completion_tokens")
                        .capabilities(c -> c.maxOutputTokens(50).lacks(Ability.SEED))));
        ChatReply reply = form.ask(
                tideover,
                ChatRequest.builder()
                        .user("Hi")
                        .maxOutputTokens(800)
                        .seed(7)
                        .stop("END")
                        .build());
        assertThat(reply.adapted())
                .containsExactly(
                        "the limit of 800 tokens became 50, the most that small writes",
                        "the seed was left out: small takes none");
        assertThat(main.asked().get(0).body())
                .contains("\"max_tokens\":500", "\"seed\":7")
                .doesNotContain("stop\":[");
        assertThat(spare.asked().get(0).body())
                .contains("\"max_completion_tokens\":50", "\"stop\":[\"END\"]")
                .doesNotContain("seed");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aSchemaGoesToWhoCanBeHeldToItAndElseIntoTheMessages(Form form) {
        spare.does(LoopbackProvider.fails(500));
        Tideover tideover = open(ladder(
                main().capabilities(c -> c.lacks(Ability.JSON_SCHEMA).has(Ability.JSON)),
                spare().capabilities(c -> c.has(Ability.JSON_SCHEMA))));
        ChatReply reply = form.ask(
                tideover,
                ChatRequest.builder()
                        .user("Hi")
                        .responseFormat(ResponseFormat.jsonSchema("n", Map.of("type", "object")))
                        .build());
        assertThat(spare.asked()).hasSize(1);
        assertThat(spare.asked().get(0).body()).contains("json_schema");
        assertThat(reply.isLive()).isTrue();
        assertThat(reply.adapted())
                .containsExactly("the JSON schema was put into the messages: small cannot be held to one");
        assertThat(main.asked().get(0).body())
                .contains("\"response_format\":{\"type\":\"json_object\"}", "fits this JSON schema");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aFormatThatIsRefusedInStreamsOrBesideToolsGoesIntoTheMessagesThereOnly(Form form) {
        Tideover tideover = open(ladder(main().capabilities(c ->
                c.has(Ability.JSON, Ability.JSON_SCHEMA).lacks(Ability.FORMAT_STREAMED, Ability.FORMAT_BESIDE_TOOLS))));
        ChatRequest plain = ChatRequest.builder()
                .user("Hi")
                .responseFormat(ResponseFormat.jsonSchema("n", Map.of("type", "object")))
                .build();
        ChatRequest withTools = plain.toBuilder()
                .tools(Tool.function("now", "Tells the time", Map.of("type", "object")))
                .build();
        form.ask(tideover, plain);
        ChatReply beside = form.ask(tideover, withTools);
        String first = main.asked().get(0).body();
        if (form == Form.STREAM) {
            assertThat(first).contains("fits this JSON schema").doesNotContain("response_format");
        } else {
            assertThat(first).contains("response_format", "json_schema").doesNotContain("fits this JSON schema");
        }
        assertThat(main.asked().get(1).body())
                .contains("fits this JSON schema", "\"tools\"")
                .doesNotContain("response_format");
        assertThat(beside.adapted())
                .containsExactly("the JSON schema was put into the messages: small cannot be held to one beside tools");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void whoIsHeldToAFormatBesideToolsIsAskedBeforeWhoIsNot(Form form) {
        Tideover tideover = open(ladder(
                main().capabilities(c -> c.has(Ability.JSON).lacks(Ability.FORMAT_BESIDE_TOOLS)),
                spare().capabilities(c -> c.has(Ability.JSON, Ability.FORMAT_BESIDE_TOOLS))));
        ChatRequest.Builder request = ChatRequest.builder().user("Hi").responseFormat(ResponseFormat.json());
        assertThat(form.ask(tideover, request.build()).isLive()).isTrue();
        request.tools(Tool.function("now", "Tells the time", Map.of("type", "object")));
        assertThat(form.ask(tideover, request.build()).text()).isEqualTo("From spare");
    }

    // --- length

    @ParameterizedTest
    @EnumSource(Form.class)
    void aLongConversationGoesToTheLargerWindow(Form form) {
        Tideover tideover = open(ladder(
                main().capabilities(c -> c.contextWindow(1_000)), spare().capabilities(c -> c.contextWindow(8_000))));
        assertThat(form.ask(tideover, "word".repeat(1_100)).provider()).isEqualTo("spare");
        assertThat(main.asked()).isEmpty();
        assertThat(form.ask(tideover, "word".repeat(900)).provider()).isEqualTo("main");
        spare.does(LoopbackProvider.fails(500));
        assertThat(form.ask(tideover, "word".repeat(1_100)).provider())
                .as("it was only reckoned, so nothing is lost by asking")
                .isEqualTo("main");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void afterOneWindowWasTooSmallNoSmallerOneIsAsked(Form form) {
        main.does(LoopbackProvider.fails(400, TOO_LONG));
        Tideover tideover = open(ladder(
                main().capabilities(c -> c.contextWindow(1_000)),
                spare().capabilities(c -> c.contextWindow(900)),
                third().capabilities(c -> c.contextWindow(8_000))));
        ChatReply reply = form.ask(tideover, "Hi");
        assertThat(reply.provider()).isEqualTo("third");
        assertThat(reply.attempts()).isEqualTo(2);
        assertThat(spare.asked()).isEmpty();
    }

    // --- who may see it

    private static ChatRequest onlyFor(String... names) {
        return ChatRequest.builder().user("Hi").allowedProviders(names).build();
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void whoMayNotSeeARequestIsNoAlternate(Form form) {
        main.does(LoopbackProvider.fails(500));
        Tideover tideover = open(ladder(main().tags("eu"), spare(), third().tags("eu")));
        ChatRequest request =
                ChatRequest.builder().user("Hi").requiredTags("eu").build();
        assertThat(form.ask(tideover, request).provider()).isEqualTo("third");
        assertThat(endOf(form, tideover, onlyFor("main")).kind()).isEqualTo(FailureKind.TRANSIENT);
        assertThat(spare.asked()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void whatNobodyMaySeeIsRefusedWithoutARequest(Form form) {
        Tideover tideover = open(ladder(main(), spare()).lastResort("Later."));
        ChatException end = endOf(form, tideover, onlyFor("mian"));
        assertThat(end).isInstanceOf(RequestRejectedException.class);
        assertThat(end)
                .hasMessageStartingWith(
                        "no provider of this client may see the request: \"mian\" is allowed and not among "
                                + "its providers, which are main, spare; 0 attempts");
        assertThat(main.asked()).isEmpty();
        assertThat(spare.asked()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(StreamRescue.class)
    void norIsABrokenStreamMendedByIt(StreamRescue rescue) {
        main.does(Break.CLOSED.after(StreamScript.texts("Your order left ", "our house ")));
        Tideover tideover = open(ladder(main(), spare().continuesReplies(true)).streamRescue(rescue));
        try (ReplyStream stream = tideover.stream(onlyFor("main"))) {
            PartialReplyException end = catchThrowableOfType(PartialReplyException.class, stream::reply);
            assertThat(end.partialText()).isEqualTo("Your order left our house ");
        }
        assertThat(spare.asked()).isEmpty();
        try (ReplyStream stream = tideover.stream("Hi")) {
            if (rescue != StreamRescue.FAIL) {
                assertThat(stream.reply().provider()).as("who may, does").isEqualTo("spare");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void norIsItAskedBesideASlowAttempt(Form form) {
        ManualTime time = new ManualTime();
        Tideover tideover = Tideover.builder()
                .provider(main())
                .alternate(spare())
                .hedging(true)
                .time(time.time())
                .build();
        clients.add(tideover);
        for (int i = 0; i < LatencyHistory.ENOUGH; i++) {
            form.ask(tideover, onlyFor("main"));
        }
        AtomicInteger slow = new AtomicInteger();
        main.does(wire -> {
            if (slow.incrementAndGet() == 1) {
                StreamScript.silence(wire);
            }
            return LoopbackProvider.says("Second").answer(wire);
        });
        CompletableFuture<ChatReply> call = CompletableFuture.supplyAsync(() -> form.ask(tideover, onlyFor("main")));
        Awaiting.until(() -> main.asked().size() == LatencyHistory.ENOUGH + 1);
        time.advance(Duration.ofMillis(10));
        ChatReply reply = call.orTimeout(20, TimeUnit.SECONDS).join();
        assertThat(reply.text()).as("the same provider, beside itself").isEqualTo("Second");
        assertThat(reply.attempts()).isEqualTo(2);
        assertThat(spare.asked()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void whatWasKeptIsServedOnlyIfItsProviderMayAnswer(Form form) {
        main.does(LoopbackProvider.fails(500));
        Tideover tideover = open(ladder(main(), spare().tags("eu")).replyCache(ReplyCache.inMemory(10)));
        assertThat(form.ask(tideover, "Hi").provider()).isEqualTo("spare");
        spare.does(LoopbackProvider.fails(500));
        assertThat(form.ask(tideover, onlyFor("spare")).origin())
                .as("restricting a request does not change its answer")
                .isEqualTo(Origin.CACHED);
        ChatException end = endOf(form, tideover, onlyFor("main"));
        assertThat(end.failures())
                .extracting(Failure::message)
                .contains("what was kept is from a provider that may not answer");
        assertThat(form.ask(
                                tideover,
                                ChatRequest.builder()
                                        .user("Hi")
                                        .requiredTags("eu")
                                        .build())
                        .origin())
                .isEqualTo(Origin.CACHED);
    }

    @Test
    void aConversationKeepsItsRestriction() {
        Tideover tideover = open(ladder(main(), spare()));
        Conversation conversation = tideover.conversation(ChatRequest.builder()
                .system("Be brief.")
                .allowedProviders("spare")
                .build());
        assertThat(conversation.say("Hi").provider()).isEqualTo("spare");
        assertThat(conversation.say("And?").provider()).isEqualTo("spare");
        assertThat(main.asked()).isEmpty();
        assertThat(spare.asked()).noneMatch(asked -> asked.body().contains("allowed"));
    }
}
