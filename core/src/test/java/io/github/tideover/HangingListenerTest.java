package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.outbox.MessageState;
import io.github.tideover.outbox.Outbox;
import io.github.tideover.outbox.OutboxMessage;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.Listeners;
import io.github.tideover.status.OutageReport;
import io.github.tideover.status.StatusEvent;
import io.github.tideover.status.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A listener that hangs holds up nobody else; each is told in order, one event at a time. */
@Timeout(60)
class HangingListenerTest {
    private final CountDownLatch release = new CountDownLatch(1);

    /** Hangs until the test is over. */
    private void hang(Object event) {
        Awaiting.until(() -> release.getCount() == 0);
    }

    @Nested
    class OfAClient {
        private final ManualTime time = new ManualTime();
        private final LoopbackProvider provider = new LoopbackProvider();
        private final List<StatusEvent> events = new CopyOnWriteArrayList<>();
        private final List<OutageReport> reports = new CopyOnWriteArrayList<>();
        private final List<OutboxMessage> news = new CopyOnWriteArrayList<>();
        private final List<String> delivered = new CopyOnWriteArrayList<>();

        private final Tideover tideover = Tideover.builder()
                .provider(Provider.openAiCompatible(provider.baseUrl())
                        .name("main")
                        .apiKey("k")
                        .model("small"))
                .retryPolicy(RetryPolicy.never())
                .outbox(Outbox.builder().store(new MapStore()).build())
                .onDelivered(delivery -> delivered.add(delivery.reply().text()))
                .onOutbox(HangingListenerTest.this::hang)
                .onOutbox(news::add)
                .onStatus(HangingListenerTest.this::hang)
                .onStatus(events::add)
                .onOutageReport(HangingListenerTest.this::hang)
                .onOutageReport(reports::add)
                .time(time.time())
                .build();

        @AfterEach
        void close() {
            release.countDown();
            tideover.close();
            provider.close();
        }

        @Test
        void everybodyElseHearsOfTheOutageAndOfWhatBecomesOfMessages() {
            provider.does(LoopbackProvider.fails(529));
            for (int i = 0; i < 12; i++) {
                tideover.chat("Hi");
                time.advance(Duration.ofSeconds(1));
            }
            Awaiting.until(() -> kinds().contains(StatusEvent.Kind.STATE_CHANGED));
            provider.does(LoopbackProvider.says("Here you are."));
            Awaiting.until(() -> {
                time.advance(Duration.ofSeconds(1));
                return !reports.isEmpty() && delivered.size() == 12;
            });
            Awaiting.until(() -> kinds().contains(StatusEvent.Kind.RESTORED));
            Awaiting.until(() -> news.stream()
                            .filter(message -> message.state() == MessageState.DELIVERED)
                            .count()
                    == 12);
            assertThat(events).extracting(StatusEvent::sequence).isSorted().doesNotHaveDuplicates();
        }

        private List<StatusEvent.Kind> kinds() {
            return events.stream().map(StatusEvent::kind).toList();
        }
    }

    @Nested
    class AmongMany {
        private final ListenerThreads threads = new ListenerThreads();
        private final Listeners<Integer> listeners =
                new Listeners<>("a test", threads, number -> number, number -> false);

        @AfterEach
        void close() {
            release.countDown();
            threads.close();
        }

        @RepeatedTest(20)
        void eachIsToldEverythingInOrderAndOneAtATime() {
            List<List<Integer>> heard = new ArrayList<>();
            AtomicBoolean wasToldTwoAtOnce = new AtomicBoolean();
            for (int i = 0; i < 100; i++) {
                List<Integer> each = new ArrayList<>();
                heard.add(each);
                AtomicInteger inside = new AtomicInteger();
                listeners.subscribe(number -> {
                    if (inside.incrementAndGet() != 1) {
                        wasToldTwoAtOnce.set(true);
                    }
                    synchronized (each) {
                        each.add(number);
                    }
                    inside.decrementAndGet();
                });
            }
            List<Integer> all = IntStream.range(0, 200).boxed().toList();
            all.forEach(listeners::tell);
            for (List<Integer> each : heard) {
                Awaiting.until(() -> {
                    synchronized (each) {
                        return each.size() == all.size();
                    }
                });
                assertThat(each).isEqualTo(all);
            }
            assertThat(wasToldTwoAtOnce).isFalse();
        }

        @Test
        void theThreadThatIsLeftServesAllOthers() {
            AtomicInteger hanging = new AtomicInteger();
            for (int i = 0; i < ListenerThreads.MOST - 1; i++) {
                listeners.subscribe(number -> {
                    hanging.incrementAndGet();
                    hang(number);
                });
            }
            listeners.tell(0);
            Awaiting.until(() -> hanging.get() == ListenerThreads.MOST - 1);
            AtomicInteger heard = new AtomicInteger();
            AtomicInteger inside = new AtomicInteger();
            AtomicBoolean wasOneAlone = new AtomicBoolean(true);
            Set<Thread> used = ConcurrentHashMap.newKeySet();
            for (int i = 0; i < 100; i++) {
                listeners.subscribe(number -> {
                    if (inside.incrementAndGet() != 1) {
                        wasOneAlone.set(false);
                    }
                    used.add(Thread.currentThread());
                    inside.decrementAndGet();
                    heard.incrementAndGet();
                });
            }
            listeners.tell(1);
            listeners.tell(2);
            Awaiting.until(() -> heard.get() == 200);
            assertThat(wasOneAlone).isTrue();
            assertThat(hanging).hasValue(ListenerThreads.MOST - 1);
            assertThat(used)
                    .allMatch(Thread::isDaemon)
                    .allMatch(thread -> thread.getName().equals("tideover-listener"));
        }

        @Test
        void whoHangsInAllThreadsHoldsUpOthersOnlyUntilOneReturns() {
            AtomicInteger hanging = new AtomicInteger();
            for (int i = 0; i < ListenerThreads.MOST; i++) {
                listeners.subscribe(number -> {
                    hanging.incrementAndGet();
                    hang(number);
                });
            }
            listeners.tell(0);
            Awaiting.until(() -> hanging.get() == ListenerThreads.MOST);
            List<Integer> heard = new CopyOnWriteArrayList<>();
            listeners.subscribe(heard::add);
            listeners.tell(1);
            listeners.tell(2);
            assertThat(heard).isEmpty();
            release.countDown();
            Awaiting.until(() -> heard.size() == 2);
            assertThat(heard).containsExactly(1, 2);
        }

        @Test
        void oneThatReturnsAtLastIsToldTheNewestOfWhatItMissed() {
            List<Integer> heard = new CopyOnWriteArrayList<>();
            listeners.subscribe(number -> {
                hang(number);
                heard.add(number);
            });
            listeners.tell(-1);
            for (int i = 0; i < 1_000; i++) {
                listeners.tell(i);
            }
            release.countDown();
            Awaiting.until(() -> heard.contains(999));
            assertThat(heard).isSorted().hasSizeBetween(256, 257);
        }

        @RepeatedTest(300)
        void whoHasUnsubscribedIsToldAtMostWhatWasUnderWay() throws InterruptedException {
            AtomicInteger begun = new AtomicInteger();
            Subscription subscription = listeners.subscribe(number -> begun.incrementAndGet());
            CountDownLatch last = new CountDownLatch(1);
            listeners.subscribe(number -> {
                if (number == 99) {
                    last.countDown();
                }
            });
            Thread teller = new Thread(() -> IntStream.range(0, 100).forEach(listeners::tell));
            teller.start();
            Awaiting.until(() -> begun.get() > 0);
            subscription.close();
            int atClose = begun.get();
            teller.join();
            last.await();
            threads.close();
            Awaiting.until(threads::isIdle);
            assertThat(begun.get() - atClose).isBetween(0, 1);
        }

        @RepeatedTest(50)
        void whoUnsubscribesWhileItIsToldIsToldNothingMore() {
            List<Integer> heard = new CopyOnWriteArrayList<>();
            List<Subscription> own = new CopyOnWriteArrayList<>();
            own.add(listeners.subscribe(number -> {
                heard.add(number);
                if (number == 10) {
                    own.get(0).close();
                }
            }));
            IntStream.range(0, 100).forEach(listeners::tell);
            Awaiting.until(threads::isIdle);
            assertThat(heard).hasSize(11).endsWith(10);
        }

        @Test
        void oneThatThrowsOrLeavesItsThreadInterruptedHurtsNobody() {
            List<Boolean> wasInterrupted = new CopyOnWriteArrayList<>();
            listeners.subscribe(number -> {
                Thread.currentThread().interrupt();
                throw new AssertionError("its own affair");
            });
            for (int i = 0; i < 50; i++) {
                listeners.subscribe(
                        number -> wasInterrupted.add(Thread.currentThread().isInterrupted()));
            }
            listeners.tell(1);
            listeners.tell(2);
            Awaiting.until(() -> wasInterrupted.size() == 100);
            assertThat(wasInterrupted).containsOnly(false);
        }

        @Test
        void whatWaitsWhenTheClientIsClosedIsStillTold() {
            List<Integer> heard = new CopyOnWriteArrayList<>();
            listeners.subscribe(number -> {
                hang(number);
                heard.add(number);
            });
            IntStream.range(0, 10).forEach(listeners::tell);
            threads.close();
            release.countDown();
            Awaiting.until(() -> heard.size() == 10);
            assertThat(heard).isSorted();
        }

        @Test
        void threadsEndWhenThereIsNothingToTell() {
            List<Thread> used = new CopyOnWriteArrayList<>();
            listeners.subscribe(number -> used.add(Thread.currentThread()));
            listeners.tell(1);
            Awaiting.until(() -> !used.isEmpty() && !used.get(0).isAlive());
            listeners.tell(2);
            Awaiting.until(() -> used.size() == 2);
        }
    }
}
