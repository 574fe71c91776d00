package io.github.tideover.examples.embedded;

import io.github.tideover.testkit.Behaviour;
import io.github.tideover.testkit.Fault;
import io.github.tideover.testkit.OutageServer;
import io.github.tideover.testkit.StreamBreak;
import io.github.tideover.testkit.Timeline;
import io.github.tideover.testkit.Weather;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Ten ways in which a provider fails, to be switched on and off by hand while an application runs. One replaces the other. Lines
 * of the server's script go before them.
 *
 * @since 0.1
 */
public enum Breakage {
    /** Every request is refused with HTTP 503. */
    OVERLOADED("Overloaded", "Every request is refused: the engine is overloaded (HTTP 503)."),
    /** Every request is refused with HTTP 429 and a wish for rest. */
    RATE_LIMITED("Rate limited", "Every request is refused: too many requests, come back in 20 seconds (HTTP 429)."),
    /** Every request is refused, and only a payment helps. */
    OUT_OF_CREDIT(
            "Out of credit",
            "Every request is refused: the account has no credit left, and only a person can mend that (HTTP 429)."),
    /** Requests are taken and never answered. */
    SILENT("Silent", "Requests are taken, and then nothing comes."),
    /** Answers begin late. */
    SLOW_TO_START("Slow to start", "Every answer is there, but its first word takes three seconds."),
    /** Answers come a word at a time. */
    DRIPPING("Dripping", "Every answer comes at one word a second."),
    /** Answers break off in their first sentence, and look as if they had ended. */
    CUT_OFF("Cut off", "Every answer ends after four words, as politely as a whole one."),
    /** A proxy answers in the provider's place. */
    PROXY_PAGE("Proxy page", "A proxy answers instead, with a page in HTML (HTTP 502)."),
    /** No connection is accepted. */
    UNREACHABLE("Unreachable", "No connection is accepted, and those that were open are closed."),
    /** Half of the requests fail, by chance. */
    HALF_FAILING("Half of it fails", "Every other request fails by chance (HTTP 500); the rest is answered.");

    /** Until another button is pressed; a timeline has to say how long. */
    private static final Duration UNTIL_MENDED = Duration.ofDays(365);

    private final String label;
    private final String sentence;

    Breakage(String label, String sentence) {
        this.label = label;
        this.sentence = sentence;
    }

    /**
     * Its name on a button.
     *
     * @return a word or two, in English
     */
    public String label() {
        return label;
    }

    /**
     * What it does.
     *
     * @return a sentence, in English
     */
    public String sentence() {
        return sentence;
    }

    /**
     * Its name in a command or an address.
     *
     * @return lower-case words with hyphens, such as {@code rate-limited}
     */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The one with a name.
     *
     * @param word as {@link #word()} gives it, in whatever case
     * @return empty if there is none of that name
     */
    public static Optional<Breakage> of(String word) {
        return Arrays.stream(values())
                .filter(way -> way.word().equalsIgnoreCase(word))
                .findFirst();
    }

    /**
     * Breaks a provider in this way, until it is broken in another or mended. Requests under way go on as they began, except that
     * {@link #UNREACHABLE} ends them.
     *
     * @param server the provider
     * @throws java.io.UncheckedIOException if it was unreachable, and somebody else has taken its port
     */
    public void breaks(OutageServer server) {
        server.acceptsConnectionsAgain();
        play(server, word(), weather());
        if (this == UNREACHABLE) {
            server.refusesConnections();
        }
    }

    private Weather weather() {
        return switch (this) {
            case OVERLOADED -> Weather.all(Behaviour.fails(Fault.OVERLOADED));
            case RATE_LIMITED -> Weather.all(Behaviour.fails(Fault.RATE_LIMITED).asking(Duration.ofSeconds(20)));
            case OUT_OF_CREDIT -> Weather.all(Behaviour.fails(Fault.QUOTA_EXHAUSTED));
            case SILENT -> Weather.all(Behaviour.goesSilent());
            case SLOW_TO_START -> Weather.all(well().after(Duration.ofSeconds(3)));
            case DRIPPING -> Weather.all(Behaviour.drips(1));
            case CUT_OFF -> Weather.all(Behaviour.breaksAfter(4, StreamBreak.CLOSE));
            case PROXY_PAGE -> Weather.all(Behaviour.servesTheProxyErrorPage());
            case UNREACHABLE -> Weather.fair(); // nobody gets as far as to meet it
            case HALF_FAILING ->
                Weather.partly(50, Behaviour.fails(Fault.SERVER_ERROR)).and(50, well());
        };
    }

    /** An answer at the pace of a model, so that people see it come. */
    private static Behaviour well() {
        return Behaviour.drips(60).after(Duration.ofMillis(150));
    }

    private static void play(OutageServer server, String name, Weather weather) {
        server.plays(Timeline.named(name).phase(name, UNTIL_MENDED, weather));
    }

    /**
     * Mends a provider: it answers everything, at the pace of a model.
     *
     * @param server the provider
     * @throws java.io.UncheckedIOException if it was unreachable, and somebody else has taken its port
     */
    public static void mends(OutageServer server) {
        server.acceptsConnectionsAgain();
        play(server, "well", Weather.all(well()));
    }
}
