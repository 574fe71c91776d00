package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.RateLimitedException;
import io.github.tideover.failure.RateLimits;
import io.github.tideover.failure.RateLimits.Unit;
import io.github.tideover.provider.Provider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a provider's headers say is heard over real HTTP; only the time is moved by hand. */
@Timeout(120)
class PacingOverHttpTest {
    private static final int LIMIT = 30;
    private static final long WINDOW = TimeUnit.SECONDS.toNanos(60);

    private final LoopbackProvider server = new LoopbackProvider();
    private final ManualTime time = new ManualTime();
    private Tideover tideover;
    private final AtomicInteger refused = new AtomicInteger();
    /** What is left, in requests; touched under the lock of this test alone. */
    private double left = LIMIT;

    private long at = time.now();

    @BeforeEach
    void open() {
        tideover = Tideover.builder()
                .provider(
                        Provider.openAiCompatible(server.baseUrl()).name("main").model("small"))
                .time(time.time())
                .build();
    }

    @AfterEach
    void close() {
        tideover.close();
        server.close();
    }

    /** Thirty requests a minute, of which one comes back every two seconds, told in OpenAI's headers. */
    private LoopbackProvider.Behaviour limited() {
        return limited(true);
    }

    /** Without a header, but for the one of a refusal that says when to come back. */
    private LoopbackProvider.Behaviour limitedInSecret() {
        return limited(false);
    }

    private LoopbackProvider.Behaviour limited(boolean tells) {
        return wire -> {
            boolean serves;
            String[] headers;
            synchronized (this) {
                left = Math.min(LIMIT, left + LIMIT * (double) (time.now() - at) / WINDOW);
                at = time.now();
                serves = left >= 1;
                left -= serves ? 1 : 0;
                long reset = (long) (WINDOW * (LIMIT - left) / LIMIT);
                headers = tells
                        ? new String[] {
                            "x-ratelimit-limit-requests: " + LIMIT,
                            "x-ratelimit-remaining-requests: " + (int) left,
                            "x-ratelimit-reset-requests: " + TimeUnit.NANOSECONDS.toMillis(reset) + "ms"
                        }
                        : serves ? new String[0] : new String[] {"retry-after: 2"};
            }
            if (!serves) {
                refused.incrementAndGet();
                return wire.send(429, "application/json", "{\"error\":{\"code\":\"rate_limit_exceeded\"}}", headers);
            }
            return wire.asked().streamed()
                    ? wire.send(200, "text/event-stream", TideoverTest.events(true, "Hello"), headers)
                    : wire.send(200, "application/json", LoopbackProvider.completion("Hello"), headers);
        };
    }

    @Test
    void aClientWithThreeTimesTooMuchToAskMeetsNextToNoRefusal() {
        server.does(limited());
        List<CompletableFuture<ChatReply>> calls = threeTimesTooMany(4);
        assertThat(refused.get()).as("HTTP 429 of " + server.asked().size()).isLessThanOrEqualTo(1);
        assertThat(answered(calls)).as("answered").isGreaterThan((long) (0.97 * LIMIT * 4));
        assertThatOthersMet(calls, FailureKind.PAUSED);
    }

    /** All who waited went together when the rest was over. */
    @Test
    void oneWhoseProviderSaysOnlyInARefusalWhenToComeBackMeetsFewAndUsesWhatItMay() {
        server.does(limitedInSecret());
        int minutes = 10;
        List<CompletableFuture<ChatReply>> calls = threeTimesTooMany(minutes);
        int asked = server.asked().size();
        assertThat(100.0 * refused.get() / asked)
                .as("percent refused of " + asked)
                .isLessThanOrEqualTo(10);
        assertThat(answered(calls)).as("answered").isGreaterThan((long) (0.97 * LIMIT * minutes));
        assertThatOthersMet(calls, FailureKind.PAUSED, FailureKind.THROTTLED);
    }

    private List<CompletableFuture<ChatReply>> threeTimesTooMany(int minutes) {
        List<CompletableFuture<ChatReply>> calls = new ArrayList<>();
        Duration gap = Duration.ofNanos(WINDOW / LIMIT / 3);
        for (int i = 0; i < 3 * LIMIT * minutes; i++) {
            calls.add(tideover.chatAsync("Hi"));
            // Nobody is on the wire: each call is over, or waits for time to pass.
            Awaiting.until(() -> tideover.routes().get(0).underWay() == 0
                    && calls.stream().filter(CompletableFuture::isDone).count()
                                    + tideover.watchdog().underWay()
                            == calls.size());
            time.advance(gap);
        }
        return calls;
    }

    private static long answered(List<CompletableFuture<ChatReply>> calls) {
        return calls.stream()
                .filter(call -> call.isDone() && !call.isCompletedExceptionally())
                .count();
    }

    private static void assertThatOthersMet(List<CompletableFuture<ChatReply>> calls, FailureKind... kinds) {
        calls.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .forEach(call -> assertThat(
                                Assertions.catchThrowable(call::join).getCause())
                        .isInstanceOfSatisfying(
                                RateLimitedException.class,
                                e -> assertThat(e.kind()).isIn((Object[]) kinds)));
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void theReplyTellsWhatIsLeft(Form form) {
        server.does(limited());
        RateLimits limits = form.ask(tideover, "Hi").rateLimits();
        assertThat(limits.tightest(Unit.REQUESTS)).hasValueSatisfying(limit -> {
            assertThat(limit.limit()).hasValue(LIMIT);
            assertThat(limit.remaining()).hasValue(LIMIT - 1);
            assertThat(limit.resetsAfter()).contains(Duration.ofSeconds(2));
        });
    }

    @Test
    void aRefusalTellsWhatIsLeft() {
        server.does(limited());
        left = 0;
        Assertions.assertThatThrownBy(() -> Tideover.builder()
                        .provider(Provider.openAiCompatible(server.baseUrl()).model("small"))
                        .retryPolicy(RetryPolicy.never())
                        .time(time.time())
                        .build()
                        .chat("Hi"))
                .isInstanceOfSatisfying(RateLimitedException.class, e -> {
                    assertThat(e.failure().rateLimits().tightest(Unit.REQUESTS))
                            .hasValueSatisfying(
                                    limit -> assertThat(limit.remaining()).hasValue(0));
                    assertThat(e.retryAt()).isPresent();
                });
    }

    @Test
    void aProviderThatTurnsEverybodyAwayWithoutAWordIsLeftToTheAlternateAndFoundBack() {
        try (LoopbackProvider spare = new LoopbackProvider();
                Tideover both = Tideover.builder()
                        .provider(Provider.openAiCompatible(server.baseUrl())
                                .name("main")
                                .model("small"))
                        .alternate(Provider.openAiCompatible(spare.baseUrl())
                                .name("spare")
                                .model("small"))
                        .time(time.time())
                        .build()) {
            server.does(LoopbackProvider.fails(429));
            List<Origin> origins = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                origins.add(answered(both).origin());
                time.advance(Duration.ofMillis(200));
            }
            assertThat(origins).as("who answered").containsOnly(Origin.ALTERNATE);
            assertThat(server.asked().size()).as("of 600, in two minutes").isLessThanOrEqualTo(40);
            server.does(LoopbackProvider.says("Hello"));
            int calls = 0;
            while (answered(both).origin() != Origin.LIVE) {
                time.advance(Duration.ofMillis(200));
                calls++;
            }
            assertThat(calls).as("calls, five a second, before it serves again").isLessThanOrEqualTo(50);
        }
    }

    private ChatReply answered(Tideover client) {
        CompletableFuture<ChatReply> call = client.chatAsync("Hi");
        Awaiting.until(() -> {
            boolean waits = client.watchdog().underWay() > 0
                    && client.routes().stream().allMatch(route -> route.underWay() == 0);
            if (!call.isDone() && waits) {
                time.advance(Duration.ofMillis(100));
            }
            return call.isDone();
        });
        return call.join();
    }
}
