package io.github.tideover.testkit;

import java.time.Duration;

/**
 * A line of an {@link OutageServer}'s script: what it does with the next request, or with the next few. It may be refined
 * until it is reached.
 *
 * @since 0.1
 */
public final class Line {
    private static final int EVERY_TIME = Integer.MAX_VALUE;

    private final Script script;
    private Behaviour behaviour;
    private int times = 1;
    private int used;
    private boolean ifAsked;

    Line(Script script, Behaviour behaviour) {
        this.script = script;
        this.behaviour = behaviour;
    }

    /**
     * Lets so long pass before the first byte of the answer.
     *
     * @param delay how long, not negative
     * @return this line
     * @throws IllegalArgumentException if it is negative
     */
    public Line after(Duration delay) {
        return becomes(now().after(delay));
    }

    /**
     * Has the client told when to come back, in the way in which the provider does that.
     *
     * @param wait how long it shall not ask
     * @return this line
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if this line is no failure
     */
    public Line asking(Duration wait) {
        return becomes(now().asking(wait));
    }

    /**
     * Sets the text of a line that drips or breaks.
     *
     * @param text what is said
     * @return this line
     * @throws IllegalArgumentException if the text is over before the break
     * @throws IllegalStateException if this line is no answer
     */
    public Line saying(String text) {
        return becomes(now().saying(text));
    }

    /**
     * Calls another tool as well, or a tool after what is said.
     *
     * @param tool its name
     * @param arguments a JSON object; each of its names and values is a token
     * @return this line
     * @throws IllegalArgumentException if the name is blank, the arguments are no JSON object, or all would be over before the
     *     break
     * @throws IllegalStateException if this line is no answer
     */
    public Line calling(String tool, String arguments) {
        return becomes(now().calling(tool, arguments));
    }

    /**
     * Sets the counts of tokens that come with the reply.
     *
     * @param inputTokens how many were read
     * @param outputTokens how many were written
     * @return this line
     * @throws IllegalArgumentException if one is negative
     * @throws IllegalStateException if this line is no answer
     */
    public Line usage(long inputTokens, long outputTokens) {
        return becomes(now().usage(inputTokens, outputTokens));
    }

    /**
     * Sets how a stream breaks. Default {@link StreamBreak#CLOSE}, which looks like a good end.
     *
     * @param how in what way
     * @return this line
     * @throws IllegalStateException if this line breaks no stream
     */
    public Line by(StreamBreak how) {
        return becomes(now().by(how));
    }

    /**
     * Adds a header to the answer.
     *
     * @param name its name
     * @param value its value
     * @return this line
     * @throws IllegalArgumentException if either has a line break
     */
    public Line header(String name, String value) {
        return becomes(now().header(name, value));
    }

    /**
     * Answers so many requests with this line.
     *
     * @param times how many, at least 1
     * @return this line
     * @throws IllegalArgumentException if it is less
     */
    public Line times(int times) {
        if (times < 1) {
            throw new IllegalArgumentException("a line answers 1 request or more, not " + times);
        }
        synchronized (script) {
            this.times = times;
        }
        return this;
    }

    /**
     * Answers every request with this line, from its turn on until there is another line after it.
     *
     * @return this line
     */
    public Line everyTime() {
        return times(EVERY_TIME);
    }

    /**
     * Lets this line be left unused. Any other that no request has reached by the end of a test is a mistake: in the test or in
     * the client.
     *
     * @return this line
     */
    public Line ifAsked() {
        synchronized (script) {
            ifAsked = true;
        }
        return this;
    }

    private Behaviour now() {
        synchronized (script) {
            return behaviour;
        }
    }

    private Line becomes(Behaviour next) {
        synchronized (script) {
            behaviour = next;
        }
        return this;
    }

    /** The script holds its lock. */
    boolean isOver(boolean isLast) {
        return times == EVERY_TIME ? !isLast : used >= times;
    }

    /** The script holds its lock. */
    Behaviour use() {
        used++;
        return behaviour;
    }

    /** The script holds its lock. */
    boolean isUnused() {
        return !ifAsked && (times == EVERY_TIME ? used == 0 : used < times);
    }

    @Override
    public String toString() {
        synchronized (script) {
            String often = times == EVERY_TIME ? ".everyTime()" : times == 1 ? "" : ".times(" + times + ")";
            return behaviour + often + (used == 0 ? "" : ", of which " + used + " were asked for");
        }
    }

    /**
     * A number of tokens, waiting for its unit.
     *
     * @since 0.1
     */
    public static final class Cut {
        private final OutageServer server;
        private final int number;

        Cut(OutageServer server, int number) {
            this.server = server;
            this.number = number;
        }

        /**
         * In tokens: a word and the space after it each. Where the text has fewer, the stream breaks at its end: all has been
         * said, and not that this is all.
         *
         * @return the line
         * @throws IllegalArgumentException if it is less than 0
         */
        public Line tokens() {
            return server.does(Behaviour.breaksAfter(number, StreamBreak.CLOSE));
        }
    }

    /**
     * A pace, waiting for its unit.
     *
     * @since 0.1
     */
    public static final class Drip {
        private final OutageServer server;
        private final double pace;

        Drip(OutageServer server, double pace) {
            this.server = server;
            this.pace = pace;
        }

        /**
         * In tokens per second.
         *
         * @return the line
         * @throws IllegalArgumentException if it is not more than 0
         */
        public Line tokensPerSecond() {
            return server.does(Behaviour.drips(pace));
        }
    }
}
