package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.provider.Provider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many callers at once, over real HTTP: every call has an outcome, and nothing is left when all are gone. */
class CrowdTest {
    private static final int PLACES = 64;

    private final LoopbackProvider provider = new LoopbackProvider();
    private final ConnectionPool pool = new ConnectionPool();
    private final ExecutorService callers = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "caller");
        thread.setDaemon(true);
        return thread;
    });
    private final List<Tideover> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(Tideover::close);
        callers.shutdownNow();
        provider.close();
    }

    private Tideover.Builder client() {
        return Tideover.builder()
                .provider(Provider.openAiCompatible(provider.baseUrl())
                        .name("main")
                        .model("small")
                        .maxConcurrent(PLACES))
                .httpClient(new OkHttpClient.Builder().connectionPool(pool).build());
    }

    private Tideover open(Tideover.Builder builder) {
        Tideover tideover = builder.build();
        clients.add(tideover);
        return tideover;
    }

    private void nothingIsLeft(Tideover tideover) {
        Awaiting.until(() -> tideover.routes().get(0).underWay() == 0);
        Awaiting.until(() -> tideover.watchdog().underWay() == 0);
        Awaiting.until(() -> pool.idleConnectionCount() == pool.connectionCount());
    }

    /** The threads that are neither the fake provider's nor the callers'. */
    private static long threads() {
        return threads(stack -> true);
    }

    /** Those of them that do not just wait for their pool to have something for them. */
    private static long threadsAtWork() {
        return threads(stack -> Stream.of(stack)
                .noneMatch(frame -> frame.getClassName().equals("java.util.concurrent.ThreadPoolExecutor")
                        && frame.getMethodName().equals("getTask")));
    }

    private static long threads(Predicate<StackTraceElement[]> test) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(each -> !each.getKey().getName().startsWith(LoopbackProvider.THREADS))
                .filter(each -> !each.getKey().getName().equals("caller"))
                .filter(each -> test.test(each.getValue()))
                .count();
    }

    @Test
    void aCrowdGetsThroughAnOutageWithAnOutcomeForEveryCall() throws Exception {
        Duration deadline = Duration.ofSeconds(2);
        Tideover tideover = open(client().timeout(deadline).streamTimeout(deadline));
        tideover.chat("Hi");
        long before = threads();
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger live = new AtomicInteger();
        AtomicReference<Duration> longest = new AtomicReference<>(Duration.ZERO);
        Map<FailureKind, AtomicInteger> failures = new ConcurrentHashMap<>();
        List<Throwable> strange = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch over = new CountDownLatch(1);
        List<Future<?>> crowd = new ArrayList<>();
        for (int i = 0; i < 450; i++) {
            Form form = i < 200 ? Form.BLOCKING : i < 400 ? Form.ASYNC : Form.STREAM;
            crowd.add(callers.submit(() -> {
                while (over.getCount() > 0) {
                    calls.incrementAndGet();
                    long start = System.nanoTime();
                    try {
                        if (form.ask(tideover, "Hi").isLive()) {
                            live.incrementAndGet();
                        }
                    } catch (ChatException e) {
                        failures.computeIfAbsent(e.kind(), kind -> new AtomicInteger())
                                .incrementAndGet();
                    } catch (Throwable e) {
                        strange.add(e);
                    }
                    longest.accumulateAndGet(
                            Duration.ofNanos(System.nanoTime() - start), (a, b) -> a.compareTo(b) > 0 ? a : b);
                    over.await(200 + ThreadLocalRandom.current().nextInt(200), TimeUnit.MILLISECONDS);
                }
                return null;
            }));
        }
        try (Lateness lateness = new Lateness()) {
            Awaiting.until(() -> live.get() > 1_000);
            provider.does(LoopbackProvider.fails(503));
            Awaiting.until(() -> tideover.routes().get(0).circuit() == CircuitBreaker.State.OPEN);
            Awaiting.until(() -> tideover.status().state().isOutage());
            provider.does(LoopbackProvider.isSilent());
            int asked = provider.asked().size();
            Awaiting.until(() -> provider.asked().size() >= asked + 2); // two probes that are never answered
            // Calls that wait or are refused hold none. A busy machine has made more, which rest until they are needed.
            Awaiting.until(() -> threadsAtWork() < before + PLACES + 30);
            int answered = live.get();
            provider.does(LoopbackProvider.says("Hello"));
            Awaiting.until(() -> tideover.routes().get(0).circuit() == CircuitBreaker.State.CLOSED);
            Awaiting.until(() -> live.get() > answered + 200);
            over.countDown();
            for (Future<?> each : crowd) {
                each.get(60, TimeUnit.SECONDS);
            }
            assertThat(strange).isEmpty();
            int failed = failures.values().stream().mapToInt(AtomicInteger::get).sum();
            assertThat(live.get() + failed).as("outcomes").isEqualTo(calls.get());
            assertThat(longest.get()).isLessThanOrEqualTo(lateness.allow(deadline.plusMillis(500)));
        }
        nothingIsLeft(tideover);
        tideover.close();
        Awaiting.until(() -> threads() <= before + 5);
    }

    @Test
    void cancelsThatRaceWithAnswersLeaveNothingBehind() {
        Tideover tideover = open(client().retryPolicy(
                        RetryPolicy.builder().firstDelay(Duration.ofMillis(2)).build()));
        AtomicInteger turn = new AtomicInteger();
        provider.does(wire -> turn.incrementAndGet() % 4 == 0
                ? wire.send(500, "application/json", "{}")
                : LoopbackProvider.says("Hello").answer(wire));
        int cancelled = 0;
        int completed = 0;
        for (int i = 0; i < 2_000; i++) {
            CompletableFuture<ChatReply> call = tideover.chatAsync("Hi");
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(1_500_000));
            if (call.cancel(true)) {
                cancelled++;
                assertThat(call).isCancelled();
            } else {
                completed++;
                assertThat(call).isDone();
            }
        }
        assertThat(cancelled).as("cancels that came first").isPositive();
        assertThat(completed).as("answers that came first").isPositive();
        nothingIsLeft(tideover);
        assertThat(tideover.status().state().isOutage()).isFalse();
        provider.does(LoopbackProvider.says("Hello"));
        assertThat(tideover.chat("Hi").isLive()).isTrue();
    }

    @Test
    void closingTheClientLeavesNoCallerHanging() throws Exception {
        for (int round = 0; round < 15; round++) {
            int kind = round % 3;
            provider.does(
                    kind == 0
                            ? LoopbackProvider.says("Hello")
                            : kind == 1 ? LoopbackProvider.isSilent() : LoopbackProvider.fails(500));
            Tideover tideover = open(client());
            CountDownLatch underWay = new CountDownLatch(20);
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                Form form = Form.values()[i % 3];
                all.add(callers.submit(() -> {
                    while (true) {
                        underWay.countDown();
                        try {
                            form.ask(tideover, "Hi");
                        } catch (ChatException e) {
                            if (e.kind() == FailureKind.CANCELLED) {
                                return null;
                            }
                        } catch (IllegalStateException e) {
                            assertThat(e).hasMessage("this client is closed");
                            return null;
                        }
                    }
                }));
            }
            underWay.await();
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(20_000_000));
            tideover.close();
            for (Future<?> each : all) {
                each.get(10, TimeUnit.SECONDS);
            }
            nothingIsLeft(tideover);
        }
    }

    @Test
    void closingAStreamEndsItsReaderAtOnce() throws Exception {
        Tideover tideover = open(client());
        String head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
        for (int round = 0; round < 60; round++) {
            int kind = round % 3;
            CountDownLatch reading = new CountDownLatch(1);
            provider.does(wire -> {
                reading.countDown();
                if (kind == 0) {
                    return LoopbackProvider.isSilent().answer(wire);
                }
                if (kind == 1) {
                    return wire.send(503, "application/json", "{}", "Retry-After: 60");
                }
                wire.raw(head);
                while (true) {
                    wire.raw(TideoverTest.events(false, "word "));
                    wire.pause(Duration.ofMillis(1));
                }
            });
            ReplyStream stream = tideover.stream("Hi");
            Future<Throwable> reader = callers.submit(() -> catchThrowable(() -> stream.forEach(piece -> {})));
            reading.await();
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(5_000_000));
            stream.close();
            Throwable end = reader.get(10, TimeUnit.SECONDS); // it would be silent, or at rest, for a minute or more
            assertThat(end)
                    .satisfiesAnyOf(
                            each -> assertThat(each).isInstanceOf(ChatException.class),
                            each -> assertThat(each)
                                    .isInstanceOf(IllegalStateException.class)
                                    .hasMessage("the stream was closed before its end"));
            if (kind != 1) {
                assertThat(catchThrowable(stream::reply)).isNotNull();
            } else {
                // What the provider asked for holds for the next round too: another client does not know of it.
                tideover.close();
                tideover = open(client());
            }
            nothingIsLeft(tideover);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Form.class,
            names = {"BLOCKING", "STREAM"})
    void aThreadThatIsInterruptedWhileItWaitsBetweenAttemptsEndsItsCall(Form form) throws Exception {
        provider.does(LoopbackProvider.fails(503, "{}", "Retry-After: 60"));
        Tideover tideover = open(client());
        AtomicReference<Thread> caller = new AtomicReference<>();
        Future<Throwable> call = callers.submit(() -> {
            caller.set(Thread.currentThread());
            Throwable end = catchThrowable(() -> form.ask(tideover, "Hi"));
            assertThat(Thread.interrupted())
                    .as("the interrupt is still to be seen")
                    .isTrue();
            return end;
        });
        Awaiting.until(() -> provider.asked().size() == 1
                && tideover.routes().get(0).underWay() == 0
                && tideover.watchdog().underWay() == 1);
        caller.get().interrupt();
        Throwable end = call.get(5, TimeUnit.SECONDS);
        assertThat(end).isInstanceOfSatisfying(ChatException.class, e -> {
            assertThat(e.kind()).isEqualTo(FailureKind.CANCELLED);
            assertThat(e).hasMessageContaining("the calling thread was interrupted");
        });
        assertThat(provider.asked()).hasSize(1);
        nothingIsLeft(tideover);
    }

    @Test
    void manyStreamsReadByTurnsAreNotMixedUp() {
        Tideover tideover = open(client());
        provider.does(wire -> {
            String body = wire.asked().body();
            String name = body.substring(body.indexOf("I am ") + 5, body.indexOf("\"", body.indexOf("I am ")));
            return wire.send(200, "text/event-stream", TideoverTest.events(true, name + ".", name + ".", name + "."));
        });
        List<ReplyStream> streams = new ArrayList<>();
        List<Iterator<String>> pieces = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            ReplyStream stream = tideover.stream("I am " + i);
            streams.add(stream);
            pieces.add(stream.iterator());
        }
        for (int turn = 0; turn < 3; turn++) {
            for (int i = 0; i < 50; i++) {
                assertThat(pieces.get(i).next()).isEqualTo(i + ".");
            }
        }
        for (int i = 0; i < 50; i++) {
            assertThat(streams.get(i).reply().text()).isEqualTo((i + ".").repeat(3));
            streams.get(i).close();
        }
        nothingIsLeft(tideover);
    }
}
