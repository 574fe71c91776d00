package io.github.tideover.docs;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** What a listing prints. */
final class Printed {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

    private Printed() {}

    static String by(Runnable listing) {
        return by(0, listing);
    }

    /** Waits for as many whole lines: other threads may print the last of them after the listing's end. */
    static String by(int lines, Runnable listing) {
        PrintStream before = System.out;
        Paper paper = new Paper();
        System.setOut(new PrintStream(paper, true, StandardCharsets.UTF_8));
        try {
            listing.run();
            paper.await(lines);
        } finally {
            System.setOut(before);
        }
        return paper.toString(StandardCharsets.UTF_8);
    }

    private static final class Paper extends ByteArrayOutputStream {
        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
            super.write(bytes, from, length);
            notifyAll();
        }

        synchronized void await(int lines) {
            long end = System.nanoTime() + PATIENCE;
            while (toString(StandardCharsets.UTF_8)
                            .chars()
                            .filter(c -> c == '\n')
                            .count()
                    < lines) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    throw new AssertionError("not " + lines + " lines: " + toString(StandardCharsets.UTF_8));
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }
}
