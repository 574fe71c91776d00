package io.github.tideover.examples;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;

/**
 * How large the terminal is.
 *
 * @param rows its lines, 0 if not known
 * @param columns the characters in each
 */
record TerminalSize(int rows, int columns) {
    private static final TerminalSize UNKNOWN = new TerminalSize(0, 0);
    private static final int FEWEST_ROWS = 6;
    private static final int FEWEST_COLUMNS = 30;

    /** Asks {@code stty}: Java has no call for it. Where there is none, the size is not known. */
    static TerminalSize ask() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(Redirect.INHERIT)
                    .redirectError(Redirect.DISCARD)
                    .start();
            try (Scanner answer = new Scanner(stty.getInputStream(), StandardCharsets.US_ASCII)) {
                if (!stty.waitFor(1, TimeUnit.SECONDS)) {
                    stty.destroy();
                    return UNKNOWN;
                }
                int rows = answer.hasNextInt() ? answer.nextInt() : 0;
                int columns = answer.hasNextInt() ? answer.nextInt() : 0;
                return rows < FEWEST_ROWS || columns < FEWEST_COLUMNS ? UNKNOWN : new TerminalSize(rows, columns);
            }
        } catch (IOException e) {
            return UNKNOWN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNKNOWN;
        }
    }

    boolean isKnown() {
        return rows > 0;
    }
}
