package io.github.tideover;

import static io.github.tideover.LadderFixture.answered;
import static io.github.tideover.LadderFixture.failed;
import static io.github.tideover.LadderFixture.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.ToolChoice;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.RequestRejectedException;
import io.github.tideover.provider.Ability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which rungs are there for a request, and in which order: abilities, windows, and who may see it. */
class LadderTest {
    private static final byte[] BYTES = {1, 2, 3};
    private static final Tool TOOL = Tool.function("f", "Does it.", Map.of("type", "object"));
    private static final ToolCall CALL = ToolCall.of("c1", "f", "{}");

    /** A request that asks for something, and what a model lacks that cannot do it. */
    private record Asking(String name, Ability ability, ChatRequest.Builder request) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Asking> needs() {
        return Stream.of(
                new Asking("an image", Ability.IMAGES, ask().message(Message.user(Part.image("image/png", BYTES)))),
                new Asking(
                        "an image's address",
                        Ability.IMAGE_ADDRESSES,
                        ask().message(Message.user(Part.image("https://example.com/a.png")))),
                new Asking(
                        "a file",
                        Ability.FILES,
                        ask().message(Message.user(Part.file("a.pdf", "application/pdf", BYTES)))),
                new Asking("a tool", Ability.TOOLS, ask().tools(TOOL)),
                new Asking(
                        "a tool's result",
                        Ability.TOOLS,
                        ask().message(Message.assistant("", List.of(CALL))).message(Message.toolResult(CALL, "7"))));
    }

    static Stream<Asking> wishes() {
        return Stream.of(
                new Asking(
                        "a schema",
                        Ability.JSON_SCHEMA,
                        ask().responseFormat(ResponseFormat.jsonSchema("n", Map.of("type", "object")))),
                new Asking("any JSON", Ability.JSON, ask().responseFormat(ResponseFormat.json())),
                new Asking(
                        "a tool that must be called",
                        Ability.TOOL_CHOICE,
                        ask().tools(TOOL).toolChoice(ToolChoice.REQUIRED)));
    }

    private static ChatRequest.Builder ask() {
        return ChatRequest.builder().user("Hi");
    }

    /** Plays failures, and at last an answer, to a plan that has no waits. */
    private static List<String> play(LadderFixture fixture, ChatRequest request, FailureKind... failures) {
        CallPlan plan = fixture.retries(RetryPolicy.never()).plan(request);
        List<String> steps = new ArrayList<>();
        Step step = plan.first(fixture.time.now());
        steps.add(told(step));
        for (FailureKind kind : failures) {
            step = plan.next(
                    step instanceof Step.Recall ? new Outcome.Recalled(null) : failed(kind), fixture.time.now());
            steps.add(told(step));
        }
        if (step instanceof Step.Send) {
            steps.add(told(plan.next(answered("fine"), fixture.time.now())));
        }
        return steps;
    }

    private static List<Failure> skippedBy(LadderFixture fixture, ChatRequest request) {
        CallPlan plan = fixture.plan(request);
        plan.first(fixture.time.now());
        Step.Answer answer = (Step.Answer) plan.next(answered("fine"), fixture.time.now());
        return answer.reply().skipped();
    }

    private static ChatException endOf(LadderFixture fixture, ChatRequest request) {
        return ((Step.Fail) fixture.plan(request).first(fixture.time.now())).exception();
    }

    // --- what a model cannot do

    @ParameterizedTest
    @MethodSource("needs")
    void aModelThatIsKnownToLackWhatIsNeededIsNotAsked(Asking asking) {
        ChatRequest request = asking.request().build();
        LadderFixture fixture = new LadderFixture(3).knows(0, c -> c.lacks(asking.ability()));
        assertThat(play(fixture, request, FailureKind.TIMEOUT)).containsExactly("send b", "send c", "answer ALTERNATE");
        LadderFixture other = new LadderFixture(3).knows(1, c -> c.lacks(asking.ability()));
        assertThat(play(other, request, FailureKind.TIMEOUT)).containsExactly("send a", "send c", "answer ALTERNATE");
        Failure why = skippedBy(new LadderFixture(2).knows(0, c -> c.lacks(asking.ability())), request)
                .get(0);
        assertThat(why.kind()).isEqualTo(FailureKind.UNSUPPORTED);
        assertThat(why.source()).isEqualTo("a/m");
        assertThat(why.message())
                .isEqualTo("the model cannot do what is asked: no "
                        + asking.ability().words());
    }

    @ParameterizedTest
    @MethodSource("needs")
    void whatIsUnknownKeepsNoRequestFromAnybody(Asking asking) {
        ChatRequest request = asking.request().build();
        assertThat(play(new LadderFixture(2), request)).containsExactly("send a", "answer LIVE");
        LadderFixture known = new LadderFixture(2).knows(1, c -> c.has(asking.ability()));
        assertThat(play(known, request)).containsExactly("send a", "answer LIVE");
    }

    @ParameterizedTest
    @MethodSource("needs")
    void whatNobodyCanDoIsRefusedAtOnce(Asking asking) {
        LadderFixture fixture = new LadderFixture(2)
                .knows(0, c -> c.lacks(asking.ability()))
                .knows(1, c -> c.lacks(asking.ability()))
                .cache()
                .words();
        ChatException end = endOf(fixture, asking.request().build());
        assertThat(end).isInstanceOf(RequestRejectedException.class);
        assertThat(end.kind()).isEqualTo(FailureKind.UNSUPPORTED);
        assertThat(end.attempts()).isZero();
        assertThat(end.failure().message())
                .isEqualTo("no model of this client can do what is asked: it takes "
                        + asking.ability().words());
        assertThat(end.failures()).extracting(Failure::source).containsExactly("a/m", "b/m", "");
    }

    @ParameterizedTest
    @EnumSource(Ability.class)
    void aPlainRequestGoesToWhomItWouldHaveGone(Ability ability) {
        LadderFixture fixture = new LadderFixture(2).knows(0, c -> c.lacks(ability));
        assertThat(play(fixture, ask().build())).containsExactly("send a", "answer LIVE");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"image/png, true", "IMAGE/JPG, true", "image/jpeg;q=1, true", "image/heic, false"})
    void aTypeOfImageThatIsNotTakenIsNotSent(String type, boolean isTaken) {
        LadderFixture fixture = new LadderFixture(2).knows(0, c -> c.imageTypes("image/png", "image/jpeg"));
        ChatRequest request =
                ask().message(Message.user(Part.image(type, BYTES))).build();
        assertThat(play(fixture, request).get(0)).isEqualTo(isTaken ? "send a" : "send b");
    }

    @Test
    void aTypeOfFileThatIsNotTakenIsNotSent() {
        LadderFixture fixture = new LadderFixture(2).knows(0, c -> c.fileTypes("application/pdf"));
        ChatRequest request = ask().message(Message.user(Part.file("a.csv", "text/csv", BYTES)))
                .build();
        assertThat(play(fixture, request).get(0)).isEqualTo("send b");
        assertThat(skippedBy(fixture, request).get(0).message())
                .isEqualTo("the model cannot do what is asked: no text/csv");
    }

    @ParameterizedTest
    @MethodSource("wishes")
    void aModelThatLacksWhatIsOnlyWishedIsAskedAfterThoseThatHaveIt(Asking asking) {
        ChatRequest request = asking.request().build();
        LadderFixture fixture =
                new LadderFixture(3).knows(0, c -> c.lacks(asking.ability())).knows(2, c -> c.has(asking.ability()));
        assertThat(play(fixture, request, FailureKind.TIMEOUT, FailureKind.TIMEOUT))
                .containsExactly("send b", "send c", "send a", "answer LIVE");
        Failure why = skippedBy(
                        new LadderFixture(2)
                                .knows(0, c -> c.lacks(asking.ability()))
                                .knows(1, c -> c.has(asking.ability())),
                        request)
                .get(0);
        assertThat(why.kind()).isEqualTo(FailureKind.UNSUPPORTED);
        assertThat(why.message())
                .isEqualTo("to be asked after the others: it knows no such thing as "
                        + asking.ability().words());
    }

    @ParameterizedTest
    @MethodSource("wishes")
    void unlessNobodyIsKnownToHaveIt(Asking asking) {
        ChatRequest request = asking.request().build();
        LadderFixture nobody = new LadderFixture(2).knows(0, c -> c.lacks(asking.ability()));
        assertThat(play(nobody, request)).containsExactly("send a", "answer LIVE");
        assertThat(skippedBy(nobody, request)).isEmpty();
    }

    @Test
    void aHedgeDoesNotGoToAModelThatIsWorseSuited() {
        LadderFixture fixture = new LadderFixture(2)
                .knows(0, c -> c.has(Ability.JSON))
                .knows(1, c -> c.lacks(Ability.JSON))
                .hedging();
        CallPlan plan = fixture.plan(ask().responseFormat(ResponseFormat.json()).build());
        Step.Send first = (Step.Send) plan.first(fixture.time.now());
        assertThat(first.mode())
                .as("nobody stands by, so the whole reply is asked for as such")
                .isEqualTo(Step.Mode.WHOLE);
    }

    // --- what is too long

    private static ChatRequest lasting(int tokens) {
        return ChatRequest.of("word".repeat(tokens));
    }

    @ParameterizedTest(name = "{0} tokens, windows {1} and {2}: {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "900  | 1000 | 8000 | send a",
                "1001 | 1000 | 8000 | send b",
                "9000 | 1000 | 8000 | send a", // neither: who knows, it is an estimate
                "1001 | 1000 |      | send a", // of b nothing is known
                "1001 |      | 8000 | send a",
                "1001 | 8000 | 1000 | send a",
            })
    void aConversationThatIsTooLongGoesToALargerWindow(int tokens, Integer first, Integer second, String step) {
        LadderFixture fixture = new LadderFixture(2);
        if (first != null) {
            fixture.knows(0, c -> c.contextWindow(first));
        }
        if (second != null) {
            fixture.knows(1, c -> c.contextWindow(second));
        }
        assertThat(play(fixture, lasting(tokens)).get(0)).isEqualTo(step);
    }

    @Test
    void whatIsTooLongByOurReckoningIsAskedAfterAllIfNothingElseAnswers() {
        LadderFixture fixture =
                new LadderFixture(2).knows(0, c -> c.contextWindow(1_000)).knows(1, c -> c.contextWindow(8_000));
        assertThat(play(fixture, lasting(1_001), FailureKind.TIMEOUT))
                .containsExactly("send b", "send a", "answer LIVE");
        assertThat(skippedBy(fixture, lasting(1_001)).get(0).message())
                .isEqualTo("to be asked after the others: some 1001 tokens do not fit into its window of 1000");
    }

    @Test
    void theAnswerNeedsItsPlaceToo() {
        LadderFixture fixture =
                new LadderFixture(2).knows(0, c -> c.contextWindow(1_000)).knows(1, c -> c.contextWindow(8_000));
        ChatRequest request = lasting(600).toBuilder().maxOutputTokens(500).build();
        assertThat(play(fixture, request).get(0)).isEqualTo("send b");
        LadderFixture writesLittle = new LadderFixture(2)
                .knows(0, c -> c.contextWindow(1_000).maxOutputTokens(100))
                .knows(1, c -> c.contextWindow(8_000));
        assertThat(play(writesLittle, request).get(0)).isEqualTo("send a");
    }

    @ParameterizedTest(name = "{0} x {1}")
    @CsvSource({"word, 400, 400", "\u00e4\u00f6, 100, 100", "\u6f6e, 400, 300", "\ud83d\ude00, 100, 100"})
    void aTokenIsFourBytes(String text, int times, long tokens) {
        ChatRequest request = ChatRequest.of(text.repeat(times));
        assertThat(Demand.leastTokens(request)).isEqualTo(tokens);
        assertThat(Demand.fitsSurely(request, 2_000)).isTrue();
        assertThat(Demand.fitsSurely(request, tokens - 1)).isFalse();
    }

    @Test
    void toolsCallsAndImagesAreCountedToo() {
        ChatRequest request = ask().message(Message.user(Part.image("image/png", BYTES)))
                .message(Message.assistant("", List.of(ToolCall.of("c", "f", "{\"a\":\"" + "x".repeat(392) + "\"}"))))
                .tools(Tool.function("f", "d".repeat(400), Map.of("description", List.of("e".repeat(389)))))
                .build();
        assertThat(Demand.leastTokens(request)).isEqualTo(85 + 100 + 100 + 100);
    }

    @ParameterizedTest(name = "windows {0}, {1}, {2}: {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "1000 | 1000 | 8000 | send a, send c, answer ALTERNATE",
                "1000 | 500  |      | send a, send c, answer ALTERNATE",
                "1000 |      | 500  | send a, send b, answer ALTERNATE",
                "     | 500  | 8000 | send a, send b, answer ALTERNATE",
                "1000 | 900  | 1000 | send a, fail CONTEXT_LENGTH",
            })
    void afterOneWindowWasTooSmallOnlyALargerOneIsAsked(Integer a, Integer b, Integer c, String steps) {
        LadderFixture fixture = new LadderFixture(3).words();
        Integer[] windows = {a, b, c};
        for (int i = 0; i < windows.length; i++) {
            Integer window = windows[i];
            if (window != null) {
                fixture.knows(i, known -> known.contextWindow(window));
            }
        }
        assertThat(String.join(", ", play(fixture, ask().build(), FailureKind.CONTEXT_LENGTH)))
                .isEqualTo(steps);
    }

    @Test
    void anAlternateThatIsPassedByForItsWindowSaysSo() {
        LadderFixture fixture =
                new LadderFixture(2).knows(0, c -> c.contextWindow(1_000)).knows(1, c -> c.contextWindow(900));
        CallPlan plan = fixture.plan(ask().build());
        plan.first(fixture.time.now());
        Step.Fail fail = (Step.Fail) plan.next(failed(FailureKind.CONTEXT_LENGTH), fixture.time.now());
        assertThat(fail.exception().failures())
                .extracting(Failure::toString)
                .containsExactly(
                        "a/m: CONTEXT_LENGTH: the conversation is too long for the model",
                        "b/m: UNSUPPORTED: its window of 900 tokens is no larger than the one that was too small");
    }

    @Test
    void aWindowThatWasTooSmallForAHedgeIsTooSmallForTheCall() {
        LadderFixture fixture = new LadderFixture(3)
                .knows(1, c -> c.contextWindow(1_000))
                .knows(2, c -> c.contextWindow(900))
                .retries(RetryPolicy.never())
                .hedging();
        for (int i = 0; i < 25; i++) { // of so many, one may have a hedge
            CallPlan quick = fixture.plan();
            quick.first(fixture.time.now());
            fixture.time.advance(Duration.ofMillis(100));
            quick.next(answered("fine"), fixture.time.now());
        }
        CallPlan plan = fixture.plan(ask().build());
        plan.first(fixture.time.now());
        assertThat(told(plan.hedge(fixture.time.now()))).isEqualTo("send b");
        plan.hedgeFailed(Failure.of(FailureKind.CONTEXT_LENGTH).build(), fixture.time.now());
        assertThat(told(plan.next(failed(FailureKind.TIMEOUT), fixture.time.now())))
                .isEqualTo("fail TIMEOUT");
    }

    // --- who may see it

    @ParameterizedTest(name = "allowed {0}, tagged {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a    |         | send a, answer LIVE",
                "b    |         | send b, answer ALTERNATE",
                "c b  |         | send b, answer ALTERNATE",
                "     | eu      | send b, answer ALTERNATE",
                "     | eu safe | send c, answer ALTERNATE",
                "a c  | eu      | send c, answer ALTERNATE",
                "a x  |         | send a, answer LIVE",
                "A    |         | fail NOT_ALLOWED",
                "a    | eu      | fail NOT_ALLOWED",
                "     | us      | fail NOT_ALLOWED",
            })
    void onlyWhoMaySeeARequestIsAsked(String allowed, String tags, String steps) {
        LadderFixture fixture = new LadderFixture(3).tagged(1, "eu").tagged(2, "eu", "safe");
        assertThat(String.join(", ", play(fixture, restricted(allowed, tags)))).isEqualTo(steps);
    }

    private static ChatRequest restricted(String allowed, String tags) {
        ChatRequest.Builder request = ask();
        if (allowed != null) {
            request.allowedProviders(allowed.split(" "));
        }
        if (tags != null) {
            request.requiredTags(tags.split(" "));
        }
        return request.build();
    }

    @Test
    void whoMayNotSeeItIsNamedWithTheReason() {
        LadderFixture fixture = new LadderFixture(3).tagged(2, "eu", "safe");
        assertThat(skippedBy(fixture, restricted("b c", "eu safe")))
                .extracting(Failure::toString)
                .containsExactly(
                        "a/m: NOT_ALLOWED: the provider may not see this request: it is not among those allowed",
                        "b/m: NOT_ALLOWED: the provider may not see this request: it is not tagged eu, safe");
    }

    @Test
    void aNameThatNoProviderHasIsNamedWhenNobodyMayAnswer() {
        LadderFixture fixture = new LadderFixture(2).cache().words();
        ChatException end = endOf(fixture, restricted("A bb", null));
        assertThat(end).isInstanceOf(RequestRejectedException.class);
        assertThat(end.attempts()).isZero();
        assertThat(end.failure().message())
                .isEqualTo(
                        "no provider of this client may see the request: \"A\", \"bb\" are allowed and not among its "
                                + "providers, which are a, b");
        assertThat(endOf(fixture, restricted("a", "eu")).failure().message())
                .isEqualTo("no provider of this client may see the request: none that is allowed is tagged eu");
    }

    @Test
    void whoMaySeeItAndCannotDoItIsNoAnswerEither() {
        LadderFixture fixture = new LadderFixture(2).knows(0, c -> c.lacks(Ability.TOOLS));
        ChatException end =
                endOf(fixture, ask().tools(TOOL).allowedProviders("a").build());
        assertThat(end.kind()).isEqualTo(FailureKind.UNSUPPORTED);
        assertThat(end.failures())
                .extracting(Failure::kind)
                .containsExactly(FailureKind.UNSUPPORTED, FailureKind.NOT_ALLOWED, FailureKind.UNSUPPORTED);
    }

    @ParameterizedTest(name = "kept from {0} for those allowed {1}, tagged {2}: {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a |     |    | answer CACHED",
                "b | a   |    | answer CANNED",
                "a | a b |    | answer CACHED",
                "a |     | eu | answer CACHED",
                "b |     | eu | answer CANNED",
                "z |     | eu | answer CANNED",
                "z |     |    | answer CACHED",
            })
    void whatWasKeptIsServedOnlyIfItsProviderMayAnswer(String provider, String allowed, String tags, String last) {
        LadderFixture fixture =
                new LadderFixture(2).tagged(0, "eu").cache().words().retries(RetryPolicy.never());
        CallPlan plan = fixture.plan(restricted(allowed, tags));
        Step step = plan.first(fixture.time.now());
        while (step instanceof Step.Send) {
            step = plan.next(failed(FailureKind.TIMEOUT), fixture.time.now());
        }
        assertThat(told(step)).isEqualTo("recall");
        ChatReply kept = ChatReply.builder().text("before").provider(provider).build();
        assertThat(told(plan.next(new Outcome.Recalled(kept), fixture.time.now())))
                .isEqualTo(last);
    }
}
