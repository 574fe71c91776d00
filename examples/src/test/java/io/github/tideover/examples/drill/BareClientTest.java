package io.github.tideover.examples.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.examples.drill.DrilledClient.Answer;
import io.github.tideover.testkit.Fault;
import io.github.tideover.testkit.OutageServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BareClientTest {
    private final OutageServer service = OutageServer.start();
    private final BareClient client = new BareClient(service.baseUrl());

    @AfterEach
    void close() {
        client.close();
        service.close();
    }

    private Answer ask() {
        return client.ask("Is anybody there?").join();
    }

    @Test
    void itShowsTheAnswer() {
        assertThat(ask()).isEqualTo(new Answer(Outcome.LIVE, OutageServer.HEALTHY_ANSWER, 1, ""));
    }

    @Test
    void itTriesAgainAfterAnErrorARateLimitAndALostConnection() {
        service.hangsUp(); // the first, for OkHttp itself tries again when a connection is lost that it has used before
        service.fails(Fault.SERVER_ERROR);
        service.fails(Fault.RATE_LIMITED);
        assertThat(ask()).isEqualTo(new Answer(Outcome.LIVE, OutageServer.HEALTHY_ANSWER, 4, ""));
    }

    @Test
    void itGivesUpAfterFourAttempts() {
        service.servesTheProxyErrorPage().everyTime();
        assertThat(ask()).isEqualTo(Answer.failed(4, "HTTP 502"));
        assertThat(service.requests()).hasSize(4);
    }

    @Test
    void whatIsRefusedOrUnreadableIsAnErrorAtOnce() {
        service.fails(Fault.UNAUTHORIZED);
        assertThat(ask()).isEqualTo(Answer.failed(1, "HTTP 401"));
        service.answersWith(200, "text/html", "<html></html>");
        assertThat(ask()).isEqualTo(Answer.failed(1, "a reply that is no JSON"));
        service.answersWith(200, "application/json", "{\"choices\":[]}");
        assertThat(ask()).isEqualTo(Answer.failed(1, "no text in the reply"));
    }

    @Test
    void aReplyThatIsCutIsNotShown() {
        service.cutsTheStreamAfter(20).tokens();
        assertThat(ask().attempts()).isEqualTo(2);
    }
}
