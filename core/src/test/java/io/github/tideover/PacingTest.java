package io.github.tideover;

import static io.github.tideover.LadderFixture.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Usage;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.RateLimitedException;
import io.github.tideover.failure.RateLimits;
import io.github.tideover.failure.RateLimits.Limit;
import io.github.tideover.failure.RateLimits.Unit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients that have three times as much to ask as a provider allows, for ten minutes in hand-moved time: the plans and routes are
 * the real ones, the provider is a limiter that tells in its answers what is left.
 */
class PacingTest {
    private static final Duration LENGTH = Duration.ofMinutes(10);

    /** How a provider limits. */
    private enum Sort {
        /** What was used comes back bit by bit, and the reset is when all has. OpenAI's way, Anthropic's and Groq's. */
        BUCKET,
        /** All comes back at the reset. */
        WINDOW
    }

    /** What a provider says of its limit. */
    private enum Tells {
        /** In each answer what is left, and in a refusal when to come back. */
        LIMITS,
        /** In a refusal when to come back. */
        WHEN,
        NOTHING
    }

    /** A limit at the provider. */
    private static final class Provider {
        private final Sort sort;
        private final Unit unit;
        private final double limit;
        private final long window;
        private final boolean inSeconds;
        private final Tells tells;
        private final long startedAt;
        private double left;
        private long at;
        /** When requests came, and when one was served. */
        final List<Long> asked = new ArrayList<>();

        final List<Long> servedAt = new ArrayList<>();
        int served;
        int refused;
        /** It refuses everybody, and says when to come back if this is not zero. */
        boolean refusesAll;

        Duration wish = Duration.ZERO;

        Provider(Sort sort, Unit unit, double limit, Duration window, boolean inSeconds, Tells tells, long now) {
            this.sort = sort;
            this.unit = unit;
            this.limit = limit;
            this.window = window.toNanos();
            this.inSeconds = inSeconds;
            this.tells = tells;
            startedAt = now;
            left = limit;
            at = now;
        }

        private void passTo(long now) {
            if (sort == Sort.BUCKET) {
                left = Math.min(limit, left + limit * (now - at) / window);
            } else if ((now - startedAt) / window > (at - startedAt) / window) {
                left = limit;
            }
            at = now;
        }

        boolean serves(double cost, long now) {
            passTo(now);
            asked.add(now);
            boolean serves = left >= cost && !refusesAll;
            if (serves) {
                left -= cost;
                served++;
                servedAt.add(now);
            } else {
                refused++;
            }
            return serves;
        }

        private long reset(long now) {
            long nanos = sort == Sort.BUCKET
                    ? (long) (window * (limit - left) / limit)
                    : window - (now - startedAt) % window;
            long second = TimeUnit.SECONDS.toNanos(1);
            return inSeconds ? (nanos + second - 1) / second * second : nanos;
        }

        RateLimits limits(long now) {
            return tells == Tells.LIMITS
                    ? RateLimits.of(List.of(Limit.of(unit, "it")
                            .limit((long) limit)
                            .remaining((long) left)
                            .resetsAfter(Duration.ofNanos(reset(now)))
                            .build()))
                    : RateLimits.NONE;
        }

        Duration retryAfter(double cost, long now) {
            if (tells == Tells.NOTHING || refusesAll) {
                return wish;
            }
            return Duration.ofNanos(
                    sort == Sort.BUCKET
                            ? (long) (window * (cost - left) / limit) + 1
                            : window - (now - startedAt) % window);
        }

        long askedBetween(long from, long to) {
            return asked.stream().filter(at -> at - from >= 0 && at - to < 0).count();
        }
    }

    /** A client, its calls, and what became of them. */
    private static final class Client {
        private final LadderFixture fixture;
        private final Provider provider;
        private final Duration latency;
        private final int tokens;
        int called;
        int answered;
        int failed;
        int waits;

        Client(LadderFixture fixture, Provider provider, Duration latency, int tokens) {
            this.fixture = fixture;
            this.provider = provider;
            this.latency = latency;
            this.tokens = tokens;
        }

        void call() {
            called++;
            CallPlan plan = fixture.plan();
            perform(plan, plan.first(fixture.time.now()));
        }

        int underWay() {
            return called - answered - failed;
        }

        private void perform(CallPlan plan, Step step) {
            if (step instanceof Step.Send send && send.rung().route() != fixture.route(0)) {
                after(latency, () -> goOn(plan, LadderFixture.answered("fine")));
            } else if (step instanceof Step.Send) {
                long now = fixture.time.now();
                double cost = provider.unit == Unit.REQUESTS ? 1 : tokens;
                boolean serves = provider.serves(cost, now);
                RateLimits limits = provider.limits(now);
                Outcome outcome = serves
                        ? new Outcome.Answered(ChatReply.builder()
                                .text("fine")
                                .usage(Usage.of(tokens / 2, tokens - tokens / 2, tokens, 0, 0))
                                .rateLimits(limits))
                        : new Outcome.Failed(Failure.of(FailureKind.THROTTLED)
                                .retryAfter(provider.retryAfter(cost, now))
                                .rateLimits(limits)
                                .build());
                after(serves ? latency : Duration.ofMillis(30), () -> goOn(plan, outcome));
            } else if (step instanceof Step.Wait wait) {
                waits++;
                after(Duration.ofNanos(wait.nanos()), () -> goOn(plan, Outcome.WAITED));
            } else if (step instanceof Step.Answer) {
                answered++;
            } else {
                failed++;
            }
        }

        private void goOn(CallPlan plan, Outcome outcome) {
            perform(plan, plan.next(outcome, fixture.time.now()));
        }

        private void after(Duration delay, Runnable task) {
            fixture.time.time().scheduler().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** Has the clients call by turns. */
    private static void run(double callsPerSecond, Client... clients) {
        run(LENGTH, callsPerSecond, clients);
    }

    private static void run(Duration length, double callsPerSecond, Client... clients) {
        Duration gap = Duration.ofNanos((long) (1e9 / callsPerSecond));
        for (int i = 0; i < length.dividedBy(gap); i++) {
            Client client = clients[i % clients.length];
            client.call();
            client.fixture.time.advance(gap);
        }
    }

    private static Limit left(long remaining, long limit, Duration reset) {
        return Limit.of(Unit.REQUESTS, "requests")
                .limit(limit)
                .remaining(remaining)
                .resetsAfter(reset)
                .build();
    }

    private static Outcome answeredWith(Limit... limits) {
        return new Outcome.Answered(ChatReply.builder().text("fine").rateLimits(RateLimits.of(List.of(limits))));
    }

    /** One call, answered with these limits. */
    private static Step.Send answered(LadderFixture fixture, Limit... limits) {
        CallPlan plan = fixture.plan();
        Step step = plan.first(fixture.time.now());
        assertThat(step).isInstanceOf(Step.Send.class);
        plan.next(answeredWith(limits), fixture.time.now());
        return (Step.Send) step;
    }

    @ParameterizedTest
    @CsvSource({
        "BUCKET, 60,   60, 2000,  false",
        "BUCKET, 600,  60, 2000,  false",
        "BUCKET, 600,  60, 10000, false",
        "BUCKET, 60,   60, 2000,  true",
        "BUCKET, 600,  60, 2000,  true",
        "WINDOW, 60,   60, 2000,  false",
        "WINDOW, 600,  60, 2000,  false",
        "WINDOW, 60,   60, 2000,  true",
        "WINDOW, 20,   10, 500,   true",
    })
    void aClientWithThreeTimesTooManyRequestsMeetsNextToNoRefusalAndUsesWhatItMay(
            Sort sort, int limit, int seconds, int latency, boolean inSeconds) {
        LadderFixture fixture = new LadderFixture(1, 1_000);
        Provider provider = new Provider(
                sort, Unit.REQUESTS, limit, Duration.ofSeconds(seconds), inSeconds, Tells.LIMITS, fixture.time.now());
        run(3.0 * limit / seconds, new Client(fixture, provider, Duration.ofMillis(latency), 100));
        long allowed = limit * LENGTH.toSeconds() / seconds;
        assertThat(provider.refused).as("refused").isLessThanOrEqualTo((int) (allowed / 1_000));
        assertThat(provider.served).as("served").isGreaterThan((int) (allowed * 0.95));
    }

    @ParameterizedTest
    @CsvSource({"BUCKET, false", "WINDOW, false", "BUCKET, true", "WINDOW, true"})
    void theSameHoldsForTokens(Sort sort, boolean inSeconds) {
        LadderFixture fixture = new LadderFixture(1, 1_000);
        Provider provider = new Provider(
                sort, Unit.TOKENS, 60_000, Duration.ofSeconds(60), inSeconds, Tells.LIMITS, fixture.time.now());
        run(6, new Client(fixture, provider, Duration.ofSeconds(2), 500));
        assertThat(provider.refused).as("refused").isLessThanOrEqualTo(1);
        assertThat(provider.served).as("served of 1200").isGreaterThan(1_140);
    }

    @Test
    void whatTheSameClientMeetsWhenTheProviderTellsNothing() {
        LadderFixture fixture = new LadderFixture(1, 1_000);
        Provider provider = new Provider(
                Sort.BUCKET, Unit.REQUESTS, 600, Duration.ofSeconds(60), false, Tells.WHEN, fixture.time.now());
        run(30, new Client(fixture, provider, Duration.ofSeconds(2), 100));
        assertThat(provider.refused)
                .as("so the tests above do test the headers")
                .isGreaterThan(100);
    }

    /** Each hears what the others took from what is left; of a limit that comes back all at once it hears that too late. */
    @Test
    void clientsThatShareALimitShareIt() {
        ManualTime time = new ManualTime();
        Provider provider =
                new Provider(Sort.BUCKET, Unit.REQUESTS, 600, Duration.ofSeconds(60), false, Tells.LIMITS, time.now());
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            clients.add(new Client(new LadderFixture(1, 1_000, 1, time), provider, Duration.ofSeconds(2), 100));
        }
        run(30, clients.toArray(Client[]::new));
        assertThat(provider.refused).as("refused").isLessThanOrEqualTo(6);
        assertThat(clients).allSatisfy(client -> assertThat(client.answered).isGreaterThan(1_900));
    }

    @ParameterizedTest
    @EnumSource(Sort.class)
    void aClientThatKeepsWithinItsLimitIsNotHeldBack(Sort sort) {
        LadderFixture fixture = new LadderFixture(1, 1_000);
        Provider provider =
                new Provider(sort, Unit.REQUESTS, 600, Duration.ofSeconds(60), false, Tells.LIMITS, fixture.time.now());
        Client client = new Client(fixture, provider, Duration.ofSeconds(2), 100);
        run(8.5, client);
        assertThat(client.waits).isZero();
        assertThat(provider.refused).isZero();
    }

    @Test
    void aHeaderThatIsWrongIsFoundOutInHalfAMinute() {
        LadderFixture fixture = new LadderFixture(1);
        Outcome wrong = answeredWith(left(0, 100, Duration.ofSeconds(100)));
        List<Integer> held = new ArrayList<>();
        for (int second = 0; second < 300; second++) {
            CallPlan plan = fixture.plan();
            Step step = plan.first(fixture.time.now());
            if (step instanceof Step.Send) {
                plan.next(wrong, fixture.time.now());
            } else {
                held.add(second);
            }
            if (step instanceof Step.Wait wait) {
                Runnable goOn = () -> {
                    assertThat(plan.next(Outcome.WAITED, fixture.time.now())).isInstanceOf(Step.Send.class);
                    plan.next(wrong, fixture.time.now());
                };
                fixture.time.time().scheduler().schedule(goOn, wait.nanos(), TimeUnit.NANOSECONDS);
            }
            fixture.time.advance(Duration.ofSeconds(1));
        }
        assertThat(held).as("calls, one a second, that did not go out at once").allMatch(second -> second <= 30);
    }

    @Test
    void aCallThatCannotAffordToWaitIsToldWhenToComeBack() {
        LadderFixture fixture = new LadderFixture(1).timeout(Duration.ofSeconds(10));
        answered(fixture, left(0, 100, Duration.ofSeconds(20)));
        Step step = fixture.plan().first(fixture.time.now());
        assertThat(step).isInstanceOf(Step.Fail.class);
        assertThat(((Step.Fail) step).exception()).isInstanceOfSatisfying(RateLimitedException.class, e -> {
            assertThat(e.kind()).isEqualTo(FailureKind.PAUSED);
            assertThat(e.retryAt()).contains(fixture.time.instant().plusSeconds(20));
            assertThat(e.attempts()).isZero();
        });
        fixture.time.advance(Duration.ofSeconds(20));
        assertThat(fixture.plan().first(fixture.time.now())).isInstanceOf(Step.Send.class);
    }

    @Test
    void anAlternateWithRoomIsAskedAtOnce() {
        LadderFixture fixture = new LadderFixture(2);
        answered(fixture, left(0, 100, Duration.ofSeconds(20)));
        CallPlan plan = fixture.plan();
        assertThat(told(plan.first(fixture.time.now()))).isEqualTo("send b");
        assertThat(plan.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(FailureKind.PAUSED));
        plan.next(answeredWith(left(0, 100, Duration.ofSeconds(40))), fixture.time.now());
        Step step = fixture.plan().first(fixture.time.now());
        assertThat(step).as("neither has room: the call waits").isInstanceOf(Step.Wait.class);
    }

    @Test
    void anotherKeyWithRoomIsUsedAtOnce() {
        LadderFixture fixture = new LadderFixture(1, 64, 2);
        assertThat(answered(fixture, left(0, 100, Duration.ofSeconds(20))).key())
                .isZero();
        for (int i = 0; i < 3; i++) {
            assertThat(answered(fixture, left(80, 100, Duration.ofSeconds(20))).key())
                    .isEqualTo(1);
        }
        answered(fixture, left(0, 100, Duration.ofSeconds(10)));
        CallPlan plan = fixture.plan();
        Step wait = plan.first(fixture.time.now());
        assertThat(wait).isEqualTo(new Step.Wait(Duration.ofSeconds(10).toNanos()));
        fixture.time.advance(Duration.ofSeconds(10));
        assertThat(((Step.Send) plan.next(Outcome.WAITED, fixture.time.now())).key())
                .as("the key whose turn was waited for")
                .isEqualTo(1);
    }

    @Test
    void aKeyWithoutRoomIsWaitedForWhenTheOthersAreRefused() {
        LadderFixture fixture = new LadderFixture(1, 64, 2);
        CallPlan first = fixture.plan();
        first.first(fixture.time.now());
        first.next(LadderFixture.failed(FailureKind.AUTH), fixture.time.now());
        first.next(answeredWith(left(0, 100, Duration.ofSeconds(10))), fixture.time.now());
        assertThat(fixture.plan().first(fixture.time.now()))
                .isEqualTo(new Step.Wait(Duration.ofSeconds(10).toNanos()));
    }

    @Test
    void aResetThatIsFarOffIsNotBelieved() {
        LadderFixture fixture = new LadderFixture(1);
        answered(fixture, left(0, 100, Limiter.LONGEST_RESET.plusNanos(1)));
        answered(fixture, left(0, 100, Duration.ofHours(114)));
        answered(fixture, Limit.of(Unit.REQUESTS, "requests").remaining(0).build());
        assertThat(fixture.plan().first(fixture.time.now())).isInstanceOf(Step.Send.class);
    }

    @Test
    void whatWasHeardAgesOut() {
        LadderFixture fixture = new LadderFixture(1);
        answered(fixture, left(1, 100, Duration.ofSeconds(20)));
        answered(fixture, left(0, 100, Duration.ofSeconds(20)));
        assertThat(fixture.plan().first(fixture.time.now())).isInstanceOf(Step.Wait.class);
        fixture.time.advance(Duration.ofSeconds(41));
        for (int i = 0; i < 200; i++) {
            answered(fixture);
        }
    }

    @Test
    void aHedgeIsNoReasonToUseUpWhatIsLeft() {
        LadderFixture fixture = new LadderFixture(1).hedging();
        for (int i = 0; i < 25; i++) {
            CallPlan warm = fixture.plan();
            warm.first(fixture.time.now());
            fixture.time.advance(Duration.ofMillis(100));
            warm.next(answeredWith(left(50, 100, Duration.ofSeconds(60))), fixture.time.now());
        }
        CallPlan plan = fixture.plan();
        CallPlan other = fixture.plan();
        plan.first(fixture.time.now());
        other.first(fixture.time.now());
        other.next(answeredWith(left(2, 100, Duration.ofSeconds(60))), fixture.time.now());
        assertThat(plan.hedge(fixture.time.now())).isNull();
        plan.abandon();
    }

    @Test
    void theTurnOfACallThatIsCancelledIsForTheNext() {
        LadderFixture fixture = new LadderFixture(1);
        answered(fixture, left(0, 100, Duration.ofSeconds(20)));
        CallPlan first = fixture.plan();
        CallPlan second = fixture.plan();
        Step wait = first.first(fixture.time.now());
        Step longer = second.first(fixture.time.now());
        assertThat(((Step.Wait) longer).nanos()).isGreaterThan(((Step.Wait) wait).nanos());
        second.abandon();
        assertThat(fixture.plan().first(fixture.time.now())).isEqualTo(longer);
        second.abandon(); // gives nothing back twice
        assertThat(((Step.Wait) fixture.plan().first(fixture.time.now())).nanos())
                .isGreaterThan(((Step.Wait) longer).nanos());
    }

    /** A call that has waited for its turn has as long for a free place as any other. */
    @Test
    void whoWaitedForItsTurnIsNotSentAwayBecauseAllPlacesAreTakenForAMoment() {
        LadderFixture fixture = new LadderFixture(1, 1);
        answered(fixture, left(0, 100, Duration.ofSeconds(20)));
        CallPlan before = fixture.plan();
        CallPlan plan = fixture.plan();
        before.first(fixture.time.now());
        Step.Wait turn = (Step.Wait) plan.first(fixture.time.now());
        fixture.time.advance(Duration.ofNanos(turn.nanos()));
        assertThat(before.next(Outcome.WAITED, fixture.time.now())).isInstanceOf(Step.Send.class);
        assertThat(told(plan.next(Outcome.WAITED, fixture.time.now()))).isEqualTo("wait");
        before.next(LadderFixture.answered("fine"), fixture.time.now());
        fixture.time.advance(Duration.ofMillis(20));
        assertThat(told(plan.next(Outcome.WAITED, fixture.time.now()))).isEqualTo("send a");
        plan.abandon();
    }

    @Test
    void theTurnOfACallThatIsCancelledAfterAnOutageIsForTheNext() {
        SlowStart slowStart = new SlowStart(0);
        slowStart.stopped(0);
        slowStart.begin(0);
        long wait = 0;
        while (wait == 0) {
            wait = slowStart.takeTurn(0, Long.MAX_VALUE);
        }
        slowStart.giveBackTurn();
        assertThat(slowStart.takeTurn(0, Long.MAX_VALUE)).isEqualTo(wait);
        assertThat(slowStart.takeTurn(0, Long.MAX_VALUE)).isGreaterThan(wait);
    }

    @Test
    void limitsOfAStreamAreHeardAtItsFirstContent() {
        LadderFixture fixture = new LadderFixture(1);
        CallPlan plan = fixture.streamed();
        plan.first(fixture.time.now());
        plan.heard(RateLimits.of(List.of(left(0, 100, Duration.ofSeconds(20)))), fixture.time.now());
        assertThat(fixture.plan().first(fixture.time.now())).isInstanceOf(Step.Wait.class);
        plan.abandon();
    }

    @Test
    void limitsOfARefusalAreHeardToo() {
        LadderFixture fixture = new LadderFixture(1);
        CallPlan plan = fixture.plan();
        plan.first(fixture.time.now());
        plan.next(
                new Outcome.Failed(Failure.of(FailureKind.INVALID_REQUEST)
                        .rateLimits(RateLimits.of(List.of(left(0, 100, Duration.ofSeconds(20)))))
                        .build()),
                fixture.time.now());
        assertThat(fixture.plan().first(fixture.time.now())).isInstanceOf(Step.Wait.class);
    }

    @ParameterizedTest
    @CsvSource({
        "NOTHING, BUCKET, 20,  1,  300,   0, 3,  98",
        "NOTHING, BUCKET, 20,  1,  300,   1, 3,  98",
        "NOTHING, BUCKET, 10,  1,  2000,  0, 6,  98",
        "NOTHING, BUCKET, 10,  1,  10000, 1, 6,  98",
        "NOTHING, BUCKET, 2,   1,  2000,  0, 15, 90",
        "NOTHING, BUCKET, 600, 60, 2000,  0, 6,  98",
        "NOTHING, BUCKET, 60,  60, 2000,  1, 10, 98",
        "NOTHING, WINDOW, 600, 60, 2000,  1, 6,  98",
        "NOTHING, WINDOW, 60,  60, 2000,  0, 12, 97",
        "NOTHING, BUCKET, 1,   1,  2000,  0, 10, 84",
        "NOTHING, BUCKET, 1,   2,  2000,  0, 10, 80",
        "NOTHING, BUCKET, 1,   3,  2000,  0, 12, 80",
        "NOTHING, BUCKET, 20,  60, 2000,  0, 12, 98",
        "NOTHING, WINDOW, 20,  60, 2000,  0, 13, 95",
        "NOTHING, BUCKET, 1,   1,  2000,  1, 10, 67",
        "NOTHING, WINDOW, 20,  60, 2000,  1, 15, 95",
        "WHEN,    BUCKET, 20,  1,  300,   0, 3,  98",
        "WHEN,    BUCKET, 20,  1,  300,   1, 3,  98",
        "WHEN,    BUCKET, 10,  1,  2000,  0, 6,  98",
        "WHEN,    BUCKET, 10,  1,  10000, 1, 6,  98",
        "WHEN,    BUCKET, 2,   1,  2000,  0, 15, 90",
        "WHEN,    BUCKET, 600, 60, 2000,  0, 6,  98",
        "WHEN,    BUCKET, 60,  60, 2000,  1, 10, 98",
        "WHEN,    WINDOW, 600, 60, 2000,  1, 1,  98",
        "WHEN,    WINDOW, 60,  60, 2000,  0, 3,  98",
        "WHEN,    BUCKET, 1,   1,  2000,  0, 10, 84",
        "WHEN,    BUCKET, 1,   2,  2000,  0, 10, 80",
        "WHEN,    BUCKET, 1,   3,  2000,  0, 12, 80",
        "WHEN,    BUCKET, 20,  60, 2000,  0, 10, 98",
        "WHEN,    WINDOW, 20,  60, 2000,  0, 5,  98",
        "WHEN,    BUCKET, 1,   1,  2000,  1, 10, 67",
        "WHEN,    WINDOW, 20,  60, 2000,  1, 5,  98",
    })
    void aLimitThatNobodyTellsIsLearnedFromRefusals(
            Tells tells,
            Sort sort,
            int limit,
            int seconds,
            int latency,
            int alternates,
            int mostRefused,
            int leastUsed) {
        LadderFixture fixture = new LadderFixture(1 + alternates, 1_000);
        Provider provider =
                new Provider(sort, Unit.REQUESTS, limit, Duration.ofSeconds(seconds), false, tells, fixture.time.now());
        Client client = new Client(fixture, provider, Duration.ofMillis(latency), 100);
        Random random = new Random(1);
        Duration gap = Duration.ofNanos((long) (1e9 / (3.0 * limit / seconds)));
        for (int i = 0; i < LENGTH.dividedBy(gap); i++) {
            fixture.time.dice(random.nextDouble());
            client.call();
            fixture.time.advance(gap);
        }
        long allowed = limit * LENGTH.toSeconds() / seconds;
        assertThat(100.0 * provider.refused / provider.asked.size())
                .as("percent refused")
                .isLessThanOrEqualTo(mostRefused);
        assertThat(100.0 * provider.served / allowed)
                .as("percent of what is allowed")
                .isGreaterThanOrEqualTo(leastUsed);
        assertThat(alternates == 0 ? 0 : client.failed)
                .as("failed beside an alternate")
                .isZero();
    }

    @ParameterizedTest(name = "{0} calls a second, {1} alternates, come back in {2} s")
    @CsvSource({
        "1, 0, 0",
        "10, 0, 0",
        "1, 1, 0",
        "10, 1, 0",
        "50, 1, 0",
        "1, 0, 1",
        "10, 0, 1",
        "10, 1, 1",
        "10, 0, 20",
        "10, 1, 20"
    })
    void aProviderThatTurnsEverybodyAwayIsAskedSeldomAndServesSoonWhenItIsBack(int rate, int alternates, int wish) {
        List<Double> waits = new ArrayList<>();
        for (int phase = 0; phase < 25; phase++) {
            LadderFixture fixture = new LadderFixture(1 + alternates, 1_000);
            Provider provider = new Provider(
                    Sort.BUCKET, Unit.REQUESTS, 1_000, Duration.ofSeconds(1), false, Tells.NOTHING, fixture.time.now());
            Client client = new Client(fixture, provider, Duration.ofMillis(300), 100);
            run(Duration.ofSeconds(30), rate, client);
            provider.refusesAll = true;
            provider.wish = Duration.ofSeconds(wish);
            long begin = fixture.time.now();
            run(Duration.ofMillis(20 * 60_000 + phase * 331), rate, client);
            long end = fixture.time.now();
            provider.refusesAll = false;
            fixture.time.advance(Duration.ofMillis(phase * 71 % 1_000));
            run(Duration.ofSeconds(60 + wish), rate, client);
            long minute = TimeUnit.MINUTES.toNanos(1);
            assertThat(provider.askedBetween(begin, begin + minute))
                    .as("in the first minute")
                    .isLessThanOrEqualTo(30);
            assertThat(provider.askedBetween(begin + minute, end) / 19.0)
                    .as("in each later minute")
                    .isLessThanOrEqualTo(8);
            long first = provider.servedAt.stream()
                    .filter(at -> at - end >= 0)
                    .findFirst()
                    .orElseThrow();
            waits.add((first - end) / 1e9);
            long settled = end + TimeUnit.SECONDS.toNanos(15 + wish);
            assertThat(provider.askedBetween(settled, settled + TimeUnit.SECONDS.toNanos(30)) / 30.0)
                    .as("a second, from 15 s after its return, and after its wish, on")
                    .isGreaterThanOrEqualTo(0.95 * rate);
            // With one call a second those who wait take longer than that lasts, a minute from the last refusal on.
            for (int second = 0; second < (rate == 1 ? 46 : 55); second++) {
                long from = end + TimeUnit.SECONDS.toNanos(second);
                assertThat(provider.askedBetween(from, from + TimeUnit.SECONDS.toNanos(5)) / 5.0)
                        .as("a second, in the five from %s s after its return on", second)
                        .isLessThanOrEqualTo(1.2 * rate);
            }
            assertThat(client.failed * alternates).isZero();
        }
        Collections.sort(waits);
        assertThat(waits.get(waits.size() / 2)).as("median").isLessThanOrEqualTo(5 + wish);
        assertThat(waits.get(waits.size() - 1)).as("worst").isLessThanOrEqualTo(10 + wish);
    }

    @Test
    void whoCannotHaveItsTurnInTimeAnyMoreIsToldAtOnceAndNotAtItsDeadline() {
        LadderFixture fixture = new LadderFixture(1, 1_000);
        Provider provider = new Provider(
                Sort.BUCKET, Unit.REQUESTS, 10, Duration.ofSeconds(1), false, Tells.NOTHING, fixture.time.now());
        Client client = new Client(fixture, provider, Duration.ofMillis(300), 100);
        run(Duration.ofSeconds(40), 30, client);
        assertThat(client.underWay()).as("who wait").isGreaterThan(500);
        provider.refusesAll = true;
        fixture.time.advance(Duration.ofSeconds(45));
        assertThat(client.underWay())
                .as("who wait for one turn in eight seconds")
                .isLessThanOrEqualTo(15);
    }
}
