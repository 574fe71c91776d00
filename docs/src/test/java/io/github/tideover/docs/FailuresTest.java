package io.github.tideover.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.AccountException;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.RateLimitedException;
import io.github.tideover.failure.RequestRejectedException;
import java.time.Duration;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The listings in docs/failures.md. */
class FailuresTest {
    private final Loopback server = new Loopback();

    @AfterEach
    void close() {
        server.close();
    }

    private Tideover.Builder client() {
        return Tideover.builder()
                .provider(server.provider("main"))
                .timeout(Duration.ofSeconds(20))
                .retryPolicy(RetryPolicy.never());
    }

    private String shownFor(MockResponse answer) {
        server.answers(answer);
        try (Tideover tideover = client().build()) {
            return shown(tideover, "What is a tide?");
        }
    }

    private static String shown(Tideover tideover, String question) {
        // region: catch
        try {
            return tideover.chat(question).text();
        } catch (RequestRejectedException e) {
            return e.kind() == FailureKind.CONTEXT_LENGTH
                    ? "This conversation has become too long. Please start a new one."
                    : "I can't answer that.";
        } catch (RateLimitedException e) {
            return e.retryAt().map(at -> "Please ask again after " + at + ".").orElse("Please ask again later.");
        } catch (AccountException e) {
            System.err.println(e.getMessage()); // for the people who hold the key: a retry will not help
            return "The assistant is not available.";
        } catch (ChatException e) { // unavailable, too late, or more to come in a later version
            return "The assistant is not available right now.";
        }
        // end
    }

    @Test
    void eachExceptionIsSomethingTheCallerCanDo() {
        assertThat(shownFor(Loopback.says("The sea."))).isEqualTo("The sea.");
        assertThat(shownFor(Loopback.fails(400, "context_length_exceeded"))).startsWith("This conversation");
        assertThat(shownFor(Loopback.fails(400, "content_filter"))).isEqualTo("I can't answer that.");
        MockResponse later = Loopback.fails(429, "rate_limit_exceeded")
                .newBuilder()
                .setHeader("Retry-After", "600")
                .build();
        assertThat(shownFor(later)).startsWith("Please ask again after 20");
        assertThat(shownFor(Loopback.fails(401))).isEqualTo("The assistant is not available.");
        assertThat(shownFor(Loopback.fails(503))).isEqualTo("The assistant is not available right now.");
    }

    @Test
    void wordsOfTheApplicationsOwnCanHideARejectedKey() {
        server.answers(Loopback.fails(401, "invalid_api_key"));
        try (Tideover tideover = client().lastResort("Later.").build()) {
            String said = Printed.by(() -> {
                // region: skipped
                ChatReply reply = tideover.chat("What is a tide?");
                if (reply.origin() == Origin.CANNED) {
                    reply.skipped().stream()
                            .filter(failure ->
                                    failure.kind() == FailureKind.AUTH || failure.kind() == FailureKind.QUOTA)
                            .forEach(failure -> System.out.println("a person must act: " + failure));
                }
                // end
            });
            assertThat(said).contains("a person must act: main/small-model: AUTH: HTTP 401");
        }
    }
}
