package io.github.tideover.testkit;

import static io.github.tideover.testkit.TideoverAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is good conduct and what is not: each rule broken by hand, and just kept. */
class ConductTest {
    private final ManualTime time = new ManualTime();
    private final OutageServer service = OutageServer.start(time);
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        service.close();
    }

    private CompletableFuture<Integer> askLater(String question, String key, String model) {
        return http.sendAsync(
                        HttpRequest.newBuilder(URI.create(service.baseUrl() + "chat/completions"))
                                .header("Authorization", "Bearer " + key)
                                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"" + model
                                        + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + question + "\"}]}"))
                                .build(),
                        BodyHandlers.ofString())
                .thenApply(answer -> answer.statusCode())
                .orTimeout(20, TimeUnit.SECONDS);
    }

    private void ask(String question) {
        askLater(question, "key", "model").join();
    }

    private void isBlamedFor(String... words) {
        var blame = assertThatThrownBy(() -> assertThat(service).wasTreatedWell())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("outage-server was not treated well");
        for (String word : words) {
            blame.hasMessageContaining(word);
        }
        blame.hasMessageNotContaining("my secret");
    }

    @Test
    void whoComesBackBeforeTheTimeKnocksEarly() {
        service.fails(Fault.OVERLOADED).asking(Duration.ofSeconds(20));
        ask("my secret");
        time.advance(Duration.ofMillis(19_990));
        ask("my secret");
        isBlamedFor("an early knock: #2 came 19990 ms after #1 had been asked to wait for PT20S");
    }

    @Test
    void complaintsCanBeReadWithoutAFailure() {
        service.fails(Fault.OVERLOADED).asking(Duration.ofSeconds(20));
        ask("A");
        assertThat(service.complaints(1)).isEmpty();
        ask("A");
        assertThat(service.complaints(1))
                .containsExactly("an early knock: #2 came 0 ms after #1 had been asked to wait for PT20S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.complaints(0))
                .withMessageContaining("not 0");
    }

    @Test
    void whoComesBackAtOnceKnocksEarlyThoughNoTimeHasPassed() {
        service.fails(Fault.OVERLOADED).asking(Duration.ofSeconds(20));
        ask("my secret");
        ask("my secret");
        isBlamedFor("an early knock: #2 came 0 ms after #1");
    }

    @Test
    void whoComesBackAtTheTimeIsWelcome() {
        service.fails(Fault.OVERLOADED).asking(Duration.ofSeconds(20));
        ask("A");
        time.advance(Duration.ofSeconds(20));
        ask("A");
        assertThat(service).wasTreatedWell().wasReturnedTo().wasAsked(2);
    }

    @Test
    void anotherQuestionThatCrossesTheRefusalIsNoKnockAndOneThatComesLaterIs() {
        service.fails(Fault.RATE_LIMITED).asking(Duration.ofSeconds(20));
        ask("A");
        time.advance(Duration.ofMillis(10));
        ask("B");
        assertThat(service).wasTreatedWell();
        time.advance(Duration.ofMillis(100));
        ask("my secret");
        isBlamedFor("#3 came 110 ms after #1");
    }

    @Test
    void anotherKeyAndAnotherModelNeedNotWait() {
        service.fails(Fault.RATE_LIMITED).asking(Duration.ofSeconds(20));
        ask("A");
        time.advance(Duration.ofSeconds(1));
        askLater("B", "another-key", "model").join();
        askLater("C", "key", "another-model").join();
        assertThat(service).wasTreatedWell();
    }

    @Test
    void aRequestThatWasUnderWayWhenTheOtherWasRefusedIsNoKnock() {
        service.fails(Fault.OVERLOADED).asking(Duration.ofSeconds(20)).after(Duration.ofSeconds(1));
        service.says("Hello").after(Duration.ofSeconds(2));
        CompletableFuture<Integer> first = askLater("A", "key", "model");
        service.awaitRequests(1);
        CompletableFuture<Integer> hedge = askLater("A", "key", "model");
        service.awaitRequests(2);
        time.advance(Duration.ofSeconds(2));
        first.join();
        hedge.join();
        assertThat(service).wasTreatedWell();
    }

    @Test
    void fiveAttemptsInThreeSecondsAreHammeringAndFourAreNot() {
        service.fails(Fault.SERVER_ERROR).times(5);
        for (int i = 0; i < 4; i++) {
            ask("my secret");
            time.advance(Duration.ofMillis(700));
        }
        assertThat(service).wasTreatedWell();
        ask("my secret");
        isBlamedFor("hammering: #1, #2, #3, #4, #5 asked the same within 2800 ms");
    }

    @Test
    void sevenAttemptsAreHammeringHoweverFarApartAndSixAreNot() {
        service.fails(Fault.SERVER_ERROR).everyTime();
        for (int i = 0; i < 6; i++) {
            ask("my secret");
            time.advance(Duration.ofSeconds(10));
        }
        assertThat(service).wasTreatedWell();
        ask("my secret");
        isBlamedFor("hammering: #1, #2, #3, #4, #5, #6, #7 asked the same; more than 6");
        assertThat(service).whereEachQuestionWasAsked(2).wasTreatedWell();
    }

    @Test
    void whatNoAttemptCanChangeIsNotTriedTwice() {
        service.fails(Fault.CONTENT_POLICY).times(2);
        ask("my secret");
        assertThat(service).wasTreatedWell();
        time.advance(Duration.ofSeconds(5));
        ask("my secret");
        isBlamedFor("a useless attempt: #1, #2", "CONTENT_POLICY");
    }

    @Test
    void twoWholeAnswersForOneQuestionAreOneTooMany() {
        ask("A");
        ask("B");
        assertThat(service).wasTreatedWell();
        askLater("A", "key", "another-model").join();
        isBlamedFor("a completion paid for twice: #1, #3");
        assertThat(service).whereEachQuestionWasAsked(2).wasTreatedWell();
    }

    @Test
    void aProviderThatIsWellAgainIsAskedAgain() {
        service.plays(Timeline.named("short")
                .phase("dark", Duration.ofMinutes(1), Weather.all(Behaviour.fails(Fault.OVERLOADED))));
        ask("A");
        time.advance(Duration.ofSeconds(89));
        assertThat(service).wasTreatedWell();
        assertThatThrownBy(() -> assertThat(service).wasReturnedTo()).hasMessageContaining("was not returned to");
        time.advance(Duration.ofSeconds(1));
        isBlamedFor("no return: it has been well again for PT30S");
        ask("A");
        assertThat(service).wasTreatedWell().wasReturnedTo();
    }

    @Test
    void howOftenItWasAskedIsToldWithWhatItWasAsked() {
        ask("my secret");
        assertThatThrownBy(() -> assertThat(service).wasAsked(2))
                .hasMessageContaining("was to be asked 2 times and was asked 1 times")
                .hasMessageContaining("#1 at 0 ms, CHAT_COMPLETIONS of model: ANSWERED")
                .hasMessageNotContaining("my secret");
    }
}
