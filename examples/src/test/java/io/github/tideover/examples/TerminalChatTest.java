package io.github.tideover.examples;

import static io.github.tideover.examples.ChatAtHand.ALT_ENTER;
import static io.github.tideover.examples.ChatAtHand.CTRL_C;
import static io.github.tideover.examples.ChatAtHand.CTRL_D;
import static io.github.tideover.examples.ChatAtHand.ENTER;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.Tideover;
import io.github.tideover.chat.Origin;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.testkit.ManualTime;
import io.github.tideover.testkit.OutageServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal.Signal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What keys do, and what stands on the screen, in a terminal made of two pipes. */
class TerminalChatTest {
    private static final Map<String, String> NO_COLOR = Map.of("NO_COLOR", "1");

    private final OutageServer service = OutageServer.start();
    private final ChatAtHand chat = ChatAtHand.terminal();

    @AfterEach
    void close() throws Exception {
        chat.close();
        service.close();
    }

    private ChatAtHand starts(Map<String, String> environment, String... more) {
        String[] args = new String[4 + more.length];
        System.arraycopy(new String[] {"--base-url", service.baseUrl(), "--model", "small"}, 0, args, 0, 4);
        System.arraycopy(more, 0, args, 4, more.length);
        return chat.runs(environment, args).awaits(TerminalScreen.PROMPT);
    }

    private List<String> asked() {
        return service.requests().stream().map(request -> request.body()).toList();
    }

    @Test
    void aQuestionIsAnsweredAndCtrlDEnds() {
        service.says("Hello there");
        starts(NO_COLOR);
        chat.type("Hi" + ENTER);
        chat.awaits("  bot> Hello there  [live: 127.0.0.1:").awaits(TerminalScreen.PROMPT);
        chat.type(CTRL_D);
        assertThat(chat.ended()).contains("Summary: 1 call: 1 live,");
    }

    @Test
    void ctrlCStopsTheAnswerAndNotTheChat() {
        service.goesSilent();
        service.says("Now I can hear you");
        starts(NO_COLOR);
        chat.type("Hi" + ENTER);
        service.awaitRequests(1);
        chat.awaits("  bot>");
        chat.type(CTRL_C);
        chat.awaits("(stopped)").awaits("an empty line asks it again").awaits(TerminalScreen.PROMPT);
        service.awaitQuiet(); // it has hung up
        chat.type(ENTER);
        chat.awaits(" you> Hi").awaits("Now I can hear you").awaits(TerminalScreen.PROMPT);
        chat.type(CTRL_D);
        assertThat(chat.ended()).contains("Summary: 2 calls: 1 live, ", "         1 stopped;");
    }

    @Test
    void ctrlCAtThePromptClearsTheLineAndASecondOneEnds() {
        service.says("Just hi?");
        starts(NO_COLOR);
        chat.type("Nevermi");
        chat.awaits("Nevermi");
        chat.type(CTRL_C);
        chat.awaits("Ctrl-C once more, or Ctrl-D, ends it.").awaits(TerminalScreen.PROMPT);
        chat.type("Andthis");
        chat.awaits("Andthis");
        chat.type(CTRL_C);
        chat.awaits("Ctrl-C once more, or Ctrl-D, ends it.").awaits(TerminalScreen.PROMPT);
        chat.type("Hi" + ENTER);
        chat.awaits("Just hi?").awaits(TerminalScreen.PROMPT);
        assertThat(asked()).singleElement().asString().contains("\"Hi\"");
        chat.type(CTRL_C);
        chat.awaits("Ctrl-C once more").awaits(TerminalScreen.PROMPT);
        chat.type(CTRL_C);
        chat.ended();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\" + ENTER, ALT_ENTER})
    void aQuestionMayHaveSeveralLines(String next) {
        service.says("Two lines");
        starts(NO_COLOR);
        chat.type("one" + next + "don't \"two\"! \\n" + ENTER);
        chat.awaits("Two lines").awaits(TerminalScreen.PROMPT);
        assertThat(asked()).singleElement().asString().contains("\"one\\ndon't \\\"two\\\"! \\\\n\"");
        chat.type(CTRL_D);
        chat.ended();
    }

    @Test
    void whatIsToldMeanwhileGoesAboveTheLineThatIsTyped() {
        LineReaderImpl reader = reader();
        TerminalScreen screen = new TerminalScreen(reader, false, new Tally(), new ManualTime().scheduler());
        TypedPrompts prompts = new TypedPrompts(reader, screen);
        CompletableFuture<Optional<String>> line = CompletableFuture.supplyAsync(prompts::next);
        chat.type("Half a ques");
        chat.awaits("ques");
        screen.story("The provider is down.", Screen.Tone.BAD);
        chat.awaits("The provider is down.").awaits("Half a ques");
        chat.type("tion" + ENTER);
        assertThat(line.join()).contains("Half a question");
    }

    private LineReaderImpl reader() {
        try {
            return TypedPrompts.reader(chat.asTerminal(), Optional.empty());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aSpinnerTurnsUntilTheFirstWordAndCountsTheSeconds() {
        ManualTime time = new ManualTime();
        TerminalScreen screen = new TerminalScreen(reader(), false, new Tally(), time.scheduler());
        screen.asked("", "Hi");
        assertThat(chat.soFar()).endsWith("  bot>");
        time.advance(Duration.ofMillis(500));
        chat.awaits("  bot> ⠋");
        time.advance(Duration.ofMillis(100));
        chat.awaits("  bot> ⠙");
        time.advance(Duration.ofMillis(500));
        chat.awaits(" 1 s");
        screen.piece("Hello ");
        String before = chat.soFar();
        time.advance(Duration.ofSeconds(5));
        assertThat(chat.soFar()).isEqualTo(before).endsWith("\u001b[K Hello");
        screen.answered(Origin.LIVE, "[live]");
        assertThat(chat.soFar()).endsWith(" Hello  [live]\r\n");
    }

    @Test
    void anAnswerThatBeginsAnewTakesTheOldOneAway() {
        service.cutsTheStreamAfter(3).tokens().saying("This will break off, and soon.");
        service.says("This is whole.");
        starts(NO_COLOR);
        chat.type("Hi" + ENTER);
        chat.awaits("This will").awaits("\r\u001b[2K  bot> (the answer broke off (CUT), and begins anew)");
        chat.awaits("This is whole.  [live: ").awaits(TerminalScreen.PROMPT);
        chat.type(CTRL_D);
        chat.ended();
    }

    @Test
    void anAnswerOfSeveralLinesIsTakenAwayLineByLine() {
        TerminalScreen screen = new TerminalScreen(reader(), false, new Tally(), new ManualTime().scheduler());
        screen.asked("", "Hi");
        screen.piece("one\ntwo\nthree ");
        screen.restarted(FailureKind.CUT);
        assertThat(chat.soFar()).contains("\r\u001b[2K\u001b[A\r\u001b[2K\u001b[A\r\u001b[2K  bot>");
        screen.piece("line\n".repeat(40));
        screen.restarted(FailureKind.CUT);
        assertThat(chat.soFar()).contains("...\r\n       (the answer broke off (CUT), and begins anew)");
    }

    @Test
    void answersWrapAtTheWidthThatTheTerminalHasNow() {
        TerminalScreen screen = new TerminalScreen(reader(), false, new Tally(), new ManualTime().scheduler());
        chat.asTerminal().setSize(Size.of(30, 24));
        chat.asTerminal().raise(Signal.WINCH);
        screen.asked("", "Hi");
        screen.piece("These are words that do not fit");
        screen.answered(Origin.LIVE, "[live]");
        assertThat(chat.soFar()).endsWith("  bot> These are words that do\r\n       not fit  [live]\r\n");
        screen.note("A notice that does not fit into thirty columns");
        assertThat(chat.soFar()).endsWith("A notice that does not fit\r\n       into thirty columns\r\n");
    }

    @Test
    void coloursComeUnlessTheyAreRefused() {
        service.says("Green");
        starts(Map.of());
        chat.type("Hi" + ENTER);
        chat.awaits("Green\u001b[32m  [live: ").awaits(TerminalScreen.PROMPT);
        chat.type(CTRL_D);
        chat.ended();
    }

    @Test
    void noColoursComeWhereTheyAreRefused() {
        service.says("Black");
        starts(NO_COLOR);
        chat.type("Hi" + ENTER);
        chat.awaits("Black  [live: ").awaits(TerminalScreen.PROMPT);
        chat.type(CTRL_D);
        assertThat(chat.ended()).doesNotContainPattern("\u001b\\[[0-9;]*3[0-7]m");
    }

    @Test
    void whatIsTypedIsKeptInAFileOnlyIfOneIsNamed(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("typed.txt");
        service.says("One").everyTime();
        starts(NO_COLOR, "--history", file.toString());
        chat.type("What is a tide?" + ENTER);
        chat.awaits("One").awaits(TerminalScreen.PROMPT);
        chat.type(CTRL_D);
        chat.ended();
        assertThat(Files.readString(file)).contains("What is a tide?");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aFileThatCannotBeWrittenIsRefusedAtOnce(@TempDir Path folder) {
        chat.runs(NO_COLOR, "--play", "--history", folder.toString());
        chat.awaits("--history cannot be kept in " + folder + ": it is no file that can be written");
    }

    @Test
    void theStateAtTheRightOfTheLineIsThatOfNow() {
        LineReaderImpl reader = reader();
        TerminalScreen screen = new TerminalScreen(reader, false, new Tally(), new ManualTime().scheduler());
        TypedPrompts prompts = new TypedPrompts(reader, screen);
        CompletableFuture<Optional<String>> line = CompletableFuture.supplyAsync(prompts::next);
        chat.type("Half");
        chat.awaits("Half");
        assertThat(chat.soFar()).doesNotContain("OPERATIONAL");
        try (Tideover tideover = Tideover.builder().provider(service.provider()).build()) {
            screen.showStatus(tideover.status());
        }
        chat.awaits("OPERATIONAL");
        chat.type("way" + ENTER);
        assertThat(line.join()).contains("Halfway");
    }

    @Test
    void oneCtrlCAtAListOfCompletionsIsOne() {
        chat.runs(NO_COLOR, "--play").awaits(TerminalScreen.PROMPT);
        chat.type("/break \t");
        chat.awaits("unreachable");
        chat.type(CTRL_C);
        chat.awaits("Ctrl-C once more").awaits(TerminalScreen.PROMPT);
        chat.type("/quit" + ENTER);
        assertThat(chat.ended()).contains("/quit");
    }

    @Test
    void commandsAreCompletedAndDone() {
        chat.runs(NO_COLOR, "--play").awaits(TerminalScreen.PROMPT);
        chat.type("/br\tsil\tbo\t" + ENTER);
        chat.awaits("Both providers: Requests are taken, and then nothing comes.")
                .awaits(TerminalScreen.PROMPT);
        chat.type("/quit" + ENTER);
        chat.ended();
    }
}
