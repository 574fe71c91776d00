package io.github.tideover.testkit;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What becomes of requests for a while: which share of them meets which behaviour. The rest is answered.
 *
 * @since 0.1
 */
public final class Weather {
    private static final Weather FAIR = new Weather(List.of());

    private final List<Share> shares;

    private Weather(List<Share> shares) {
        this.shares = shares;
    }

    /** The requests of a draw below {@code upTo}, and not below that of the share before. */
    private record Share(double upTo, double percent, Behaviour behaviour) {}

    /**
     * Every request is answered.
     *
     * @return the weather
     */
    public static Weather fair() {
        return FAIR;
    }

    /**
     * Every request meets the same.
     *
     * @param behaviour what it meets
     * @return the weather
     */
    public static Weather all(Behaviour behaviour) {
        return FAIR.and(100, behaviour);
    }

    /**
     * A part of the requests meets trouble.
     *
     * @param percent how many of a hundred, above 0
     * @param behaviour what they meet
     * @return the weather
     * @throws IllegalArgumentException if it is not above 0, or above 100
     */
    public static Weather partly(double percent, Behaviour behaviour) {
        return FAIR.and(percent, behaviour);
    }

    /**
     * The same, and another part of the requests meets something else.
     *
     * @param percent how many of a hundred, above 0
     * @param behaviour what they meet
     * @return another weather
     * @throws IllegalArgumentException if it is not above 0, or more than is left of a hundred
     */
    public Weather and(double percent, Behaviour behaviour) {
        double taken = shares.isEmpty() ? 0 : shares.get(shares.size() - 1).upTo() * 100;
        // A hundred made of thirds must not fail by a rounding.
        if (!(percent > 0) || taken + percent > 100.000_001) {
            throw new IllegalArgumentException("a share must be above 0 and at most what is left of 100 percent, "
                    + (100 - taken) + ", not " + percent);
        }
        List<Share> more = new ArrayList<>(shares);
        more.add(new Share((taken + percent) / 100, percent, requireNonNull(behaviour, "behaviour == null")));
        return new Weather(List.copyOf(more));
    }

    /** What a request meets. {@code dice} is from 0 up to 1. */
    Behaviour at(double dice) {
        for (Share share : shares) {
            if (dice < share.upTo()) {
                return share.behaviour();
            }
        }
        return Behaviour.answers();
    }

    Stream<Behaviour> behaviours() {
        return shares.stream().map(Share::behaviour);
    }

    /**
     * What a status page would say of it, if it knew: by the share of requests that get no answer, or a part of one.
     *
     * @return major outage from nine in ten on, partial from one in ten on, degraded if there is any trouble
     */
    public PageLevel level() {
        double down = shares.stream()
                .filter(share -> !share.behaviour().isHealthy())
                .mapToDouble(Share::percent)
                .sum();
        boolean isSlow = shares.stream().anyMatch(share -> share.behaviour().isSlow());
        if (down >= 90) {
            return PageLevel.MAJOR_OUTAGE;
        }
        if (down >= 10) {
            return PageLevel.PARTIAL_OUTAGE;
        }
        return down > 0 || isSlow ? PageLevel.DEGRADED_PERFORMANCE : PageLevel.OPERATIONAL;
    }

    @Override
    public String toString() {
        return shares.isEmpty()
                ? "fair"
                : String.join(
                        ", ",
                        shares.stream()
                                .map(share -> share.percent() + " % " + share.behaviour())
                                .toList());
    }
}
