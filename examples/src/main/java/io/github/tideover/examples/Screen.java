package io.github.tideover.examples;

import io.github.tideover.chat.Origin;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.status.ServiceState;
import io.github.tideover.status.ServiceStatus;
import io.github.tideover.status.StatusEvent;
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
    static final String ANSWER = "  bot> ";

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private final List<Notice> held = new ArrayList<>();
    private boolean answering;
    private boolean said;
    private boolean closed;

    /** How a line is meant. */
    enum Tone {
        PLAIN,
        GOOD,
        UNSURE,
        BAD;

        static Tone of(ServiceState state) {
            return switch (state) {
                case OPERATIONAL -> GOOD;
                case DEGRADED, RECOVERING, MAINTENANCE -> UNSURE;
                case PARTIAL_OUTAGE, MAJOR_OUTAGE -> BAD;
            };
        }
    }

    private record Notice(String text, Tone tone) {}

    /** Shows a line, or several. */
    final void note(String text) {
        note(text, Tone.PLAIN);
    }

    final synchronized void note(String text, Tone tone) {
        if (closed) {
            return;
        }
        if (answering) {
            held.add(new Notice(text, tone));
        } else {
            lines(text, tone);
        }
    }

    private void lines(String text, Tone tone) {
        text.lines().map(Screen::printable).forEach(line -> line(line, tone));
    }

    /** Shows a line with the time before it. */
    final void story(String text) {
        story(text, Tone.PLAIN);
    }

    final void story(String text, Tone tone) {
        note("[" + LocalTime.now(ZoneId.systemDefault()).format(TIME) + "] " + text, tone);
    }

    /** Shows a change of status, or what has become clear while it stays as it is. */
    final void statusChanged(StatusEvent event) {
        String news = news(event);
        if (!news.isEmpty()) {
            story("status " + news, Tone.of(event.state()));
        }
        showStatus(event.status());
    }

    private static String news(StatusEvent event) {
        if (event.previous() != event.state()) {
            return event.scope().map(provider -> "of " + provider + " ").orElse("") + event.previous() + " -> "
                    + event.state() + ": " + event.headline();
        }
        return switch (event.kind()) {
            case CAUSE_UNDERSTOOD ->
                event.state() + ": "
                        + event.diagnosis()
                                .map(diagnosis -> "the cause is " + diagnosis.cause() + ", "
                                        + Math.round(100 * diagnosis.confidence()) + " % sure")
                                .orElseGet(event::headline);
            case PROVIDER_UPDATE, MAINTENANCE_AHEAD -> event.state() + ": " + event.detail();
            default -> "";
        };
    }

    /** Shows the status and the numbers so far, where there is a place for them. */
    final synchronized void showStatus(ServiceStatus status) {
        if (!closed) {
            status(status);
        }
    }

    /**
     * Begins an answer.
     *
     * @param who who asks; empty if the question stands on the screen already, as it was typed
     */
    final synchronized void asked(String who, String text) {
        begin(who.isEmpty() ? "" : who + printable(text).replace('\n', ' '));
        answering = true;
        said = false;
    }

    final synchronized void piece(String text) {
        said = true;
        more(printable(text));
    }

    /** Takes back what was shown of the answer: another one begins. */
    final synchronized void restarted(FailureKind why) {
        if (said) {
            said = false;
            startOver("the answer broke off (" + why + "), and begins anew");
        }
    }

    final synchronized void answered(Origin origin, String mark) {
        end(mark, origin);
        goOn();
    }

    final synchronized void failed(String sentence) {
        failure("(no answer) " + printable(sentence), said);
        goOn();
    }

    final synchronized void stopped() {
        failure("(stopped)", said);
        goOn();
    }

    private void goOn() {
        answering = false;
        held.forEach(notice -> lines(notice.text, notice.tone));
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

    abstract void status(ServiceStatus status);

    abstract void line(String text, Tone tone);

    /** Shows a question, if it is not empty, and makes room for the answer. */
    abstract void begin(String question);

    abstract void more(String text);

    abstract void startOver(String why);

    abstract void end(String mark, Origin origin);

    /**
     * Ends an answer that did not come, or not to its end.
     *
     * @param isBehindText whether some of it stands before this
     */
    abstract void failure(String sentence, boolean isBehindText);

    abstract void leave();

    /** What a model says must not move the cursor or rename the window. */
    static String printable(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c == '\t' ? ' ' : c)
                .filter(c -> c == '\n' || !Character.isISOControl(c))
                .forEach(printable::appendCodePoint);
        return printable.toString();
    }
}
