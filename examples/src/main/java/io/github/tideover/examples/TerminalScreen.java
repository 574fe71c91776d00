package io.github.tideover.examples;

import io.github.tideover.chat.Origin;
import io.github.tideover.status.ServiceStatus;
import java.util.EnumSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jline.reader.LineReader;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.ControlChar;
import org.jline.terminal.Attributes.InputFlag;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jspecify.annotations.Nullable;

/**
 * A terminal: answers come word by word, with a spinner before the first of them; what is told while a person types goes above
 * the line that is being typed, and the status stands at that line's right.
 */
final class TerminalScreen extends Screen {
    static final String PROMPT = " you> ";

    /** Half a second may pass before a spinner says that an answer takes its time. */
    private static final long SPIN_AFTER_MILLIS = 500;

    private static final long SPIN_EVERY_MILLIS = 100;
    private static final String[] WHEEL = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
    private static final String[] ASCII_WHEEL = {"|", "/", "-", "\\"};

    private static final String ESC = "\u001b";
    private static final String CLEAR_LINE = "\r" + ESC + "[2K";
    private static final String CLEAR_RIGHT = ESC + "[K";
    private static final String ONE_UP = ESC + "[A";
    private static final String PLAIN = ESC + "[0m";
    private static final String BOLD = ESC + "[1m";
    private static final String DIM = ESC + "[2m";
    private static final String RED = ESC + "[31m";
    private static final String GREEN = ESC + "[32m";
    private static final String YELLOW = ESC + "[33m";
    private static final String MAGENTA = ESC + "[35m";
    private static final String CYAN = ESC + "[36m";

    private final Terminal terminal;
    private final LineReaderImpl reader;
    private final boolean colors;
    private final String[] wheel;
    private final Tally tally;
    private final ScheduledExecutorService timer;
    private final WordWrap answer;
    private volatile int width;
    private int turns;
    private @Nullable ScheduledFuture<?> spinner;
    private @Nullable ServiceStatus status;

    /**
     * Takes a terminal over until it is closed.
     *
     * @param reader reads what is typed there
     * @param colors whether it may be colourful
     * @param timer turns the spinner
     */
    TerminalScreen(LineReaderImpl reader, boolean colors, Tally tally, ScheduledExecutorService timer) {
        this.terminal = reader.getTerminal();
        this.reader = reader;
        this.colors = colors;
        this.tally = tally;
        this.timer = timer;
        wheel = terminal.outputEncoding().newEncoder().canEncode(WHEEL[0]) ? WHEEL : ASCII_WHEEL;
        width = columns();
        answer = new WordWrap(width);
        terminal.handle(Signal.WINCH, resized -> width = columns());
        terminal.setAttributes(quiet(terminal.getAttributes()));
    }

    /** What is typed during an answer waits for the prompt, unseen, and Ctrl-C is a signal then: JLine's raw mode has it a key. */
    private static Attributes quiet(Attributes attributes) {
        Attributes quiet = new Attributes(attributes);
        quiet.setLocalFlags(EnumSet.of(LocalFlag.ICANON, LocalFlag.ECHO, LocalFlag.IEXTEN), false);
        quiet.setLocalFlag(LocalFlag.ISIG, true);
        quiet.setInputFlags(EnumSet.of(InputFlag.IXON, InputFlag.ICRNL, InputFlag.INLCR), false);
        quiet.setControlChar(ControlChar.VMIN, 1);
        quiet.setControlChar(ControlChar.VTIME, 0);
        return quiet;
    }

    /** A terminal that does not say how wide it is has 80 columns, like all of them once. */
    private int columns() {
        int columns = terminal.getColumns();
        return columns < 1 ? 80 : columns;
    }

    private String styled(String style, String text) {
        return colors && !style.isEmpty() ? style + text + PLAIN : text;
    }

    String prompt() {
        return styled(BOLD, PROMPT);
    }

    /** What stands at the right of the line that is typed. */
    synchronized String rightPrompt() {
        if (status == null) {
            return "";
        }
        String numbers = tally.brief();
        return styled(color(Tone.of(status.state())), status.state().toString())
                + (numbers.isEmpty() ? "" : styled(DIM, " " + numbers));
    }

    private static String color(Tone tone) {
        return switch (tone) {
            case PLAIN -> "";
            case GOOD -> GREEN;
            case UNSURE -> YELLOW;
            case BAD -> RED;
        };
    }

    @Override
    void status(ServiceStatus status) {
        this.status = status;
        reader.setRightPrompt(rightPrompt());
        if (reader.isReading()) {
            try {
                reader.callWidget(LineReader.REDISPLAY);
            } catch (IllegalStateException e) {
                // The line was entered a moment ago. The next prompt shows it.
            }
        }
    }

    @Override
    void line(String text, Tone tone) {
        if (reader.isReading()) {
            width = columns(); // while a line is typed, it is the reader who hears of a new size
        }
        WordWrap wrap = new WordWrap(width);
        reader.printAbove(styled(color(tone), wrap.add(text) + wrap.rest()));
    }

    @Override
    void begin(String question) {
        if (!question.isEmpty()) {
            line(question, Tone.PLAIN);
        }
        width = columns();
        answer.begin(width);
        turns = 0;
        more(ANSWER);
        spinner = timer.scheduleWithFixedDelay(this::spin, SPIN_AFTER_MILLIS, SPIN_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private synchronized void spin() {
        if (spinner != null) {
            long seconds = (SPIN_AFTER_MILLIS + turns * SPIN_EVERY_MILLIS) / 1_000;
            String frame = wheel[turns++ % wheel.length] + (seconds == 0 ? "" : " " + seconds + " s");
            write("\r" + ANSWER + styled(DIM, frame) + CLEAR_RIGHT + "\r" + ANSWER.stripTrailing());
        }
    }

    private void stopSpinning() {
        if (spinner != null) {
            spinner.cancel(false);
            spinner = null;
            if (turns > 0) {
                write(CLEAR_RIGHT);
            }
        }
    }

    @Override
    void more(String text) {
        stopSpinning();
        write(answer.add(text));
    }

    /** The lines of what was shown are emptied, unless some of them have left the screen. */
    @Override
    void startOver(String why) {
        stopSpinning();
        int rows = answer.rows();
        if (rows < terminal.getRows()) {
            answer.begin(width);
            write((CLEAR_LINE + ONE_UP).repeat(rows - 1) + CLEAR_LINE + answer.add(ANSWER));
        } else {
            write(answer.add("...\n"));
        }
        write(styled(DIM, answer.add("(" + why + ")") + answer.rest()) + answer.add("\n"));
    }

    @Override
    void end(String mark, Origin origin) {
        String color = switch (origin) {
            case LIVE -> GREEN;
            case ALTERNATE -> YELLOW;
            case CACHED, SIMILAR -> CYAN;
            case QUEUED, CANNED -> MAGENTA;
        };
        stopSpinning();
        write(answer.rest() + answer.addWhole("  " + mark, colors ? color : "", colors ? PLAIN : "") + "\n");
    }

    @Override
    void failure(String sentence, boolean isBehindText) {
        stopSpinning();
        String last = answer.rest();
        if (isBehindText) {
            answer.gap(2);
        }
        write(last + styled(RED, answer.add(sentence) + answer.rest()) + "\n");
    }

    private void write(String text) {
        terminal.writer().print(text);
        terminal.flush();
    }

    @Override
    void leave() {
        stopSpinning();
        terminal.flush();
    }
}
