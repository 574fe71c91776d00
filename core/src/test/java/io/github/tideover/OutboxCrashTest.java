package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.failure.ChatException;
import io.github.tideover.outbox.MessageState;
import io.github.tideover.outbox.Outbox;
import io.github.tideover.provider.Provider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that accept messages and deliver answers under load are killed with SIGKILL at random moments. Every receipt that was
 * handed out is there afterwards, and no answer comes again after it was acknowledged and that was written down.
 *
 * <p>{@code -Dtideover.crash.rounds=200} sets how often; it takes about a second for each.
 */
@Timeout(900)
class OutboxCrashTest {
    private static final int CRASHES = Integer.getInteger("tideover.crash.rounds", 10);
    private static final Pattern KEY = Pattern.compile("(?i)idempotency-key: (\\S+)");

    @TempDir
    private Path directory;

    /** What processes on one directory said, in all of their lives. */
    private static final class Account {
        /** The question for each receipt that was handed out. */
        final Map<String, String> receipts = new HashMap<>();
        /** The answers that were given to the callback, and how often. */
        final Map<String, Integer> given = new HashMap<>();

        final Set<String> done = new HashSet<>();
        int crashes;

        void reads(BufferedReader said, CountDownLatch alive, List<String> wrong) throws IOException {
            Set<String> doneBefore = Set.copyOf(done);
            StringBuilder line = new StringBuilder();
            int c;
            while ((c = said.read()) >= 0) {
                if (c != '\n') {
                    line.append((char) c);
                    continue;
                }
                String[] words = line.toString().split(" ", 3);
                line.setLength(0);
                switch (words[0]) {
                    case "RECEIPT" -> {
                        receipts.put(words[1], words[2]);
                        alive.countDown();
                    }
                    case "GIVEN" -> {
                        given.merge(words[1], 1, Integer::sum);
                        if (doneBefore.contains(words[1])) {
                            wrong.add("given again after it was done: " + words[1]);
                        }
                        String question = receipts.get(words[1]);
                        if (question != null && !words[2].equals("Answer to " + question)) {
                            wrong.add("another message's answer: " + words[2] + " to " + question);
                        }
                    }
                    case "DONE" -> done.add(words[1]);
                    default -> wrong.add(String.join(" ", words));
                }
            }
        }
    }

    @Test
    void noReceiptIsLostAndNothingThatIsDoneComesAgain() throws Exception {
        Map<String, AtomicInteger> sent = new ConcurrentHashMap<>();
        try (LoopbackProvider provider = new LoopbackProvider()) {
            provider.does(wire -> {
                Matcher key = KEY.matcher(wire.asked().head());
                if (!key.find()) { // somebody waits for it: not now
                    return LoopbackProvider.fails(429).answer(wire);
                }
                sent.computeIfAbsent(key.group(1), any -> new AtomicInteger()).incrementAndGet();
                String body = wire.asked().body();
                int start = body.lastIndexOf("\"content\":\"") + 11;
                return LoopbackProvider.says("Answer to " + body.substring(start, body.indexOf('"', start)))
                        .answer(wire);
            });
            List<CompletableFuture<Account>> lanes = new ArrayList<>();
            for (int lane = 0; lane < 2; lane++) { // two cores
                int number = lane;
                lanes.add(CompletableFuture.supplyAsync(
                        () -> crashes(provider, number), task -> new Thread(task, "crash-lane").start()));
            }
            int receipts = 0, again = 0, crashes = 0;
            for (CompletableFuture<Account> each : lanes) {
                Account account = each.join();
                receipts += account.receipts.size();
                crashes += account.crashes;
                again += account.given.values().stream()
                        .mapToInt(count -> count - 1)
                        .sum();
                assertThat(account.given.keySet())
                        .as("every receipt that was handed out has had its answer")
                        .containsAll(account.receipts.keySet());
            }
            int sentAgain =
                    sent.values().stream().mapToInt(count -> count.get() - 1).sum();
            System.out.printf(
                    "%d crashes, %d receipts, %d messages sent; %d sent once more, %d answers given once more%n",
                    crashes, receipts, sent.size(), sentAgain, again);
            assertThat(receipts).isGreaterThan(crashes);
            assertThat(sentAgain).as("at most four for each crash").isLessThanOrEqualTo(4 * crashes);
            assertThat(again).as("at most four for each crash").isLessThanOrEqualTo(4 * crashes);
        }
    }

    private Account crashes(LoopbackProvider provider, int lane) {
        Random random = new Random(81 + lane);
        Account account = new Account();
        List<String> wrong = new ArrayList<>();
        try {
            for (int i = 0; i < CRASHES / 2; i++) {
                Process process = start(provider, lane, i, "crash");
                CountDownLatch alive = new CountDownLatch(1);
                CompletableFuture<Void> reading = reading(process, account, alive, wrong);
                alive.await(); // before the first receipt there is nothing to lose
                if (process.waitFor(random.nextInt(400), TimeUnit.MILLISECONDS)) {
                    throw new AssertionError("it ended by itself with " + process.exitValue());
                }
                process.toHandle().destroyForcibly(); // SIGKILL, and what it has said can still be read
                reading.join();
                account.crashes++;
            }
            Process last = start(provider, lane, CRASHES, "finish");
            reading(last, account, new CountDownLatch(1), wrong).join();
            assertThat(last.waitFor()).isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(wrong).isEmpty();
        return account;
    }

    private Process start(LoopbackProvider provider, int lane, int round, String how) throws IOException {
        return new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        provider.baseUrl(),
                        directory.resolve("lane-" + lane).toString(),
                        lane + "." + round,
                        how)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static CompletableFuture<Void> reading(
            Process process, Account account, CountDownLatch alive, List<String> wrong) {
        return CompletableFuture.runAsync(
                () -> {
                    try (BufferedReader said = new BufferedReader(
                            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                        account.reads(said, alive, wrong);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    } finally {
                        alive.countDown(); // or dead
                    }
                },
                task -> new Thread(task, "crash-reader").start());
    }

    /** A process to be killed: four threads that say things, and a callback that hears the answers. */
    static final class Child {
        private static final int MOST = 100;

        public static void main(String[] args) throws InterruptedException {
            CountDownLatch never = new CountDownLatch(1);
            Tideover tideover = Tideover.builder()
                    .provider(Provider.openAiCompatible(args[0]).name("main").model("small"))
                    .retryPolicy(RetryPolicy.never())
                    .outbox(Outbox.onDisk(Path.of(args[1])))
                    .onDelivered(delivery -> say(
                            "GIVEN " + delivery.id() + " " + delivery.reply().text()))
                    .onOutbox(message -> {
                        if (message.state() == MessageState.DELIVERED) {
                            say("DONE " + message.id());
                        }
                    })
                    .build();
            if (args[3].equals("finish")) {
                while (!tideover.outbox().list().isEmpty()) {
                    LockSupport.parkNanos(1_000_000);
                }
                tideover.close();
                return;
            }
            for (int thread = 0; thread < 4; thread++) {
                String name = args[2] + "." + thread;
                new Thread(() -> talk(tideover, name)).start();
            }
            never.await();
        }

        private static void talk(Tideover tideover, String name) {
            for (int i = 0; i < MOST; i++) {
                String question = "q" + name + "." + i;
                try {
                    ChatReply reply = tideover.chat(question);
                    say("RECEIPT " + reply.receipt().orElseThrow().id() + " " + question);
                } catch (ChatException e) {
                    // It took longer than a receipt is waited for, and nothing was promised.
                }
            }
        }

        private static synchronized void say(String line) {
            byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
            System.out.write(bytes, 0, bytes.length);
            System.out.flush();
        }
    }
}
