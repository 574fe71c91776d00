package io.github.tideover.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.ReplyStream;
import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.failure.ChatException;
import io.github.tideover.provider.Provider;
import io.github.tideover.testkit.ManualTime;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import mockwebserver3.MockResponse;
import okhttp3.Dns;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The table of trouble in README.md, row by row, over HTTP: how many requests go out, and what the caller gets. */
class TroubleTest {
    private static final String HEADING = "What happens in which kind of trouble";

    /** Short waits; the number of attempts is the usual one. */
    private static final RetryPolicy QUICK = RetryPolicy.builder()
            .firstDelay(Duration.ofMillis(1))
            .overloadDelay(Duration.ofMillis(1))
            .build();

    private static final Consumer<Tideover> CALL = tideover -> tideover.chat("What is a tide?");
    private static final Consumer<Tideover> STREAM = tideover -> {
        try (ReplyStream stream = tideover.stream("What is a tide?")) {
            stream.reply();
        }
    };

    /** Stands still while a circuit is open, so that no probe is due however slow this machine is. */
    private static final ManualTime TIME = new ManualTime();

    private record Trouble(
            MockResponse answer, Consumer<Tideover> use, Function<Tideover.Builder, Tideover.Builder> with) {
        Trouble(MockResponse answer) {
            this(answer, CALL, client -> client);
        }

        Trouble(MockResponse answer, Consumer<Tideover> use) {
            this(answer, use, client -> client);
        }
    }

    private static final Map<String, Trouble> TROUBLES = new HashMap<>();

    static {
        TROUBLES.put("An error at the provider (HTTP 500, 502, 504, ...)", new Trouble(Loopback.fails(500)));
        TROUBLES.put("Overloaded (HTTP 503, 529)", new Trouble(Loopback.fails(529)));
        TROUBLES.put(
                "Rate limit, \"come back in a second\"",
                new Trouble(after(Loopback.fails(429, "rate_limit_exceeded"), "0.2"))); // a short second
        TROUBLES.put(
                "Rate limit, \"come back in ten minutes\"",
                new Trouble(after(Loopback.fails(429, "rate_limit_exceeded"), "600")));
        TROUBLES.put("Out of credit", new Trouble(Loopback.fails(429, "insufficient_quota")));
        TROUBLES.put("Bad key", new Trouble(Loopback.fails(401, "invalid_api_key")));
        TROUBLES.put(
                "Silent: the request is taken and nothing comes",
                new Trouble(Loopback.silence(), CALL, client -> client.attemptTimeout(Duration.ofSeconds(1))));
        TROUBLES.put("A stream cut before its first word", new Trouble(Loopback.streams(false), STREAM));
        TROUBLES.put("A stream cut after its first word", new Trouble(Loopback.streams(false, "The sea"), STREAM));
        TROUBLES.put("HTML, broken JSON or nothing, with HTTP 200", new Trouble(Loopback.json("<html>Hello</html>")));
        TROUBLES.put("The conversation is too long", new Trouble(Loopback.fails(400, "context_length_exceeded")));
        TROUBLES.put(
                "Refused, or stopped, by the content policy", new Trouble(Loopback.says("The s", "content_filter")));
        TROUBLES.put("The request is invalid (HTTP 400, 422)", new Trouble(Loopback.fails(400)));
        TROUBLES.put("The model does not exist", new Trouble(Loopback.fails(404, "model_not_found")));
        TROUBLES.put(
                "The provider's name does not resolve, or this machine is offline",
                new Trouble(Loopback.says("unheard"), CALL, TroubleTest::withoutNames));
        TROUBLES.put(
                "An outage, and the circuit is open",
                new Trouble(
                        Loopback.fails(500),
                        CALL,
                        client -> client.retryPolicy(RetryPolicy.never()).time(TIME.time())));
    }

    private static MockResponse after(MockResponse answer, String seconds) {
        return answer.newBuilder().setHeader("Retry-After", seconds).build();
    }

    private static Tideover.Builder withoutNames(Tideover.Builder client) {
        OkHttpClient http = new OkHttpClient.Builder()
                .dns(name -> {
                    if (name.equals("chat.example.com")) {
                        throw new UnknownHostException(name);
                    }
                    return Dns.SYSTEM.lookup(name);
                })
                .build();
        return client.provider(Provider.openAiCompatible("https://chat.example.com/v1/")
                        .model("small-model"))
                .httpClient(http);
    }

    @TestFactory
    List<DynamicTest> everyRowIsTrue() {
        List<List<String>> rows = Pages.rows(Pages.page("README.md"), HEADING);
        assertThat(rows.stream().map(row -> row.get(0)))
                .as("rows, each with its trouble here")
                .containsExactlyInAnyOrderElementsOf(TROUBLES.keySet());
        return rows.stream()
                .map(row -> DynamicTest.dynamicTest(row.get(0), () -> holds(row)))
                .toList();
    }

    private static void holds(List<String> row) {
        Trouble trouble = TROUBLES.get(row.get(0));
        String alone = row.get(3);
        try (Loopback server = new Loopback().answers(trouble.answer());
                Tideover tideover = trouble.with()
                        .apply(Tideover.builder()
                                .provider(server.provider("main"))
                                .retryPolicy(QUICK))
                        .build()) {
            int before = row.get(0).contains("circuit is open") ? opened(tideover, server) : 0;
            ChatException problem = problemOf(trouble, tideover);
            assertThat(server.requests() - before).as("requests").isEqualTo(Integer.parseInt(row.get(1)));
            assertThat(alone).contains("`" + problem.getClass().getSimpleName() + "`");
        }
        boolean alternateAnswers = answersWithAnAlternate(trouble);
        assertThat(row.get(2).startsWith("the alternate"))
                .as("the alternate answers")
                .isEqualTo(alternateAnswers);
        boolean both = alone.contains("\\*");
        assertThat(answersFromBelow(trouble, client -> client.lastResort("Later.")))
                .as("the last resort answers")
                .isEqualTo(both || alone.contains("last resort"));
        if (!row.get(1).equals("0")) {
            assertThat(answersFromBelow(trouble, client -> client.replyCache(ReplyCache.inMemory(10))))
                    .as("the cache answers")
                    .isEqualTo(both);
        }
    }

    /** Calls until the circuit opens: seven failures in a row, and two seconds without a success. */
    private static int opened(Tideover tideover, Loopback server) {
        while (tideover.health().routes().get(0).openUntil().isEmpty()) {
            TIME.advance(Duration.ofMillis(500));
            problemOf(new Trouble(Loopback.fails(500)), tideover);
        }
        return server.requests();
    }

    private static ChatException problemOf(Trouble trouble, Tideover tideover) {
        try {
            trouble.use().accept(tideover);
        } catch (ChatException e) {
            return e;
        }
        throw new AssertionError("it was answered");
    }

    /** Whether a call in this trouble is answered by what stands below the providers. */
    private static boolean answersFromBelow(Trouble trouble, Function<Tideover.Builder, Tideover.Builder> below) {
        try (Loopback server = new Loopback()) {
            Tideover.Builder client =
                    Tideover.builder().provider(server.provider("main")).retryPolicy(QUICK);
            // They share what there is to remember. The limits of a trouble are for the call that meets it.
            try (Tideover before = below.apply(client).build();
                    Tideover tideover =
                            trouble.with().apply(before.newBuilder()).build()) {
                if (tideover.status().routes().get(0).name().startsWith("main/")) {
                    before.chat("What is a tide?");
                }
                server.answers(trouble.answer());
                trouble.use().accept(tideover);
                return true;
            } catch (ChatException e) {
                return false;
            }
        }
    }

    private static boolean answersWithAnAlternate(Trouble trouble) {
        MockResponse good = trouble.use() == STREAM ? Loopback.streams(true, "Fine.") : Loopback.says("Fine.");
        try (Loopback server = new Loopback().answers(trouble.answer());
                Loopback spare = new Loopback().answers(good)) {
            Tideover.Builder client = Tideover.builder()
                    .provider(server.provider("main"))
                    .alternate(spare.provider("spare"))
                    .retryPolicy(QUICK);
            try (Tideover tideover = trouble.with().apply(client).build()) {
                trouble.use().accept(tideover);
                return true;
            } catch (ChatException e) {
                return false;
            }
        }
    }
}
