package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.LoopbackProvider.Asked;
import io.github.tideover.LoopbackProvider.Behaviour;
import io.github.tideover.Shape.Seen;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.PartialReplyException;
import io.github.tideover.provider.Provider;
import io.github.tideover.provider.responses.Events;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A stream that the provider keeps breaks off, and goes on where it broke: over real HTTP, and in every form. */
@Timeout(120)
class ResumptionTest {
    private static final String PROMPT = "What is it like in Paris, said my cat Mitzi";
    private static final String HEAD = StreamScript.HEAD;
    private static final String LONG_HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 500000\r\n\r\n";

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

    // --- the provider

    private static List<String> eventsOf(String stream) {
        return Stream.of(stream.split("(?<=\n\n)")).toList();
    }

    /** Keeps a stream: breaks it off after some events, and answers who comes back for the rest. */
    private static final class Keeper implements Behaviour {
        private final List<String> events;
        private final int last;
        private final String head;
        private volatile Behaviour rest;

        /** Sends the events up to that number. */
        Keeper(String stream, int last, String head) {
            this.events = eventsOf(stream);
            this.last = last;
            this.head = head;
            this.rest = wire -> wire.send(200, "text/event-stream", restOf(wire.asked()));
        }

        String restOf(Asked asked) {
            String after = asked.head().replaceAll("(?s).*starting_after=([0-9]+).*", "$1");
            return String.join("", events.subList(Integer.parseInt(after) + 1, events.size()));
        }

        Keeper rest(Behaviour behaviour) {
            rest = behaviour;
            return this;
        }

        @Override
        public boolean answer(LoopbackProvider.Wire wire) throws IOException {
            String line = wire.asked().head().lines().findFirst().orElseThrow();
            if (line.startsWith("GET /v1/responses/resp_1?stream=true&starting_after=")) {
                return rest.answer(wire);
            }
            if (line.startsWith("POST /v1/responses/resp_1/cancel ")) {
                return wire.send(200, "application/json", Events.response("cancelled", "[]", "null"));
            }
            assertThat(line).startsWith("POST /v1/responses ");
            if (last == events.size() - 1) {
                return wire.send(200, "text/event-stream", String.join("", events));
            }
            wire.raw(head + String.join("", events.subList(0, last + 1)));
            if (head.equals(HEAD)) {
                return false;
            }
            StreamScript.silence(wire); // until the client has had enough
            return false;
        }
    }

    private static String linesOf(LoopbackProvider provider) {
        return String.join(
                "\n",
                provider.asked().stream()
                        .map(asked -> asked.head().lines().findFirst().orElseThrow())
                        .toList());
    }

    private static long cancelled(LoopbackProvider provider) {
        return linesOf(provider)
                .lines()
                .filter(line -> line.contains("/cancel "))
                .count();
    }

    private static long resumed(LoopbackProvider provider) {
        return linesOf(provider).lines().filter(line -> line.startsWith("GET ")).count();
    }

    // --- the client

    private Tideover.Builder alone() {
        return Tideover.builder()
                .provider(Provider.responsesCompatible(main.baseUrl())
                        .name("main")
                        .apiKey("sk-correct-horse")
                        .model("gpt-1")
                        .background(true))
                .retryPolicy(RetryPolicy.builder()
                        .firstDelay(Duration.ofMillis(2))
                        .overloadDelay(Duration.ofMillis(2))
                        .build());
    }

    private Tideover.Builder withSpare() {
        return alone().alternate(
                        Provider.openAiCompatible(spare.baseUrl()).name("spare").model("small"));
    }

    private Tideover open(Tideover.Builder builder) {
        Tideover tideover = builder.build();
        clients.add(tideover);
        return tideover;
    }

    /** How a call is made and its reply read. */
    enum Way {
        BLOCKING,
        ASYNC,
        TEXT,
        EVENTS,
        CALLBACK,
        PUBLISHER;

        Seen read(Tideover tideover) {
            if (this == BLOCKING || this == ASYNC) {
                Seen seen = new Seen();
                try {
                    seen.reply = Form.valueOf(name()).ask(tideover, PROMPT);
                } catch (RuntimeException e) {
                    seen.end = e;
                }
                return seen;
            }
            return Shape.valueOf(name()).read(tideover.stream(PROMPT));
        }

        boolean shows() {
            return this != BLOCKING && this != ASYNC;
        }
    }

    private static final List<String> STREAMS = List.of(Events.TEXT, Events.THOUGHT_AND_TOOLS);

    static Stream<Arguments> everyWayAndStream() {
        return Stream.of(Way.values()).flatMap(way -> Stream.of(0, 1).map(stream -> Arguments.of(way, stream)));
    }

    private static String texts(Seen seen) {
        return String.join(
                "",
                seen.told().stream()
                        .filter(each -> each.startsWith("text "))
                        .map(each -> each.substring(5))
                        .toList());
    }

    @ParameterizedTest(name = "{0}, stream {1}")
    @MethodSource("everyWayAndStream")
    void aStreamThatBreaksAfterAnyOfItsEventsGoesOnUnseen(Way way, int which) {
        String stream = STREAMS.get(which);
        int last = eventsOf(stream).size() - 1;
        Tideover tideover = open(alone());
        main.does(new Keeper(stream, last, HEAD));
        ChatReply unbroken = way.read(tideover).reply();
        assertThat(linesOf(main)).doesNotContain("GET ", "/cancel ");
        assertThat(main.asked().get(0).body()).endsWith("\"store\":true,\"background\":true,\"stream\":true}");
        for (int number = 0; number < last; number++) {
            int before = main.asked().size();
            main.does(new Keeper(stream, number, HEAD));
            Seen seen = way.read(tideover);
            ChatReply reply = seen.reply();
            assertThat(reply)
                    .as("broken after %d", number)
                    .usingRecursiveComparison()
                    .ignoringFields("attempts", "skipped")
                    .isEqualTo(unbroken);
            assertThat(reply.isContinued()).isFalse();
            assertThat(reply.attempts()).isEqualTo(2);
            assertThat(reply.skipped()).extracting(Failure::kind).containsExactly(FailureKind.CUT);
            if (way.shows()) {
                assertThat(texts(seen)).as("nothing twice, nothing lost").isEqualTo(unbroken.text());
                assertThat(seen.screen()).isEqualTo(unbroken.text());
                assertThat(String.join("\n", seen.told())).doesNotContain("restarted", "continued");
            }
            assertThat(main.asked()).hasSize(before + 2);
            assertThat(main.asked().get(before + 1).head())
                    .startsWith("GET /v1/responses/resp_1?stream=true&starting_after=" + number + " ");
        }
        assertThat(cancelled(main)).isZero();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whatWasDamagedOnItsWayIsAskedForOnceMore(Way way) {
        List<String> events = eventsOf(Events.TEXT);
        main.does(new Keeper(Events.TEXT, events.size() - 1, HEAD));
        Tideover tideover = open(alone());
        ChatReply sound = way.read(tideover).reply();
        for (int number = 1; number < events.size(); number++) {
            List<String> damaged = new ArrayList<>(events);
            damaged.set(number, events.get(number).replaceFirst("}\n\n$", "\n\n"));
            Keeper keeper = new Keeper(Events.TEXT, 0, HEAD);
            main.does(wire -> wire.asked().head().startsWith("GET")
                    ? keeper.answer(wire)
                    : wire.send(200, "text/event-stream", String.join("", damaged)));
            Seen seen = way.read(tideover);
            assertThat(seen.reply())
                    .as("event %d is damaged", number)
                    .usingRecursiveComparison()
                    .ignoringFields("attempts", "skipped")
                    .isEqualTo(sound);
            assertThat(seen.reply().attempts()).isEqualTo(2);
            assertThat(seen.reply().skipped()).extracting(Failure::kind).containsExactly(FailureKind.MALFORMED);
        }
        assertThat(resumed(main)).isEqualTo(events.size() - 1);
    }

    /** What comes of going on, and what it costs until the alternate answers. */
    enum NoRest {
        REFUSED(wire -> wire.send(
                404, "application/json", "{\"error\":{\"message\":\"Response with id 'resp_1' not found.\"}}")),
        EXPIRED(wire -> wire.send(
                400, "application/json", "{\"error\":{\"message\":\"This response can no longer be streamed\"}}")),
        DOWN(wire -> wire.send(503, "application/json", "{}")),
        CUT_AGAIN(wire -> {
            wire.raw(HEAD);
            return false;
        }),
        FAILED(wire -> wire.send(
                200,
                "text/event-stream",
                Events.event(
                        "response.failed",
                        "{\"type\":\"response.failed\",\"sequence_number\":90,\"response\":{\"id\":\"resp_1\",\"status\":"
                                + "\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"Oh\"}}}"))),
        HANGS(wire -> {
            wire.raw(LONG_HEAD);
            StreamScript.silence(wire);
            return false;
        });

        final Behaviour behaviour;

        NoRest(Behaviour behaviour) {
            this.behaviour = behaviour;
        }
    }

    static Stream<Arguments> everyWayAndNoRest() {
        return Stream.of(Way.values()).flatMap(way -> Stream.of(NoRest.values()).map(rest -> Arguments.of(way, rest)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("everyWayAndNoRest")
    void whatDoesNotGoOnIsRescuedAsIfNothingHadBeenTried(Way way, NoRest rest) {
        spare.does(LoopbackProvider.says("It rains."));
        int broken = 0;
        // 1: before the first content; 3: in the reasoning; 8: in the text; 11: in a tool call
        for (int number : rest == NoRest.HANGS ? new int[] {1, 8} : new int[] {1, 3, 8, 11}) {
            // Short only where the limit is what is waited for: a busy machine takes its time.
            Duration limit = Duration.ofMillis(rest == NoRest.HANGS ? 500 : 20_000);
            Tideover tideover = open(withSpare().firstTokenTimeout(limit));
            main.does(new Keeper(Events.THOUGHT_AND_TOOLS, number, HEAD).rest(rest.behaviour));
            Seen seen = way.read(tideover);
            broken++;
            if (way == Way.TEXT && number >= 8) { // what was shown cannot be taken back, and the new answer is another
                assertThat(seen.end).isInstanceOf(PartialReplyException.class);
                assertThat(((PartialReplyException) seen.end).partialText()).isEqualTo("I look.");
            } else {
                assertThat(seen.reply().text()).isEqualTo("It rains.");
                assertThat(seen.reply().origin()).isEqualTo(Origin.ALTERNATE);
                assertThat(seen.reply().isContinued()).isFalse();
                assertThat(seen.reply().skipped().get(0).kind()).isEqualTo(FailureKind.CUT);
            }
            if (way == Way.EVENTS
                    && number >= 8) { // reasoning commits to nothing, and may be taken back more than once
                assertThat(seen.told()).containsOnlyOnce("restarted CUT main/gpt-1");
                assertThat(seen.screen()).isEqualTo("It rains.");
            }
            assertThat(resumed(main)).as("once for each break").isGreaterThanOrEqualTo(broken);
        }
        // A response that failed writes no more; all the others might.
        int expected = rest == NoRest.FAILED ? 0 : broken;
        Awaiting.until(() -> cancelled(main) >= expected);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void theSameAnswerGoesOnWhateverThePolicySaysOfOthers(Way way) {
        main.does(new Keeper(Events.TEXT, 4, LONG_HEAD));
        Tideover tideover = open(alone().streamRescue(StreamRescue.FAIL)
                .stallTimeout(Duration.ofSeconds(2)) // which holds for the rest, too
                .retryPolicy(RetryPolicy.never()));
        Seen seen = way.read(tideover);
        assertThat(seen.reply().text()).isEqualTo("Caf\u00e9 \ud83d\ude00");
        assertThat(seen.reply().skipped()).extracting(Failure::kind).containsExactly(FailureKind.STALL);
        assertThat(cancelled(main)).isZero();
    }

    @Test
    void withFailTheCallEndsWhenTheSameAnswerDoesNotGoOn() {
        main.does(new Keeper(Events.TEXT, 4, HEAD).rest(NoRest.REFUSED.behaviour));
        Tideover tideover = open(withSpare().streamRescue(StreamRescue.FAIL));
        Seen seen = Shape.EVENTS.read(tideover.stream(PROMPT));
        assertThat(seen.end).isInstanceOf(PartialReplyException.class);
        PartialReplyException end = (PartialReplyException) seen.end;
        assertThat(end.partialText()).isEqualTo("Caf\u00e9 ");
        assertThat(end.failure().kind()).isEqualTo(FailureKind.CUT);
        assertThat(end.failures()).extracting(Failure::kind).containsExactly(FailureKind.CUT, FailureKind.UNEXPECTED);
        assertThat(spare.asked()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aStreamThatBreaksAgainAndAgainGoesOnAsLongAsItGetsAnywhere(Way way) {
        String stream = Events.START
                + Events.text(2, 0, "a")
                + Events.text(3, 0, "b")
                + Events.text(4, 0, "c")
                + Events.completed(5, "[]");
        main.does(new Keeper(stream, 2, HEAD).rest(wire -> {
            int after = Integer.parseInt(wire.asked().head().replaceAll("(?s).*starting_after=([0-9]+).*", "$1"));
            wire.raw(HEAD + eventsOf(stream).get(after + 1));
            return false;
        }));
        Seen seen = way.read(open(alone()));
        assertThat(seen.reply().text()).isEqualTo("abc");
        assertThat(seen.reply().attempts()).isEqualTo(4);
        assertThat(resumed(main)).isEqualTo(3);
        if (way.shows()) {
            assertThat(seen.screen()).isEqualTo("abc");
        }
    }

    @Test
    void withoutTheBackgroundNothingIsStoredAndNothingResumed() {
        main.does(new Keeper(Events.TEXT, 4, HEAD));
        spare.does(LoopbackProvider.says("It rains."));
        Tideover tideover = open(Tideover.builder()
                .provider(Provider.responsesCompatible(main.baseUrl())
                        .name("main")
                        .model("gpt-1"))
                .alternate(
                        Provider.openAiCompatible(spare.baseUrl()).name("spare").model("small")));
        assertThat(Shape.EVENTS.read(tideover.stream(PROMPT)).told())
                .containsExactly("text Caf\u00e9 ", "restarted CUT main/gpt-1", "text It ", "text rains.", "completed");
        assertThat(main.asked()).hasSize(1);
        assertThat(main.asked().get(0).body()).contains("\"store\":false").doesNotContain("background");
    }

    // --- limits

    /** Whether a stream's reader, on a platform thread, waits for bytes after all that came: its limit is set. */
    private static boolean isWaitingForMore() {
        return Thread.getAllStackTraces().values().stream()
                .anyMatch(stack ->
                        Stream.of(stack).anyMatch(frame -> frame.getClassName().startsWith("sun.nio.ch."))
                                && Stream.of(stack)
                                        .anyMatch(frame -> frame.getClassName().equals(Attempt.class.getName())
                                                && frame.getMethodName().equals("read")));
    }

    /** Lets the pause before the next request pass, and of a limit of many seconds hardly anything. */
    private static void passUntil(ManualTime time, BooleanSupplier condition) {
        Awaiting.until(() -> {
            time.advance(Duration.ofMillis(2));
            return condition.getAsBoolean();
        });
    }

    private static CompletableFuture<Seen> readsUpToTheBreak(Tideover tideover) {
        CompletableFuture<Seen> reading = CompletableFuture.supplyAsync(() -> Shape.TEXT.read(tideover.stream(PROMPT)));
        Awaiting.until(ResumptionTest::isWaitingForMore);
        return reading;
    }

    @Test
    void aRestThatHangsIsGivenAFirstTokenLimitOfItsOwn() {
        ManualTime time = new ManualTime();
        main.does(new Keeper(Events.TEXT, 4, LONG_HEAD).rest(NoRest.HANGS.behaviour));
        Tideover tideover = open(alone().time(time.time())
                .stallTimeout(Duration.ofSeconds(40))
                .firstTokenTimeout(Duration.ofSeconds(20)));
        CompletableFuture<Seen> reading = readsUpToTheBreak(tideover);
        long start = time.now();
        time.advance(Duration.ofSeconds(40));
        passUntil(time, () -> resumed(main) == 1);
        time.advance(Duration.ofSeconds(15));
        assertThat(tideover.watchdog().underWay())
                .as("its limit is yet to come")
                .isEqualTo(1);
        time.advance(Duration.ofSeconds(5));
        passUntil(time, reading::isDone);
        assertThat(Duration.ofNanos(time.now() - start)).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(80));
        assertThat(reading.join().end).isInstanceOf(PartialReplyException.class);
        assertThat(resumed(main)).isEqualTo(1);
    }

    @Test
    void nothingIsAskedForWhenTheTimeIsUp() {
        ManualTime time = new ManualTime();
        main.does(new Keeper(Events.TEXT, 4, LONG_HEAD));
        Tideover tideover = open(alone().time(time.time())
                .streamTimeout(Duration.ofSeconds(42))
                .firstTokenTimeout(Duration.ofSeconds(20))
                .stallTimeout(Duration.ofSeconds(41)));
        CompletableFuture<Seen> reading = readsUpToTheBreak(tideover);
        time.advance(Duration.ofSeconds(41));
        passUntil(time, reading::isDone);
        assertThat(reading.join().end).isInstanceOf(PartialReplyException.class);
        assertThat(resumed(main)).isZero();
    }

    // --- what nobody waits for is written no further

    @Test
    void aReaderThatLeavesHasTheReplyStopped() {
        main.does(new Keeper(Events.TEXT, 4, LONG_HEAD));
        Tideover tideover = open(alone());
        try (ReplyStream stream = tideover.stream(PROMPT)) {
            Iterator<String> pieces = stream.iterator();
            assertThat(pieces.next()).isEqualTo("Caf\u00e9 ");
        }
        Awaiting.until(() -> cancelled(main) == 1);
    }

    @Test
    void aCallThatIsCancelledWhileItsStreamGoesOnHasTheReplyStopped() {
        main.does(new Keeper(Events.TEXT, 4, HEAD).rest(NoRest.HANGS.behaviour));
        Tideover tideover = open(alone());
        CompletableFuture<ChatReply> reply = tideover.chatAsync(PROMPT);
        Awaiting.until(() -> resumed(main) == 1);
        assertThat(reply.cancel(true)).isTrue();
        Awaiting.until(() -> cancelled(main) == 1);
    }

    @Test
    void aProviderThatDoesNotListenWhenToldToStopHoldsUpNobody() {
        ManualTime time = new ManualTime();
        Keeper keeper = new Keeper(Events.TEXT, 4, LONG_HEAD);
        main.does(wire -> {
            if (wire.asked().head().contains("/cancel ")) {
                StreamScript.silence(wire);
            }
            return keeper.answer(wire);
        });
        Tideover tideover = open(alone().time(time.time()));
        for (int i = 0; i < 12; i++) {
            try (ReplyStream stream = tideover.stream(PROMPT)) {
                stream.iterator().next();
            }
        }
        Awaiting.until(() -> cancelled(main) == 8 && tideover.watchdog().underWay() == 8);
        time.advance(Duration.ofSeconds(5));
        Awaiting.until(() -> tideover.watchdog().underWay() == 0);
        assertThat(cancelled(main)).as("no more than eight at once").isEqualTo(8);
    }

    @Test
    void aClientThatIsClosedSendsNothingMore() {
        main.does(new Keeper(Events.TEXT, 4, LONG_HEAD));
        Tideover tideover = open(alone());
        Iterator<String> pieces = tideover.stream(PROMPT).iterator();
        pieces.next();
        tideover.close();
        assertThatThrownBy(pieces::next).isInstanceOf(RuntimeException.class);
        Awaiting.until(() -> tideover.routes().get(0).underWay() == 0);
        assertThat(main.asked()).hasSize(1);
    }

    @Test
    void aCancelThatComesWhileAStreamGoesOnLeavesNothingBehind() throws Exception {
        int answered = 0;
        double usual = 100_000; // what an answer takes, in nanoseconds: a guess that each round mends
        for (int i = 0; i < 200; i++) {
            Tideover tideover = open(alone()); // what a call that was cancelled has spent does not come back
            CyclicBarrier both = new CyclicBarrier(2);
            Keeper keeper = new Keeper(Events.TEXT, 2 + i % 4, HEAD);
            keeper.rest(wire -> {
                try {
                    both.await();
                } catch (Exception e) {
                    throw new IOException(e);
                }
                return wire.send(200, "text/event-stream", keeper.restOf(wire.asked()));
            });
            main.does(keeper);
            CompletableFuture<ChatReply> reply = tideover.chatAsync(ChatRequest.of(PROMPT));
            both.await();
            long start = System.nanoTime();
            double pause = usual * (i % 21) / 10; // from none to twice that
            while (System.nanoTime() - start < pause) {
                Thread.onSpinWait();
            }
            if (reply.cancel(true)) {
                usual *= 1.25;
            } else {
                assertThat(reply.join().text()).isEqualTo("Caf\u00e9 \ud83d\ude00");
                answered++;
                usual /= 1.25;
            }
            Awaiting.until(() -> tideover.routes().get(0).underWay() == 0
                    && tideover.watchdog().underWay() == 0);
            tideover.close();
            clients.remove(tideover);
        }
        assertThat(answered).as("both came first at times").isBetween(1, 199);
    }
}
