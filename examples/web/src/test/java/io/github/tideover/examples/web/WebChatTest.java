package io.github.tideover.examples.web;

import static io.github.tideover.examples.web.Visitor.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.Origin;
import io.github.tideover.examples.embedded.Breakage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a page is told in an outage, over HTTP. */
class WebChatTest {
    private WebChat chat;
    private Visitor ada;
    private Breakable main;
    private Breakable backup;

    @BeforeAll
    static void takeAFirstReceipt() throws IOException {
        FirstReceipt.take();
    }

    @BeforeEach
    void open() throws IOException {
        chat = WebChat.start(new Options(false, 0, Optional.empty()));
        main = chat.breakables().get(0);
        backup = chat.breakables().get(1);
        ada = Visitor.at(chat);
    }

    @AfterEach
    void close() {
        ada.close();
        chat.close();
    }

    private JsonNode answer(String question, long number) {
        assertThat(ada.say(question).statusCode()).isEqualTo(200);
        return ada.awaitTurn(number, Turn.State.ANSWERED);
    }

    private static Origin origin(JsonNode turn) {
        return Origin.valueOf(turn.path("origin").asString());
    }

    @Test
    void anAnswerComesInPiecesThatMakeTheWhole() {
        JsonNode greeting = ada.await("snapshot");
        assertThat(greeting.path("turns")).isEmpty();
        assertThat(greeting.path("title").asString()).isEqualTo(Shop.NAME);
        ada.say("Where is my order?");
        ada.awaitTurn(1, Turn.State.ASKED);
        StringBuilder text = new StringBuilder();
        String whole = Shop.answer("Where is my order?");
        while (text.length() < whole.length()) {
            JsonNode piece = ada.await("piece");
            assertThat(piece.path("at").asInt()).isEqualTo(text.length());
            text.append(piece.path("text").asString());
        }
        JsonNode turn = ada.awaitTurn(1, Turn.State.ANSWERED);
        assertThat(turn.path("text").asString()).isEqualTo(whole).isEqualTo(text.toString());
        assertThat(origin(turn)).isEqualTo(Origin.LIVE);
        assertThat(turn.path("provider").asString()).isEqualTo("Harbour");
    }

    @Test
    void aReloadKeepsTheConversationAndAnotherBrowserSeesNothingOfIt() {
        answer("Where is my order?", 1);
        try (Visitor again = ada.another();
                Visitor bob = Visitor.at(chat)) {
            assertThat(again.await("snapshot")
                            .path("turns")
                            .path(0)
                            .path("text")
                            .asString())
                    .isEqualTo(Shop.answer("Where is my order?"));
            assertThat(bob.await("snapshot").path("turns")).isEmpty();
            ada.say("When do you open?");
            again.awaitTurn(2, Turn.State.ANSWERED);
            bob.say("How can I pay?");
            assertThat(bob.await("turn").path("question").asString()).isEqualTo("How can I pay?");
        }
    }

    @Test
    void inAnOutageTheLadderIsClimbedAndEachAnswerSaysWhereItComesFrom() {
        answer("Where is my order?", 1);
        main.breaks(Breakage.OVERLOADED);
        JsonNode spare = answer("When do you open?", 2);
        assertThat(origin(spare)).isEqualTo(Origin.ALTERNATE);
        assertThat(spare.path("provider").asString()).isEqualTo("Lighthouse");

        backup.breaks(Breakage.UNREACHABLE);
        JsonNode kept = answer("Where is my order?", 3);
        assertThat(origin(kept)).isEqualTo(Origin.CACHED);
        assertThat(kept.path("givenAt").asLong())
                .isLessThan(kept.path("askedAt").asLong());
        JsonNode similar = answer("So where is my order?", 4);
        assertThat(origin(similar)).isEqualTo(Origin.SIMILAR);
        assertThat(similar.path("similarTo").asString()).isEqualTo("Where is my order?");
    }

    @Test
    void whatNobodyCanAnswerWaitsVisiblyAndIsAnsweredInItsPlace() {
        main.breaks(Breakage.OVERLOADED);
        backup.breaks(Breakage.OVERLOADED);
        ada.say("Do you repair old lamps?");
        assertThat(origin(ada.awaitTurn(1, Turn.State.QUEUED))).isEqualTo(Origin.QUEUED);
        JsonNode queue = ada.await("queue", line -> !line.isEmpty());
        assertThat(queue.path(0).path("position").asInt()).isEqualTo(1);
        ada.say("How can I pay?");
        ada.awaitTurn(2, Turn.State.QUEUED);
        assertThat(ada.await("queue", line -> line.size() == 2)
                        .path(1)
                        .path("position")
                        .asInt())
                .isEqualTo(2);

        main.mends();
        JsonNode first = ada.awaitTurn(1, Turn.State.ANSWERED);
        assertThat(first.path("later").asBoolean()).isTrue();
        assertThat(first.path("text").asString()).isEqualTo(Shop.answer("Do you repair old lamps?"));
        ada.awaitTurn(2, Turn.State.ANSWERED);
        ada.await("queue", JsonNode::isEmpty);
    }

    @Test
    void aQuestionThatWaitsCanBeTakenBackAndIsNotSent() {
        main.breaks(Breakage.OVERLOADED);
        backup.breaks(Breakage.OVERLOADED);
        ada.say("Do you repair old lamps?");
        ada.awaitTurn(1, Turn.State.QUEUED);
        assertThat(ada.post("api/withdraw", "{\"turn\": 1}").statusCode()).isEqualTo(200);
        ada.awaitTurn(1, Turn.State.WITHDRAWN);
        ada.await("queue", JsonNode::isEmpty);
        assertThat(ada.post("api/withdraw", "{\"turn\": 1}").statusCode()).isEqualTo(409);
        assertThat(error(ada.post("api/withdraw", "{\"turn\": 7}")))
                .isEqualTo("There is no such question in this conversation.");
    }

    @Test
    void anAnswerThatBreaksOffIsTakenBackBeforeAnotherBegins() {
        main.breaks(Breakage.CUT_OFF);
        ada.say("Where is my order?");
        assertThat(ada.await("piece").path("at").asInt()).isZero();
        JsonNode restarted = ada.await("turn", turn -> turn.path("restarted").asBoolean());
        assertThat(restarted.path("text").asString()).isEmpty();
        assertThat(restarted.path("state").asString()).isEqualTo("ASKED"); // so that it is shown that another one comes
        assertThat(ada.await("piece").path("at").asInt()).isZero();
        JsonNode turn = ada.awaitTurn(1, Turn.State.ANSWERED);
        assertThat(turn.path("text").asString()).isEqualTo(Shop.answer("Where is my order?"));
        assertThat(origin(turn)).isEqualTo(Origin.ALTERNATE);
    }

    @Test
    void anAnswerThatNobodyCanFinishSaysSoAndKeepsWhatCame() {
        main.breaks(Breakage.CUT_OFF);
        backup.breaks(Breakage.CUT_OFF);
        ada.say("Where is my order?");
        JsonNode turn = ada.awaitTurn(1, Turn.State.BROKEN);
        assertThat(turn.path("text").asString()).isEqualTo("Your order left us ");
        assertThat(turn.path("sentence").asString()).contains("broke off");
    }

    @Test
    void aStoppedAnswerIsBrokenOffAtItsProvider() {
        main.breaks(Breakage.DRIPPING);
        ada.say("Where is my order?");
        ada.await("piece");
        assertThat(error(ada.say("And where is the other one?"))).contains("still being written");
        assertThat(ada.post("api/stop", "{}").statusCode()).isEqualTo(200);
        JsonNode turn = ada.awaitTurn(1, Turn.State.STOPPED);
        assertThat(turn.path("text").asString()).startsWith("Your");
        main.awaitQuiet();
        assertThat(ada.post("api/stop", "{}").statusCode()).isEqualTo(200); // nothing to stop is no mistake
    }

    @Test
    void aNewChatLeavesTheOldOneBehind() {
        answer("Where is my order?", 1);
        String room = ada.another().await("snapshot").path("room").asString();
        assertThat(ada.post("api/new", "{}").statusCode()).isEqualTo(200);
        ada.await("end");
        try (Visitor fresh = ada.another()) {
            JsonNode greeting = fresh.await("snapshot");
            assertThat(greeting.path("turns")).isEmpty();
            assertThat(greeting.path("room").asString()).isNotEqualTo(room);
        }
    }

    @Test
    void theStatusIsToldInTheLanguageOfTheBrowser() {
        ada.reads("de-CH, en;q=0.5");
        assertThat(ada.await("snapshot").path("status").path("headline").asString())
                .isEqualTo("Der Assistent arbeitet normal.");
        main.breaks(Breakage.OVERLOADED);
        backup.breaks(Breakage.OVERLOADED);
        ada.say("Where is my order?");
        JsonNode status =
                ada.await("status", told -> !told.path("state").asString().equals("OPERATIONAL"));
        assertThat(status.path("headline").asString()).startsWith("Der Assistent");
        assertThat(status.path("detail").asString()).contains("Harbour");
        assertThat(status.path("language").asString()).isEqualTo("de-CH");
        assertThat(status.path("since").asLong()).isPositive();
    }

    @Test
    void markupStaysWhatItIs() {
        String markup = "<img src=x onerror=alert(1)> & \"quotes\" </script>";
        ada.say(markup);
        assertThat(ada.await("turn").path("question").asString()).isEqualTo(markup);
        HttpResponse<String> page = ada.get("");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'")
                .contains("script-src 'self'")
                .doesNotContain("unsafe");
    }

    @Test
    void aPageThatIsFarBehindBeginsAnew() throws Exception {
        Feed feed = new Feed(Locale.ENGLISH);
        for (int i = 0; i < 1_001; i++) {
            feed.tell("piece", i);
        }
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        feed.sendTo(page); // returns, since it is over
        assertThat(page.toString(StandardCharsets.UTF_8)).isEmpty();
    }
}
