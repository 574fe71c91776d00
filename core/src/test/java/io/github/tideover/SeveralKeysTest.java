package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.failure.AccountException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.provider.Provider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several keys of one provider over real HTTP. */
@Timeout(120)
class SeveralKeysTest {
    private static final String[] KEYS = {"first-key-4711", "second-key-4712", "third-key-4713"};

    private final LoopbackProvider server = new LoopbackProvider();
    private final ManualTime time = new ManualTime();
    private final List<Tideover> clients = new ArrayList<>();
    /** The keys that do not work, and how they are refused. */
    private final Map<String, Integer> refused = new ConcurrentHashMap<>();

    private final Map<String, AtomicInteger> used = new ConcurrentHashMap<>();

    @AfterEach
    void close() {
        clients.forEach(Tideover::close);
        server.close();
    }

    private Tideover open(Provider provider) {
        Tideover tideover = Tideover.builder()
                .provider(provider.name("main").model("small"))
                .time(time.time())
                .build();
        clients.add(tideover);
        return tideover;
    }

    private Provider chatCompletions() {
        return Provider.openAiCompatible(server.baseUrl());
    }

    private static String keyIn(LoopbackProvider.Asked asked) {
        for (String key : KEYS) {
            if (asked.head().contains(key)) {
                return key;
            }
        }
        throw new AssertionError("no key in " + asked.head());
    }

    /** A server that looks at the key. */
    private LoopbackProvider.Behaviour looksAtTheKey(LoopbackProvider.Behaviour otherwise) {
        return wire -> {
            String key = keyIn(wire.asked());
            used.computeIfAbsent(key, any -> new AtomicInteger()).incrementAndGet();
            Integer status = refused.get(key);
            return status == null
                    ? otherwise.answer(wire)
                    : wire.send(
                            status, "application/json", "{\"error\":{\"message\":\"Incorrect API key: " + key + "\"}}");
        };
    }

    private int used(String key) {
        AtomicInteger count = used.get(key);
        return count == null ? 0 : count.get();
    }

    /** An API, and where it has its key. */
    private enum Api {
        CHAT_COMPLETIONS("authorization: bearer ") {
            @Override
            Provider at(String root) {
                return Provider.openAiCompatible(root + "v1/");
            }

            @Override
            String answer() {
                return LoopbackProvider.completion("Hello");
            }
        },
        RESPONSES("authorization: bearer ") {
            @Override
            Provider at(String root) {
                return Provider.responsesCompatible(root + "v1/");
            }

            @Override
            String answer() {
                return "{\"id\":\"r1\",\"status\":\"completed\",\"model\":\"small\",\"output\":[{\"type\":\"message\","
                        + "\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hello\"}]}]}";
            }
        },
        MESSAGES("x-api-key: ") {
            @Override
            Provider at(String root) {
                return Provider.anthropicCompatible(root);
            }

            @Override
            String answer() {
                return "{\"id\":\"m1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"small\",\"stop_reason\":"
                        + "\"end_turn\",\"content\":[{\"type\":\"text\",\"text\":\"Hello\"}]}";
            }
        },
        GEMINI("x-goog-api-key: ") {
            @Override
            Provider at(String root) {
                return Provider.geminiCompatible(root + "v1beta/");
            }

            @Override
            String answer() {
                return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Hello\"}]},"
                        + "\"finishReason\":\"STOP\"}]}";
            }
        },
        AZURE("api-key: ") {
            @Override
            Provider at(String root) {
                return Provider.azureOpenAi(root, "small", "2024-10-21");
            }

            @Override
            String answer() {
                return LoopbackProvider.completion("Hello");
            }
        };

        private final String header;

        Api(String header) {
            this.header = header;
        }

        abstract Provider at(String root);

        abstract String answer();
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void everyDialectGoesOnWithTheNextKeyWhenOneIsRefused(Api api) {
        String root = server.baseUrl().replace("/v1/", "/");
        server.does(looksAtTheKey(wire -> wire.send(200, "application/json", api.answer())));
        refused.put(KEYS[0], 401);
        refused.put(KEYS[1], 402);
        Tideover tideover = open(api.at(root).apiKeys(KEYS));
        ChatReply reply = tideover.chat("Hi");
        assertThat(reply.text()).isEqualTo("Hello");
        assertThat(reply.attempts()).isEqualTo(3);
        assertThat(reply.keyNumber()).hasValue(3);
        assertThat(reply.skipped()).extracting(Failure::kind).containsExactly(FailureKind.AUTH, FailureKind.QUOTA);
        assertThat(reply.skipped())
                .extracting(failure -> failure.keyNumber().orElse(0))
                .containsExactly(1, 2);
        assertThat(reply.skipped().toString())
                .contains("(key 1 of 3)", "(key 2 of 3)")
                .doesNotContain(KEYS[0], KEYS[1], KEYS[2]);
        for (int i = 0; i < KEYS.length; i++) {
            assertThat(server.asked().get(i).head().toLowerCase(Locale.ROOT)).contains(api.header + KEYS[i] + "\r\n");
        }
        assertThat(tideover.chat("Hi").attempts())
                .as("the others rest from then on")
                .isEqualTo(1);
        assertThat(tideover.status().state().isOutage()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void everyFormOfCallGoesOnWithTheNextKey(Form form) throws Exception {
        server.does(looksAtTheKey(LoopbackProvider.says("Hello")));
        refused.put(KEYS[0], 401);
        Tideover tideover = open(chatCompletions().apiKeys(KEYS[0], KEYS[1]));
        assertThat(form.ask(tideover, "Hi").keyNumber()).hasValue(2);
        assertThat(server.asked()).hasSize(2);
    }

    @Test
    void whenAllAreRefusedTheCallEndsWithWhatAPersonMustDoAndNoKeyIsShown() {
        server.does(looksAtTheKey(LoopbackProvider.says("Hello")));
        for (String key : KEYS) {
            refused.put(key, 401);
        }
        Tideover tideover = open(chatCompletions().apiKeys(KEYS));
        assertThatThrownBy(() -> tideover.chat("Hi")).isInstanceOfSatisfying(AccountException.class, e -> {
            assertThat(e.attempts()).isEqualTo(3);
            assertThat(e.failures()).hasSize(3);
            assertThat(e.toString() + e.failures()).contains("(key 3 of 3)").doesNotContain(KEYS[0], KEYS[1], KEYS[2]);
        });
        assertThatThrownBy(() -> tideover.chat("Hi")).isInstanceOf(AccountException.class);
        assertThat(server.asked()).as("nothing is asked while all rest").hasSize(3);
        refused.clear();
        time.advance(Duration.ofSeconds(30));
        assertThat(tideover.chat("Hi").isLive()).isTrue();
    }

    @Test
    void aPlaceThatIsNotServedBurnsNoOtherKey() {
        server.does(
                LoopbackProvider.fails(
                        403,
                        "{\"error\":{\"code\":\"unsupported_country_region_territory\",\"message\":\"Country not supported\"}}"));
        Tideover tideover = open(chatCompletions().apiKeys(KEYS));
        assertThatThrownBy(() -> tideover.chat("Hi"))
                .isInstanceOfSatisfying(
                        AccountException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.FORBIDDEN));
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void aCrowdLosesNoCallWhileKeysFailAndRecover() throws Exception {
        int crowd = 200;
        server.does(looksAtTheKey(LoopbackProvider.says("Hello")));
        Tideover tideover = open(chatCompletions().apiKeys(KEYS).maxConcurrent(crowd));
        ExecutorService callers = Executors.newFixedThreadPool(crowd, task -> {
            Thread thread = new Thread(task, "caller");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Set<Integer> all = keysOf(callers, tideover, crowd, 5);
            assertThat(all).containsExactlyInAnyOrder(1, 2, 3);
            for (String key : KEYS) {
                assertThat(used(key)).as(key).isBetween(300, 367);
            }

            refused.put(KEYS[0], 401);
            assertThat(keysOf(callers, tideover, crowd, 3)).containsOnly(2, 3);
            int burnt = used(KEYS[0]);
            assertThat(keysOf(callers, tideover, crowd, 3)).containsExactlyInAnyOrder(2, 3);
            assertThat(used(KEYS[0])).as("a bad key rests").isEqualTo(burnt);

            refused.remove(KEYS[0]);
            refused.put(KEYS[1], 402);
            time.advance(Duration.ofSeconds(30));
            assertThat(keysOf(callers, tideover, crowd, 3)).containsExactlyInAnyOrder(1, 3);

            refused.put(KEYS[0], 401);
            refused.put(KEYS[2], 401);
            Map<FailureKind, AtomicInteger> ends = new ConcurrentHashMap<>();
            together(callers, crowd, () -> {
                try {
                    tideover.chat("Hi");
                    throw new AssertionError("answered without a good key");
                } catch (AccountException e) {
                    ends.computeIfAbsent(e.kind(), any -> new AtomicInteger()).incrementAndGet();
                }
            });
            assertThat(ends.values().stream().mapToInt(AtomicInteger::get).sum())
                    .isEqualTo(crowd);
            assertThat(tideover.status().state().isOutage()).isTrue();
            int asked = server.asked().size();
            assertThatThrownBy(() -> tideover.chat("Hi")).isInstanceOf(AccountException.class);
            assertThat(server.asked()).hasSize(asked);

            refused.clear();
            time.advance(Duration.ofMinutes(5));
            assertThat(keysOf(callers, tideover, crowd, 3)).containsExactlyInAnyOrder(1, 2, 3);
            assertThat(tideover.status().state().isOutage()).isFalse();
            Awaiting.until(() -> tideover.routes().get(0).underWay() == 0);
        } finally {
            callers.shutdownNow();
        }
    }

    /** Has everybody make calls at once, all of which must be answered; the numbers of the keys that answered. */
    private static Set<Integer> keysOf(ExecutorService callers, Tideover tideover, int crowd, int calls)
            throws Exception {
        Set<Integer> keys = ConcurrentHashMap.newKeySet();
        together(callers, crowd, () -> {
            for (int i = 0; i < calls; i++) {
                keys.add(tideover.chat("Hi").keyNumber().orElseThrow());
            }
        });
        return keys;
    }

    private static void together(ExecutorService callers, int crowd, Runnable task) throws Exception {
        CyclicBarrier start = new CyclicBarrier(crowd);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < crowd; i++) {
            all.add(callers.submit(() -> {
                start.await();
                task.run();
                return null;
            }));
        }
        for (Future<?> each : all) {
            each.get(60, TimeUnit.SECONDS);
        }
    }
}
