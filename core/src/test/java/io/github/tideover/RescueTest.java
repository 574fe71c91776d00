package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.tideover.LoopbackProvider.Behaviour;
import io.github.tideover.Shape.Seen;
import io.github.tideover.StreamScript.Break;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.provider.Provider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the reader of a stream sees when it breaks, over real HTTP and in every form in which it can be read. */
class RescueTest {
    private static final String KEY = "correct-horse-battery";
    private static final String PROMPT = "When will it come, said my cat Mitzi";
    private static final String BEGINNING = "Your order left our house on ";
    private static final String WHOLE = BEGINNING + "Monday.";
    private static final String[] PIECES = {"Your order ", "left our house on "};

    private final LoopbackProvider main = new LoopbackProvider();
    private final LoopbackProvider spare = new LoopbackProvider();
    private final List<Tideover> clients = new ArrayList<>();

    @AfterEach
    void close() {
        try {
            for (Tideover each : clients) {
                Awaiting.until(() -> each.routes().stream().allMatch(route -> route.underWay() == 0));
                Awaiting.until(() -> each.watchdog().underWay() == 0);
            }
        } finally {
            clients.forEach(Tideover::close);
            main.close();
            spare.close();
        }
    }

    private static Provider at(String name, LoopbackProvider provider) {
        return Provider.openAiCompatible(provider.baseUrl())
                .name(name)
                .apiKey(KEY)
                .model("small");
    }

    private Tideover.Builder alone(StreamRescue rescue) {
        return Tideover.builder()
                .provider(at("main", main))
                .streamRescue(rescue)
                .retryPolicy(RetryPolicy.builder()
                        .firstDelay(Duration.ofMillis(5))
                        .overloadDelay(Duration.ofMillis(5))
                        .build());
    }

    private Tideover.Builder withSpare(StreamRescue rescue) {
        Provider alternate = at("spare", spare);
        return alone(rescue).alternate(rescue == StreamRescue.CONTINUE ? alternate.continuesReplies(true) : alternate);
    }

    /** With little patience where the limit is what is waited for: a busy machine takes its time. */
    private static Tideover.Builder meeting(Break how, Tideover.Builder builder) {
        return how == Break.STALLED ? builder.stallTimeout(Duration.ofMillis(300)) : builder;
    }

    private Tideover open(Tideover.Builder builder) {
        Tideover tideover = builder.build();
        clients.add(tideover);
        return tideover;
    }

    private Seen read(Shape shape, Tideover.Builder builder) {
        return shape.read(open(builder).stream(PROMPT));
    }

    private static PartialReplyException partial(Seen seen) {
        assertThat(seen.end).isInstanceOf(PartialReplyException.class);
        assertThat(seen.told()).doesNotContain("completed");
        return (PartialReplyException) seen.end;
    }

    /** One behaviour for each request, the last for all that follow. */
    private static Behaviour inTurn(Behaviour... behaviours) {
        Queue<Behaviour> queue = new ConcurrentLinkedQueue<>(List.of(behaviours));
        return wire -> (queue.size() > 1 ? queue.remove() : queue.element()).answer(wire);
    }

    private static Behaviour brokenAfter(String... pieces) {
        return Break.CLOSED.after(StreamScript.texts(pieces));
    }

    private static Behaviour says(String... pieces) {
        return StreamScript.streams(StreamScript.texts(pieces), StreamScript.end());
    }

    static Stream<Arguments> breaks() {
        return Stream.of(Break.values())
                .flatMap(each -> Stream.of(Shape.values()).map(shape -> Arguments.of(each, shape)));
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void theAlternateStartsOver(Break how, Shape shape) {
        main.does(how.after(StreamScript.ROLE + StreamScript.texts(PIECES)));
        spare.does(says("Your ", "order left our house", " on Monday."));
        Seen seen = read(shape, meeting(how, withSpare(StreamRescue.RESTART)));
        if (shape.hearsEvents()) {
            assertThat(seen.told())
                    .containsExactly(
                            "text Your order ",
                            "text left our house on ",
                            "restarted " + how.kind + " main/small",
                            "text Your ",
                            "text order left our house",
                            "text  on Monday.",
                            "completed");
        } else if (shape == Shape.TEXT) {
            assertThat(seen.told())
                    .as("nothing twice")
                    .containsExactly("text Your order ", "text left our house on ", "text Monday.");
        }
        ChatReply reply = seen.reply();
        assertThat(reply.text()).isEqualTo(WHOLE);
        assertThat(reply.isContinued()).isFalse();
        assertThat(reply.origin()).isEqualTo(Origin.ALTERNATE);
        assertThat(reply.provider()).isEqualTo("spare");
        assertThat(reply.model()).isEqualTo("small-1");
        assertThat(reply.usage().totalTokens()).isEqualTo(5);
        assertThat(reply.attempts()).isEqualTo(2);
        assertThat(reply.skipped()).singleElement().satisfies(skipped -> {
            assertThat(skipped.kind()).isEqualTo(how.kind);
            assertThat(skipped.source()).isEqualTo("main/small");
        });
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void anotherAnswerTakesTheScreenOfThoseWhoCanClearItAndIsKeptFromTheOthers(Break how, Shape shape) {
        main.does(how.after(StreamScript.texts(PIECES)));
        spare.does(says("Your order left ", "yesterday."));
        Seen seen = read(shape, meeting(how, withSpare(StreamRescue.RESTART)));
        if (shape == Shape.TEXT) {
            assertThat(seen.screen()).isEqualTo(BEGINNING);
            PartialReplyException end = partial(seen);
            assertThat(end.partialText()).as("what was shown").isEqualTo(BEGINNING);
            assertThat(end.kind()).isEqualTo(how.kind);
            assertThat(end.provider()).isEqualTo("main/small");
            assertThat(end.attempts()).isEqualTo(2);
            assertThat(end.failures()).extracting(Failure::kind).containsExactly(how.kind);
        } else {
            assertThat(seen.reply().text()).isEqualTo("Your order left yesterday.");
            assertThat(seen.screen()).isEqualTo(shape == Shape.REPLY ? "" : "Your order left yesterday.");
        }
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void theAlternateGoesOn(Break how, Shape shape) {
        main.does(how.after(StreamScript.texts(PIECES)));
        spare.does(says("our house", " on Monday", "."));
        Seen seen = read(shape, meeting(how, withSpare(StreamRescue.CONTINUE)));
        if (shape.hearsEvents()) {
            assertThat(seen.told())
                    .as("what it repeats is left out")
                    .containsExactly(
                            "text Your order ",
                            "text left our house on ",
                            "continued " + how.kind + " main/small",
                            "text Monday",
                            "text .",
                            "completed");
        } else if (shape == Shape.TEXT) {
            assertThat(seen.told())
                    .containsExactly("text Your order ", "text left our house on ", "text Monday", "text .");
        }
        ChatReply reply = seen.reply();
        assertThat(reply.text()).isEqualTo(WHOLE);
        assertThat(reply.isContinued()).isTrue();
        assertThat(reply.provider()).isEqualTo("spare");
        assertThat(reply.usage().totalTokens()).as("the last author's").isEqualTo(5);
        assertThat(reply.attempts()).isEqualTo(2);
        assertThat(reply.skipped()).extracting(Failure::kind).containsExactly(how.kind);
        assertThat(spare.asked().get(0).body()).contains("{\"role\":\"assistant\",\"content\":\"" + BEGINNING + "\"}");
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void withoutARescueTheCallEndsWithTheTextSoFar(Break how, Shape shape) {
        main.does(how.after(StreamScript.texts(PIECES)));
        Seen seen = read(
                shape,
                meeting(how, withSpare(StreamRescue.FAIL))
                        .replyCache(ReplyCache.inMemory(10))
                        .lastResort("Later."));
        PartialReplyException end = partial(seen);
        assertThat(end.partialText()).isEqualTo(BEGINNING);
        assertThat(seen.screen()).isEqualTo(shape == Shape.REPLY ? "" : BEGINNING);
        assertThat(end.kind()).isEqualTo(how.kind);
        assertThat(end.provider()).isEqualTo("main/small");
        assertThat(end.failures()).extracting(Failure::kind).containsExactly(how.kind);
        assertThat(spare.asked()).isEmpty();
        assertThat(main.asked()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aContinuationThatIsRefusedBecomesANewAnswerAndNobodyHearsOfTheRefusal(Shape shape) {
        main.does(brokenAfter(PIECES));
        spare.does(inTurn(
                LoopbackProvider.fails(400, "{\"error\":{\"message\":\"the last message must be the user's\"}}"),
                says("Your order left our house on ", "Monday.")));
        Seen seen = read(shape, withSpare(StreamRescue.CONTINUE));
        if (shape.hearsEvents()) {
            assertThat(seen.told())
                    .containsExactly(
                            "text Your order ",
                            "text left our house on ",
                            "restarted CUT main/small",
                            "text Your order left our house on ",
                            "text Monday.",
                            "completed");
        } else if (shape == Shape.TEXT) {
            assertThat(seen.screen()).isEqualTo(WHOLE);
        }
        assertThat(seen.reply().isContinued()).isFalse();
        assertThat(seen.reply().text()).isEqualTo(WHOLE);
        assertThat(seen.reply().skipped()).extracting(Failure::kind).containsExactly(FailureKind.CUT);
        assertThat(spare.asked()).hasSize(2);
        assertThat(spare.asked().get(1).body()).doesNotContain("\"assistant\"");
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aRefusedContinuationIsNotHeardOfInAnExceptionEither(Shape shape) {
        main.does(brokenAfter(PIECES));
        spare.does(inTurn(LoopbackProvider.fails(400), LoopbackProvider.fails(401)));
        PartialReplyException end = partial(read(shape, withSpare(StreamRescue.CONTINUE)));
        assertThat(end.failures()).extracting(Failure::kind).containsExactly(FailureKind.CUT, FailureKind.AUTH);
        assertThat(end.partialText()).isEqualTo(BEGINNING);
        assertThat(end.kind()).isEqualTo(FailureKind.CUT);
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void whereNobodyContinuesAStreamIsStartedOver(Shape shape) {
        main.does(brokenAfter(PIECES));
        spare.does(says(WHOLE));
        Seen seen = read(shape, alone(StreamRescue.CONTINUE).alternate(at("spare", spare)));
        assertThat(seen.reply().isContinued()).isFalse();
        assertThat(seen.reply().text()).isEqualTo(WHOLE);
        assertThat(spare.asked().get(0).body()).doesNotContain("\"assistant\"");
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aContinuationThatSaysTheBeginningAgainLeavesItOnce(Shape shape) {
        main.does(brokenAfter(PIECES));
        spare.does(says("Your ", "order left our house on", " "));
        Seen seen = read(shape, withSpare(StreamRescue.CONTINUE));
        assertThat(seen.reply().text()).isEqualTo(BEGINNING);
        assertThat(seen.reply().isContinued()).isTrue();
        assertThat(seen.screen()).isEqualTo(shape == Shape.REPLY ? "" : BEGINNING);
        if (shape.hearsEvents()) {
            assertThat(seen.told()).endsWith("continued CUT main/small", "completed");
        }
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void whatWasHeldBackAsARepetitionIsShownWhenItProvesToBeNone(Shape shape) {
        main.does(brokenAfter("the house, the dog and "));
        spare.does(says("the ", "house"));
        Seen seen = read(shape, withSpare(StreamRescue.CONTINUE));
        assertThat(seen.reply().text()).isEqualTo("the house, the dog and the house");
        if (shape != Shape.REPLY) {
            assertThat(seen.screen()).isEqualTo("the house, the dog and the house");
        }
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aReplyOfTwoAuthorsIsNotKeptForLater(Shape shape) {
        ReplyCache cache = ReplyCache.inMemory(10);
        main.does(inTurn(brokenAfter(PIECES), LoopbackProvider.fails(500)));
        spare.does(inTurn(says("Monday."), LoopbackProvider.fails(500)));
        Tideover tideover =
                open(withSpare(StreamRescue.CONTINUE).replyCache(cache).retryPolicy(RetryPolicy.never()));
        assertThat(shape.read(tideover.stream(PROMPT)).reply().isContinued()).isTrue();
        assertThat(shape.read(tideover.stream(PROMPT)).end)
                .isInstanceOfSatisfying(
                        ChatException.class,
                        end -> assertThat(end.failures())
                                .extracting(Failure::kind)
                                .contains(FailureKind.NO_CACHED_REPLY));
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aReplyThatWasStartedOverIsKeptForLater(Shape shape) {
        main.does(inTurn(brokenAfter(PIECES), LoopbackProvider.fails(500)));
        spare.does(inTurn(says(WHOLE), LoopbackProvider.fails(500)));
        Tideover tideover = open(withSpare(StreamRescue.RESTART)
                .replyCache(ReplyCache.inMemory(10))
                .retryPolicy(RetryPolicy.never()));
        shape.read(tideover.stream(PROMPT));
        ChatReply later = shape.read(tideover.stream(PROMPT)).reply();
        assertThat(later.origin()).isEqualTo(Origin.CACHED);
        assertThat(later.text()).isEqualTo(WHOLE);
    }

    static Stream<ChatRequest> notPlainText() {
        ChatRequest.Builder plain = ChatRequest.builder().user(PROMPT);
        return Stream.of(
                plain.extra("tools", List.of(Map.of("type", "function", "function", Map.of("name", "look"))))
                        .build(),
                ChatRequest.builder()
                        .user(PROMPT)
                        .extra("response_format", Map.of("type", "json_object"))
                        .build());
    }

    @ParameterizedTest
    @MethodSource("notPlainText")
    void anAnswerInJsonOrWithToolsIsNotFinishedByAnother(ChatRequest request) {
        main.does(brokenAfter("{\\\"day\\\": "));
        spare.does(says("{\\\"day\\\": ", "1}"));
        Seen seen = Shape.EVENTS.read(open(withSpare(StreamRescue.CONTINUE)).stream(request));
        assertThat(seen.reply().isContinued()).isFalse();
        assertThat(seen.reply().text()).isEqualTo("{\"day\": 1}");
        assertThat(spare.asked()).hasSize(1);
        assertThat(spare.asked().get(0).body()).doesNotContain("\"assistant\"");
    }

    @Test
    void anAnswerThatHadBegunToCallAToolIsNotFinishedByAnother() {
        main.does(Break.CLOSED.after(StreamScript.texts(PIECES) + StreamScript.toolCall("{")));
        spare.does(says(WHOLE));
        Seen seen = read(Shape.EVENTS, withSpare(StreamRescue.CONTINUE));
        assertThat(seen.told()).contains("restarted CUT main/small");
        assertThat(seen.reply().isContinued()).isFalse();
        assertThat(seen.reply().toolCalls()).isEmpty();
        assertThat(seen.reply().text()).isEqualTo(WHOLE);
    }

    @ParameterizedTest
    @EnumSource(StreamRescue.class)
    void aThoughtAloneIsNoPartOfTheAnswerAndItsBreakIsMended(StreamRescue rescue) {
        for (Shape shape : Shape.values()) {
            main.does(Break.CLOSED.after(StreamScript.reasoning("Hm, ")));
            spare.does(says("Your order ", "left."));
            Seen seen = read(shape, withSpare(rescue).retryPolicy(RetryPolicy.never()));
            assertThat(seen.reply().text()).as("%s", shape).isEqualTo("Your order left.");
            if (shape.hearsEvents()) {
                assertThat(seen.told())
                        .as("%s", shape)
                        .containsExactly(
                                "thought Hm, ",
                                "restarted CUT main/small",
                                "text Your order ",
                                "text left.",
                                "completed");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aThoughtThatIsNotMendedIsNoPartialReply(Shape shape) {
        main.does(Break.CLOSED.after(StreamScript.reasoning("Hm, ")));
        Seen seen = read(shape, alone(StreamRescue.RESTART).retryPolicy(RetryPolicy.never()));
        assertThat(seen.end).isInstanceOf(ChatException.class).isNotInstanceOf(PartialReplyException.class);
    }

    @Test
    void aThoughtAndAWordInOneEventAreBothHeardOf() {
        main.does(StreamScript.streams(
                StreamScript.delta("\"reasoning_content\":\"Hm.\",\"content\":\"Yes.\""), StreamScript.end()));
        Seen seen = read(Shape.EVENTS, alone(StreamRescue.RESTART));
        assertThat(seen.told()).containsExactly("thought Hm.", "text Yes.", "completed");
    }

    /** The new answer's thoughts take the old text off the screen of those who hear of them. */
    @ParameterizedTest
    @EnumSource(Shape.class)
    void aRescueThatOnlyThinksAndBreaksEndsWithWhatIsStillShown(Shape shape) {
        main.does(brokenAfter(PIECES));
        spare.does(Break.CLOSED.after(StreamScript.reasoning("Hm, ")));
        Seen seen = read(shape, withSpare(StreamRescue.RESTART).retryPolicy(RetryPolicy.never()));
        assertThat(seen.end)
                .isInstanceOfSatisfying(
                        ChatException.class, end -> assertThat(end.kind()).isEqualTo(FailureKind.CUT));
        if (shape == Shape.TEXT) {
            assertThat(partial(seen).partialText()).isEqualTo(BEGINNING).isEqualTo(seen.screen());
        } else if (shape.hearsEvents()) {
            assertThat(seen.screen()).isEmpty();
            assertThat(seen.end).isNotInstanceOf(PartialReplyException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aRescueThatOnlyThinksAndBreaksDoesNotMakeTheNextOneShowTextTwice(Shape shape) {
        main.does(brokenAfter(PIECES));
        spare.does(inTurn(
                Break.CLOSED.after(StreamScript.reasoning("Hm, ")), says("Your order left ", "our house on Monday.")));
        Seen seen = read(shape, withSpare(StreamRescue.RESTART));
        assertThat(seen.reply().text()).isEqualTo(WHOLE);
        if (shape == Shape.TEXT) {
            assertThat(seen.told()).containsExactly("text Your order ", "text left our house on ", "text Monday.");
        } else if (shape.hearsEvents()) {
            assertThat(seen.screen()).isEqualTo(WHOLE);
        }
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aSecondBreakEndsTheCallWithTheTextThatStandsThen(Shape shape) {
        main.does(brokenAfter(PIECES));
        spare.does(brokenAfter("Your order left our house on ", "Mon"));
        Seen seen = read(shape, withSpare(StreamRescue.RESTART));
        PartialReplyException end = partial(seen);
        assertThat(end.partialText()).isEqualTo(BEGINNING + "Mon");
        if (shape != Shape.REPLY) {
            assertThat(seen.screen()).isEqualTo(end.partialText());
        }
        assertThat(end.attempts()).isEqualTo(2);
        assertThat(end.failures()).extracting(Failure::source).containsExactly("main/small", "spare/small");
        assertThat(main.asked().size() + spare.asked().size()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aSecondBreakBeforeTheOldTextWasSaidAgainLeavesToEachWhatItShows(Shape shape) {
        main.does(brokenAfter(PIECES));
        spare.does(brokenAfter("Your order "));
        Seen seen = read(shape, withSpare(StreamRescue.RESTART));
        PartialReplyException end = partial(seen);
        assertThat(end.partialText()).isEqualTo(shape == Shape.TEXT ? BEGINNING : "Your order ");
        if (shape != Shape.REPLY) {
            assertThat(seen.screen()).isEqualTo(end.partialText());
        }
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aContinuationThatBreaksEndsTheCallWithTheJoinedText(Shape shape) {
        main.does(brokenAfter(PIECES));
        spare.does(brokenAfter("left our house on ", "Mon"));
        Seen seen = read(shape, withSpare(StreamRescue.CONTINUE));
        PartialReplyException end = partial(seen);
        assertThat(end.partialText()).isEqualTo(BEGINNING + "Mon");
        if (shape != Shape.REPLY) {
            assertThat(seen.screen()).isEqualTo(BEGINNING + "Mon");
        }
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void withoutAnAlternateTheSameProviderIsAskedAgainOnceAndThatIsPaidFor(Shape shape) {
        main.does(inTurn(brokenAfter(PIECES), brokenAfter(PIECES)));
        Tideover tideover = open(alone(StreamRescue.RESTART));
        PartialReplyException end = partial(shape.read(tideover.stream(PROMPT)));
        assertThat(end.attempts()).isEqualTo(2);
        assertThat(main.asked()).hasSize(2);
        int left = RetryBudget.CAPACITY - RetryBudget.HEAVY_COST;
        assertThat(tideover.routes().get(0).budget().tokens(System.nanoTime()))
                .as("and what trickled in since")
                .isBetween((double) left, left + 2.0);
    }

    @Test
    void anEmptyRetryBudgetAllowsNoRescueByTheSameProvider() {
        main.does(brokenAfter(PIECES));
        Tideover tideover = open(alone(StreamRescue.RESTART));
        assertThat(tideover.routes().get(0).budget().tryTake(RetryBudget.CAPACITY - 5, System.nanoTime()))
                .isTrue();
        assertThat(partial(Shape.EVENTS.read(tideover.stream(PROMPT))).partialText())
                .isEqualTo(BEGINNING);
        assertThat(main.asked()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aRescueThatFailsBeforeItsFirstWordLeavesTheBreakAsTheReason(Shape shape) {
        main.does(brokenAfter(PIECES));
        spare.does(LoopbackProvider.fails(503, "{}", "Retry-After: 3600"));
        ManualTime time = new ManualTime();
        Seen seen = read(shape, withSpare(StreamRescue.RESTART).time(time.time()));
        PartialReplyException end = partial(seen);
        assertThat(end.kind()).isEqualTo(FailureKind.CUT);
        assertThat(end.partialText()).isEqualTo(BEGINNING);
        assertThat(end.failures()).extracting(Failure::source).containsExactly("main/small", "spare/small");
        assertThat(end.retryAt()).contains(time.instant().plus(Duration.ofHours(1)));
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aRescueByTheSameProviderThatFailsLeavesTheBreakAsTheReason(Shape shape) {
        main.does(inTurn(brokenAfter(PIECES), LoopbackProvider.fails(401)));
        PartialReplyException end = partial(read(shape, alone(StreamRescue.RESTART)));
        assertThat(end.kind()).isEqualTo(FailureKind.CUT);
        assertThat(end.failures()).extracting(Failure::kind).containsExactly(FailureKind.CUT, FailureKind.AUTH);
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void whatBrokeTheStreamIsTheReasonEvenWhereTheFirstProviderHadFailedBefore(Shape shape) {
        main.does(LoopbackProvider.fails(401));
        spare.does(Break.STALLED.after(StreamScript.texts(PIECES)));
        PartialReplyException end = partial(read(shape, meeting(Break.STALLED, withSpare(StreamRescue.RESTART))));
        assertThat(end.kind()).isEqualTo(FailureKind.STALL);
        assertThat(end.provider()).isEqualTo("spare/small");
        assertThat(end.failures()).extracting(Failure::kind).containsExactly(FailureKind.AUTH, FailureKind.STALL);
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aKeptAnswerIsARescueAndTheApplicationsOwnWordsAreNot(Shape shape) {
        main.does(inTurn(says(WHOLE), Break.STALLED.after(StreamScript.texts(PIECES))));
        Tideover tideover = open(meeting(Break.STALLED, alone(StreamRescue.RESTART))
                .replyCache(ReplyCache.inMemory(10))
                .lastResort("Later."));
        shape.read(tideover.stream(PROMPT));
        Seen kept = shape.read(tideover.stream(PROMPT));
        assertThat(kept.reply().origin()).isEqualTo(Origin.CACHED);
        assertThat(kept.reply().text()).isEqualTo(WHOLE);
        assertThat(kept.reply().skipped()).extracting(Failure::kind).containsExactly(FailureKind.STALL);
        if (shape.hearsEvents()) {
            assertThat(kept.told())
                    .containsExactly(
                            "text Your order ",
                            "text left our house on ",
                            "restarted STALL main/small",
                            "text " + WHOLE,
                            "completed");
        } else if (shape == Shape.TEXT) {
            assertThat(kept.told()).containsExactly("text Your order ", "text left our house on ", "text Monday.");
        }
        PartialReplyException end = partial(shape.read(tideover.stream("Something new")));
        assertThat(end.kind()).isEqualTo(FailureKind.STALL);
        assertThat(end.partialText()).isEqualTo(BEGINNING);
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void anAnswerStoppedByAPolicyAfterSomeTextIsTakenToNobodyElse(Shape shape) {
        main.does(StreamScript.streams(
                StreamScript.texts(PIECES), StreamScript.finish("content_filter"), StreamScript.DONE));
        PartialReplyException end =
                partial(read(shape, withSpare(StreamRescue.RESTART).lastResort("Later.")));
        assertThat(end.kind()).isEqualTo(FailureKind.CONTENT_FILTER);
        assertThat(end.partialText()).isEqualTo(BEGINNING);
        assertThat(spare.asked()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void noMessageAndNoValueTellsAKeyAPromptOrAReply(Break how, Shape shape) {
        main.does(how.after(StreamScript.texts("Mitzi ", "is a lovely name")));
        spare.does(LoopbackProvider.fails(
                500, "{\"error\":{\"message\":\"" + KEY + " Mitzi is a lovely name " + PROMPT + "\"}}"));
        PartialReplyException end = partial(
                read(shape, meeting(how, withSpare(StreamRescue.RESTART)).retryPolicy(RetryPolicy.never())));
        assertThat(end.partialText()).isEqualTo("Mitzi is a lovely name");
        assertThat(PromisesTest.NothingLeaks.told(end)).doesNotContain(KEY, "Mitzi", "lovely");
    }

    @Test
    void noEventTellsWhatItHoldsWhenItIsPrinted() {
        main.does(Break.CLOSED.after(StreamScript.reasoning("Mitzi? ") + StreamScript.texts("Mitzi ")));
        spare.does(says("A lovely ", "name"));
        StringBuilder printed = new StringBuilder();
        try (ReplyStream stream = open(withSpare(StreamRescue.RESTART)).stream(PROMPT)) {
            for (StreamEvent event : stream.events()) {
                printed.append(event).append('\n');
            }
        }
        assertThat(printed)
                .contains("Reasoning{7 characters}", "Text{6 characters}", "Restarted{CUT}", "Completed{")
                .doesNotContain(KEY)
                .doesNotContain("Mitzi")
                .doesNotContain("ovely");
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aConversationRemembersTheTextThatStoodInTheEndAndThatOnce(Shape shape) {
        main.does(brokenAfter(PIECES));
        spare.does(says("Your order left our house on Monday."));
        Conversation conversation = open(withSpare(StreamRescue.RESTART)).conversation();
        Seen seen = shape.read(conversation.stream(PROMPT));
        seen.reply();
        assertThat(conversation.history()).extracting(Message::text).containsExactly(PROMPT, WHOLE);
    }

    @Test
    void aConversationDoesNotRememberAnAnswerThatItsReaderCouldNotBeShown() {
        main.does(brokenAfter(PIECES));
        spare.does(inTurn(says("Your order "), says("Something else")));
        Conversation conversation = open(withSpare(StreamRescue.RESTART)).conversation();
        partial(Shape.TEXT.read(conversation.stream(PROMPT)));
        assertThat(conversation.history()).as("the new answer is shorter").isEmpty();
        partial(Shape.TEXT.read(conversation.stream(PROMPT)));
        assertThat(conversation.history()).isEmpty();
    }

    @Test
    void afterAPartialReplyTheStreamKeepsSayingSo() {
        main.does(brokenAfter(PIECES));
        spare.does(says("Something else"));
        try (ReplyStream stream = open(withSpare(StreamRescue.RESTART)).stream(PROMPT)) {
            Iterator<String> texts = stream.iterator();
            texts.next();
            texts.next();
            PartialReplyException end = catchThrowableOfType(PartialReplyException.class, texts::hasNext);
            assertThat(end).isNotNull();
            assertThatThrownBy(texts::hasNext).isSameAs(end);
            assertThatThrownBy(texts::next).isSameAs(end);
            assertThatThrownBy(stream::reply).isSameAs(end);
        }
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aStreamThatIsClosedInTheMiddleOfARescueIsOver(Shape shape) {
        main.does(brokenAfter(PIECES));
        Tideover tideover = open(withSpare(StreamRescue.RESTART));
        ReplyStream stream = tideover.stream(PROMPT);
        spare.does(wire -> {
            stream.close();
            StreamScript.silence(wire);
            return false;
        });
        Seen seen = shape.read(stream);
        assertThat(seen.end).isNotNull();
        assertThat(seen.told()).doesNotContain("completed");
        assertThat(tideover.status().state().isOutage()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aStreamThatOnlyCallsAToolEndsWithTheCall(Shape shape) {
        main.does(StreamScript.streams(
                StreamScript.ROLE,
                StreamScript.toolCall("{\\\"day\\\":"),
                StreamScript.delta("\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"1}\"}}]"),
                StreamScript.finish("tool_calls"),
                StreamScript.DONE));
        Seen seen = read(shape, withSpare(StreamRescue.RESTART));
        assertThat(seen.reply().finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(seen.reply().toolCalls())
                .singleElement()
                .satisfies(call -> assertThat(call.arguments()).isEqualTo("{\"day\":1}"));
        assertThat(seen.reply().text()).isEmpty();
        assertThat(seen.told()).isEqualTo(shape.hearsEvents() ? List.of("completed") : List.of());
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aToolCallThatBreaksIsMadeAnewUnseen(Shape shape) {
        main.does(Break.CLOSED.after(StreamScript.toolCall("{")));
        spare.does(StreamScript.streams(
                StreamScript.toolCall("{}"), StreamScript.finish("tool_calls"), StreamScript.DONE));
        Seen seen = read(shape, withSpare(StreamRescue.RESTART).retryPolicy(RetryPolicy.never()));
        assertThat(seen.reply().toolCalls())
                .singleElement()
                .satisfies(call -> assertThat(call.arguments()).isEqualTo("{}"));
        assertThat(seen.told()).isEqualTo(shape.hearsEvents() ? List.of("completed") : List.of());
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aStreamThatOnlyRefusesEndsWithTheRefusal(Shape shape) {
        main.does(StreamScript.streams(
                StreamScript.ROLE,
                StreamScript.refusal("I would "),
                StreamScript.refusal("rather not."),
                StreamScript.end()));
        Seen seen = read(shape, withSpare(StreamRescue.RESTART));
        assertThat(seen.reply().refusal()).isEqualTo("I would rather not.");
        assertThat(seen.reply().text()).isEmpty();
        assertThat(seen.told()).isEqualTo(shape.hearsEvents() ? List.of("completed") : List.of());
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aStreamWithoutAWordThatSaysItIsCompleteIsAnEmptyReply(Shape shape) {
        main.does(StreamScript.streams(StreamScript.ROLE, StreamScript.end()));
        Seen seen = read(shape, withSpare(StreamRescue.RESTART));
        assertThat(seen.reply().text()).isEmpty();
        assertThat(seen.reply().finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(seen.reply().usage().totalTokens()).isEqualTo(5);
        assertThat(seen.told()).isEqualTo(shape.hearsEvents() ? List.of("completed") : List.of());
        assertThat(spare.asked()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void aBreakAfterTheFinishReasonTakesNothingAway(Shape shape) {
        main.does(Break.LOST.after(StreamScript.texts(PIECES) + StreamScript.finish("stop")));
        Seen seen = read(shape, withSpare(StreamRescue.RESTART));
        assertThat(seen.reply().text()).isEqualTo(BEGINNING);
        assertThat(seen.reply().isLive()).isTrue();
        assertThat(spare.asked()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void anAlternateThatCannotStreamRescuesWithItsWholeReply(Shape shape) {
        main.does(brokenAfter(PIECES));
        spare.does(LoopbackProvider.says(WHOLE));
        Provider whole = at("spare", spare).streaming(false).continuesReplies(true);
        Seen seen = read(shape, alone(StreamRescue.CONTINUE).alternate(whole));
        assertThat(seen.reply().text()).isEqualTo(WHOLE);
        assertThat(seen.reply().isContinued()).isFalse();
        assertThat(spare.asked().get(0).streamed()).isFalse();
        if (shape == Shape.TEXT) {
            assertThat(seen.told()).containsExactly("text Your order ", "text left our house on ", "text Monday.");
        }
    }
}
