package io.github.tideover.examples;

import io.github.tideover.chat.Origin;
import io.github.tideover.status.ServiceStatus;
import java.io.PrintStream;

/** Lines without any escape codes, for pipes, files and simple terminals. */
final class PlainScreen extends Screen {
    private static final String INDENT = " ".repeat(ANSWER.length());

    private final PrintStream out;

    PlainScreen(PrintStream out) {
        this.out = out;
    }

    @Override
    void line(String text, Tone tone) {
        out.println(text);
        out.flush();
    }

    @Override
    void begin(String question) {
        if (!question.isEmpty()) {
            out.println(question);
        }
        more(ANSWER);
    }

    @Override
    void more(String text) {
        out.print(text.replace("\n", System.lineSeparator() + INDENT));
        out.flush();
    }

    @Override
    void startOver(String why) {
        more("...\n(" + why + ")\n");
    }

    @Override
    void end(String mark, Origin origin) {
        line("  " + mark, Tone.PLAIN);
    }

    @Override
    void failure(String sentence, boolean isBehindText) {
        line((isBehindText ? "  " : "") + sentence, Tone.PLAIN);
    }

    @Override
    void status(ServiceStatus status) {
        // Its changes are lines of their own.
    }

    @Override
    void leave() {
        out.flush();
    }
}
