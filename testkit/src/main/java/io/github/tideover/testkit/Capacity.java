package io.github.tideover.testkit;

/**
 * How much a provider can take. Each request is work; what is not done yet waits in line, and while the line is longer than
 * allowed, the provider turns requests away as overloaded. Turning away is work too. So a provider that is asked for more
 * than it can do stays down for as long as it is hammered, even by requests it does not serve, and comes back when it is left
 * alone: this is how an overload outlasts its cause ("Metastable Failures in Distributed Systems", Bronson et al., HotOS
 * 2021).
 *
 * @since 0.1
 */
public final class Capacity {
    private final double perSecond;
    private final double line;
    private final double refusalCost;

    private Capacity(double perSecond, double line, double refusalCost) {
        this.perSecond = perSecond;
        this.line = line;
        this.refusalCost = refusalCost;
    }

    /**
     * A capacity with a line of what is done in one second, and refusals that cost a quarter of an answer: a guess, since no
     * provider has published the figure.
     *
     * @param requests how many requests a second, more than 0
     * @return the capacity
     * @throws IllegalArgumentException if it is not more than 0
     */
    public static Capacity perSecond(double requests) {
        if (!(requests > 0) || Double.isInfinite(requests)) {
            throw new IllegalArgumentException("a capacity is more than 0 requests a second, not " + requests);
        }
        return new Capacity(requests, requests, 0.25);
    }

    /**
     * The same, with another line.
     *
     * @param requests how many may wait before others are turned away, at least 1
     * @return another capacity
     * @throws IllegalArgumentException if it is less
     */
    public Capacity line(int requests) {
        if (requests < 1) {
            throw new IllegalArgumentException("the line must hold 1 request or more, not " + requests);
        }
        return new Capacity(perSecond, requests, refusalCost);
    }

    /**
     * The same, with another cost of turning a request away.
     *
     * @param answers in answers: 0 for nothing, 1 for as much as an answer
     * @return another capacity
     * @throws IllegalArgumentException if it is negative or no number
     */
    public Capacity refusalsCosting(double answers) {
        if (!(answers >= 0) || Double.isInfinite(answers)) {
            throw new IllegalArgumentException("a refusal costs 0 answers or more, not " + answers);
        }
        return new Capacity(perSecond, line, answers);
    }

    /** What it is worth at one server. */
    final class Backlog {
        private double work;
        private long asOf;

        Backlog(long now) {
            asOf = now;
        }

        /** Takes a request in, or turns it away. */
        synchronized boolean takes(long now) {
            work = Math.max(0, work - (now - asOf) / 1e9 * perSecond);
            asOf = now;
            boolean fits = work + 1 <= line;
            work += fits ? 1 : refusalCost;
            return fits;
        }
    }

    @Override
    public String toString() {
        return perSecond + " a second, " + line + " in line, a refusal at " + refusalCost;
    }
}
