package io.github.tideover.examples;

import io.github.tideover.chat.Origin;
import io.github.tideover.status.ServiceStatus;
import io.github.tideover.status.StatusEvent;
import java.io.PrintStream;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where the chat is shown. An answer is never broken into by what happens meanwhile: notices wait until it is whole. Safe
 * for use by several threads.
 */
abstract class Screen implements AutoCloseable {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final String ANSWER = "  bot> ";

    private final List<String> held = new ArrayList<>();
    private boolean answering;
    private boolean said;
    private boolean closed;

    /** A terminal that can be drawn on, or plain lines where that cannot be. */
    static Screen on(PrintStream out, boolean terminal, Tally tally) {
        if (terminal) {
            TerminalSize size = TerminalSize.ask();
            if (size.isKnown()) {
                return TerminalScreen.open(out, size, tally);
            }
        }
        return new PlainScreen(out);
    }

    /** Shows a line, or several. */
    final synchronized void note(String text) {
        if (closed) {
            return;
        }
        if (answering) {
            held.add(text);
        } else {
            lines(text);
        }
    }

    private void lines(String text) {
        text.lines().map(Screen::printable).forEach(this::line);
    }

    /** Shows a line with the time before it. */
    final void story(String text) {
        note("[" + LocalTime.now(ZoneId.systemDefault()).format(TIME) + "] " + text);
    }

    /** Shows a change of status. */
    final void statusChanged(StatusEvent event) {
        story("status " + event.previous() + " -> " + event.state() + ": " + event.headline());
        status(event.status());
    }

    final synchronized void asked(String who, String text) {
        begin(who + printable(text).replace('\n', ' '), ANSWER);
        answering = true;
        said = false;
    }

    final synchronized void piece(String text) {
        said = true;
        more(printable(text));
    }

    final synchronized void answered(Origin origin, String mark) {
        end(mark, origin);
        goOn();
    }

    final synchronized void failed(String sentence) {
        failure((said ? "  " : "") + "(no answer) " + printable(sentence));
        goOn();
    }

    private void goOn() {
        answering = false;
        held.forEach(this::lines);
        held.clear();
    }

    /** Leaves the screen as lines can be printed on it again. */
    @Override
    public final synchronized void close() {
        if (!closed) {
            closed = true;
            leave();
        }
    }

    final boolean isClosed() {
        return closed;
    }

    /** Shows the status and the numbers so far, where there is a place for them. */
    abstract void status(ServiceStatus status);

    /** A person has entered a line. */
    abstract void lineTaken();

    abstract void line(String text);

    abstract void begin(String question, String answer);

    abstract void more(String text);

    abstract void end(String mark, Origin origin);

    abstract void failure(String sentence);

    abstract void leave();

    /** What a model says must not move the cursor or rename the window. */
    private static String printable(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c == '\t' ? ' ' : c)
                .filter(c -> c == '\n' || !Character.isISOControl(c))
                .forEach(printable::appendCodePoint);
        return printable.toString();
    }
}
