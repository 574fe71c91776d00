package io.github.tideover.examples;

import io.github.tideover.chat.Origin;
import io.github.tideover.status.ServiceStatus;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * The chat above, the status in the line before the last, and the last line for typing.
 *
 * <p>The cursor rests in the last line, where the terminal itself shows what is typed. All else is written by leaving it for
 * a moment and coming back (DECSC, DECRC), the chat within a scrolling region of its own (DECSTBM), so that neither a
 * half-typed prompt nor the status is ever overwritten.
 */
final class TerminalScreen extends Screen {
    private static final String ESC = "\u001b";
    private static final String SAVE = ESC + "7";
    private static final String RESTORE = ESC + "8";
    private static final String CLEAR_LINE = ESC + "[2K";
    private static final String CLEAR_BELOW = ESC + "[J";
    private static final String WHOLE_SCREEN = ESC + "[r";
    private static final String PLAIN = ESC + "[0m";
    private static final String BOLD = ESC + "[1m";
    private static final String RED = ESC + "[31m";
    private static final String GREEN = ESC + "[32m";
    private static final String YELLOW = ESC + "[33m";
    private static final String MAGENTA = ESC + "[35m";
    private static final String CYAN = ESC + "[36m";
    private static final String REVERSED = ESC + "[7m";

    private final PrintStream out;
    private final Tally tally;
    private final Thread restorer = new Thread(this::close, "terminal restorer");
    private final WordWrap chat;
    private TerminalSize size;
    private @Nullable ServiceStatus status;

    private TerminalScreen(PrintStream out, TerminalSize size, Tally tally) {
        this.out = out;
        this.size = size;
        this.tally = tally;
        this.chat = new WordWrap(size.columns());
    }

    /** Takes the terminal over until it is closed, or the program is interrupted. */
    static TerminalScreen open(PrintStream out, TerminalSize size, Tally tally) {
        TerminalScreen screen = new TerminalScreen(out, size, tally);
        Runtime.getRuntime().addShutdownHook(screen.restorer);
        out.print("\n".repeat(size.rows())); // what was there moves up and stays in the scrollback
        screen.layOut();
        return screen;
    }

    private void layOut() {
        out.print(ESC + "[1;" + chatRow() + "r");
        drawStatus();
        lineTaken();
    }

    private int chatRow() {
        return size.rows() - 2;
    }

    private static String at(int row, int column) {
        return ESC + "[" + row + ";" + column + "H";
    }

    /** Writes where the cursor does not rest. */
    private void writeAt(int row, int column, String text) {
        out.print(SAVE + at(row, column) + text + RESTORE);
        out.flush();
    }

    @Override
    void line(String text) {
        int column = chat.column();
        writeAt(chatRow(), column, chat.breakLine("") + chat.add(text) + chat.rest());
    }

    @Override
    void begin(String question, String answer) {
        TerminalSize now = TerminalSize.ask();
        if (now.isKnown() && !now.equals(size)) {
            size = now;
            chat.width(now.columns());
            layOut();
        }
        line(question);
        line(answer);
    }

    @Override
    void more(String text) {
        int column = chat.column();
        writeAt(chatRow(), column, chat.add(text));
    }

    @Override
    void end(String mark, Origin origin) {
        String color = switch (origin) {
            case LIVE -> GREEN;
            case ALTERNATE -> YELLOW;
            case CACHED, SIMILAR -> CYAN;
            case QUEUED, CANNED -> MAGENTA;
        };
        int column = chat.column();
        writeAt(chatRow(), column, chat.rest() + chat.addWhole("  " + mark, color, PLAIN));
        drawStatus();
    }

    @Override
    void failure(String sentence) {
        int column = chat.column();
        writeAt(chatRow(), column, chat.rest() + RED + chat.add(sentence) + chat.rest() + PLAIN);
        drawStatus();
    }

    @Override
    synchronized void status(ServiceStatus status) {
        this.status = status;
        if (!isClosed()) {
            drawStatus();
        }
    }

    private void drawStatus() {
        if (status == null) {
            return;
        }
        String color = switch (status.state()) {
            case OPERATIONAL -> GREEN;
            case DEGRADED, RECOVERING -> YELLOW;
            case PARTIAL_OUTAGE -> MAGENTA;
            case MAJOR_OUTAGE, MAINTENANCE -> RED;
        };
        String text = " %s | %s | %s".formatted(status.state(), status.headline(), tally.brief());
        String fitting = text.substring(0, Math.min(text.length(), size.columns()));
        writeAt(size.rows() - 1, 1, color + REVERSED + fitting + " ".repeat(size.columns() - fitting.length()) + PLAIN);
    }

    @Override
    synchronized void lineTaken() {
        if (!isClosed()) {
            out.print(at(size.rows(), 1) + CLEAR_LINE + BOLD + "you> " + PLAIN);
            out.flush();
        }
    }

    @Override
    void leave() {
        out.print(WHOLE_SCREEN + at(chatRow() + 1, 1) + CLEAR_BELOW);
        out.flush();
        try {
            Runtime.getRuntime().removeShutdownHook(restorer);
        } catch (IllegalStateException e) {
            // The program is being interrupted, and this is the hook.
        }
    }
}
