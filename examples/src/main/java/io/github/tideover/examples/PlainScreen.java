package io.github.tideover.examples;

import io.github.tideover.chat.Origin;
import io.github.tideover.status.ServiceStatus;
import java.io.PrintStream;

/** Lines without any escape codes, for pipes, files and simple terminals. */
final class PlainScreen extends Screen {
    private final PrintStream out;

    PlainScreen(PrintStream out) {
        this.out = out;
    }

    @Override
    void line(String text) {
        out.println(text);
        out.flush();
    }

    @Override
    void begin(String question, String answer) {
        line(question);
        more(answer);
    }

    @Override
    void more(String text) {
        out.print(text.replace("\n", System.lineSeparator() + "       "));
        out.flush();
    }

    @Override
    void end(String mark, Origin origin) {
        line("  " + mark);
    }

    @Override
    void failure(String sentence) {
        line(sentence);
    }

    @Override
    void status(ServiceStatus status) {
        // Its changes are lines of their own.
    }

    @Override
    void lineTaken() {
        // The line stands where it was typed.
    }

    @Override
    void leave() {
        out.flush();
    }
}
