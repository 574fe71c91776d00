package io.github.tideover.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chat to play with, in lines. */
class PlayTest {
    @BeforeAll
    static void takeAFirstReceipt(@TempDir Path folder) {
        FirstReceipt.take(folder);
    }

    private final ChatAtHand chat = ChatAtHand.lines();

    @AfterEach
    void close() throws Exception {
        chat.close();
    }

    private void asks(String line) {
        chat.type(line + "\n");
        chat.awaits(" you> " + line);
    }

    @Test
    void anOutageIsMadeSurvivedAndMended() throws Exception {
        chat.runs(Map.of(), "--play").awaits("/help has the rest.");
        asks("Where is my order?");
        chat.awaits("arrives on Thursday.  ["); // by whom depends on how busy this machine is
        asks("/break overloaded");
        chat.awaits("The provider main: Every request is refused: the engine is overloaded");
        asks("Can I send it back?");
        chat.awaits("we pay for the parcel.  [alternate: spare/small, ");
        asks("/break proxy-page spare");
        chat.awaits("The provider spare: A proxy answers instead");
        asks("Where is my order?");
        chat.awaits("arrives on Thursday.  [cached: ");
        asks("where is my order please");
        chat.awaits("arrives on Thursday.  [similar: \"Where is my order?\", ");
        asks("Do you ship abroad?");
        chat.awaits("answered here as soon as somebody can.  [kept for later: number 1, ");
        asks("/queue");
        chat.awaits("WAITING for ").awaits(": Do you ship abroad?");
        asks("/status");
        chat.awaits("State  ")
                .awaits(" since ")
                .awaits("Told   ")
                .awaits("Routes main/large ")
                .awaits("in the last minute");
        chat.awaits("       spare/small ");
        asks("/report");
        chat.awaits("It is not over. The report so far:").awaits("# ");
        asks("/repair");
        chat.awaits("Both providers are mended.");
        chat.awaits("Answered later, by ")
                .awaits(": Do you ship abroad?")
                .awaits("To all of Europe, in three to five days.");
        chat.close();
        assertThat(chat.ended())
                .contains("1 cached, 0 canned, 0 failed;", "         1 similar, 1 queued;")
                .doesNotContain("\u001b");
    }

    @Test
    void aCommandThatMakesNoSenseGetsASentenceWithWhatWouldHaveWorked() throws Exception {
        chat.runs(Map.of(), "--play").awaits("/help has the rest.");
        asks("/brake silent");
        chat.awaits("There is no /brake. There is /status, /break, /repair, /report, /queue, /help, /quit;");
        asks("/break");
        chat.awaits("/break needs a way: overloaded, ").awaits("For example: /break silent, /break overloaded both.");
        asks("/break gently");
        chat.awaits("There is no way called gently. ").awaits("overloaded, ");
        asks("/break silent backup");
        chat.awaits("After the way comes nothing, spare or both, not backup. Ways: overloaded, ");
        asks("/status now");
        chat.awaits("/status stands alone, without now.");
        asks("/report");
        chat.awaits("There was no outage, so there is no report.");
        asks("/queue");
        chat.awaits("Nothing waits for an answer.");
        asks("/help");
        chat.awaits("/status  how the service is").awaits("/quit ");
        asks("/quit");
        assertThat(chat.ended()).contains("Summary: 0 calls");
    }

    @Test
    void whatStillWaitsAtTheEndIsTold() throws Exception {
        chat.runs(Map.of(), "--play").awaits("/help has the rest.");
        asks("/break unreachable both");
        asks("Where is my order?");
        chat.awaits("[kept for later");
        chat.close();
        assertThat(chat.ended()).contains("What still waits for an answer goes with this chat: 1.");
    }
}
