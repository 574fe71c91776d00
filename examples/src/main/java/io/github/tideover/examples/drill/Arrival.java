package io.github.tideover.examples.drill;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A user who asks.
 *
 * @param number which call it is, from 1 on
 * @param at when, from the drill's beginning
 * @param question which question, from 1 on
 */
record Arrival(int number, Duration at, int question) {
    /** How often the same question is asked at most. */
    static final int MOST_ASKED = 2;

    /** The part of the users who ask what somebody has asked before. */
    private static final double REPEATED = 0.4;

    /**
     * Users who do not know of each other (a Poisson process): nobody waits for anybody's answer before asking. Some ask what
     * another has asked, so that a cache has something to do.
     *
     * @param perSecond how many on average
     */
    static List<Arrival> schedule(Duration length, double perSecond, long seed) {
        Random dice = new Random(seed);
        List<Arrival> arrivals = new ArrayList<>();
        List<Integer> askedOnce = new ArrayList<>();
        int questions = 0;
        double at = 0;
        while (true) {
            at -= Math.log(1 - dice.nextDouble()) / perSecond;
            Duration when = Duration.ofNanos(Math.round(at * 1e9));
            if (when.compareTo(length) >= 0) {
                return List.copyOf(arrivals);
            }
            int question;
            if (!askedOnce.isEmpty() && dice.nextDouble() < REPEATED) {
                question = askedOnce.remove(/* index */ dice.nextInt(askedOnce.size()));
            } else {
                question = ++questions;
                askedOnce.add(question);
            }
            arrivals.add(new Arrival(arrivals.size() + 1, when, question));
        }
    }

    /** What is said. */
    String words() {
        return "When is high tide at berth " + question + "?";
    }
}
