package io.github.tideover.testkit;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hurts a share of the requests of a real client, for a staging environment: refusals in the provider's own words, resets,
 * silence, latency, streams that are cut. It works on any {@link OkHttpClient}, and so for whatever runs on one.
 *
 * <pre>{@code
 * Chaos chaos = Chaos.in("staging") // and the environment has TIDEOVER_CHAOS=staging
 *         .weather(Weather.partly(10, Behaviour.fails(Fault.OVERLOADED)).and(5, Behaviour.goesSilent()))
 *         .build();
 * Tideover tideover = Tideover.builder()
 *         .httpClient(chaos.over(new OkHttpClient()))
 *         ...
 * chaos.begin();
 * }</pre>
 *
 * <p>It cannot be left on by accident. It is not part of {@code tideover}, so an application without this kit on its class path
 * has no such switch. It is refused where the environment does not name it. It is off until {@link #begin}, ends by itself
 * after an hour, or what {@link Builder#forAtMost} says, and logs at WARN when it begins and when it ends.
 *
 * <p>What a request meets looks to the client like the real thing, with one difference that saves money: who is refused, reset
 * or met by silence has sent nothing to the provider. A request that is only delayed, slowed or cut is sent, and billed.
 *
 * <p>Only chat is hurt: POST requests with the path of a {@link Dialect}. Safe for use by many threads; what waits, waits on
 * the thread of the request.
 *
 * @since 0.1
 */
public final class Chaos {
    /** The environment variable that must name what {@link #in} names. */
    static final String VARIABLE = "TIDEOVER_CHAOS";

    private static final Duration USUAL_LENGTH = Duration.ofHours(1);
    private static final Duration GREATEST_LENGTH = Duration.ofDays(1);
    private static final Logger log = LoggerFactory.getLogger(Chaos.class);

    private final String environment;
    private final Weather weather;
    private final Set<String> hosts;
    private final Duration atMost;
    private final Random dice;
    private final ServerTime time;
    private final AtomicReference<@Nullable Spell> current = new AtomicReference<>();
    private volatile @Nullable Spell last;

    private Chaos(Builder builder, Weather weather) {
        this.environment = builder.environment;
        this.weather = weather;
        this.hosts = Set.copyOf(builder.hosts);
        this.atMost = builder.atMost;
        this.dice = builder.dice;
        this.time = builder.time;
    }

    /**
     * For chaos in an environment that wants it.
     *
     * @param environment its name, which the environment variable {@code TIDEOVER_CHAOS} must have as well
     * @return a builder
     * @throws IllegalStateException if the variable is not set, or has another name
     */
    public static Builder in(String environment) {
        return in(environment, System::getenv);
    }

    static Builder in(String environment, Function<String, @Nullable String> variables) {
        if (environment.isBlank()) {
            throw new IllegalArgumentException("name the environment that wants chaos, such as \"staging\"");
        }
        String named = variables.apply(VARIABLE);
        if (!environment.equals(named)) {
            throw new IllegalStateException("no chaos here: the environment variable " + VARIABLE
                    + (named == null ? " is not set" : " is " + named) + ". Where " + environment
                    + " wants chaos, set " + VARIABLE + "=" + environment);
        }
        return new Builder(environment);
    }

    /**
     * A client like this one whose requests are hurt while chaos is on. Connections and threads are shared; the client itself
     * stays as it is.
     *
     * @param client an HTTP client
     * @return another one, for {@code Tideover.builder().httpClient(...)} and the like
     */
    public OkHttpClient over(OkHttpClient client) {
        return client.newBuilder()
                .addInterceptor(new ChaosInterceptor(this))
                .addNetworkInterceptor(new ResetInterceptor())
                .build();
    }

    /** Switches it on, from now on and for as long as it may last. If it is on, it begins anew. */
    public void begin() {
        Spell spell = new Spell(time, atMost);
        Spell before = current.getAndSet(spell);
        if (before != null) {
            over(before);
        }
        last = spell;
        log.warn("Chaos begins in {}, for at most {}, {}: {}", environment, atMost, where(), weather);
        time.later(atMost, () -> end(spell));
    }

    /** Switches it off: no request is hurt any more, and those that wait go on at once. */
    public void end() {
        Spell spell = current.get();
        if (spell != null) {
            end(spell);
        }
    }

    private void end(Spell spell) {
        if (current.compareAndSet(spell, null)) {
            over(spell);
        }
    }

    private void over(Spell spell) {
        spell.end();
        log.warn("Chaos is over in {}: it hurt {} of {} requests", environment, spell.hurt(), spell.asked());
    }

    /**
     * Whether it is on.
     *
     * @return false before {@link #begin}, after {@link #end} and when its time is over
     */
    public boolean isOn() {
        return spell() != null;
    }

    /**
     * How many requests it has hurt since it last began.
     *
     * @return the number; 0 if it never began
     */
    public long hurt() {
        Spell spell = last;
        return spell == null ? 0 : spell.hurt();
    }

    /** What is going on; null if it is off. Its end does not wait for a timer. */
    private @Nullable Spell spell() {
        Spell spell = current.get();
        if (spell != null && spell.isOver()) {
            end(spell);
            return null;
        }
        return spell;
    }

    /** What to do with a request to this address; null to leave it alone. */
    @Nullable
    Mishap mishapAt(HttpUrl url) {
        Spell spell = isMeant(url) ? spell() : null;
        if (spell == null) {
            return null;
        }
        long now = time.now();
        Behaviour behaviour = weather.at(dice.nextDouble());
        spell.count(!behaviour.isPlain());
        return behaviour.isPlain() ? null : new Mishap(behaviour, now, spell);
    }

    private boolean isMeant(HttpUrl url) {
        return hosts.isEmpty() || hosts.contains(url.host()) || hosts.contains(url.host() + ":" + url.port());
    }

    /** What a request meets, when it came, and the spell in which it did. */
    record Mishap(Behaviour behaviour, long came, Spell spell) {}

    private String where() {
        return hosts.isEmpty() ? "everywhere" : "at " + String.join(", ", new TreeSet<>(hosts));
    }

    @Override
    public String toString() {
        return "chaos in " + environment + ", " + where() + ", " + (isOn() ? "on" : "off") + ", " + hurt()
                + " requests hurt: " + weather;
    }

    /**
     * Builds a {@link Chaos}.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final String environment;
        private final Set<String> hosts = new TreeSet<>();
        private @Nullable Weather weather;
        private Duration atMost = USUAL_LENGTH;
        private Random dice = new Random();
        private ServerTime time = ServerTime.system();

        private Builder(String environment) {
            this.environment = environment;
        }

        /**
         * Sets which share of requests meets what. Each attempt of a client is a request.
         *
         * <p>{@link Behaviour#answers} leaves what the provider says as it is, and may come {@linkplain Behaviour#after later};
         * {@link Behaviour#breaksAfter} and {@link Behaviour#drips} count an event of a stream as a token. A whole reply that
         * breaks, breaks after its first bytes; it does not drip.
         *
         * @param weather the shares
         * @return this builder
         * @throws IllegalArgumentException if some of it answers in the place of the provider
         */
        public Builder weather(Weather weather) {
            weather.behaviours().filter(Behaviour::hasWords).findFirst().ifPresent(behaviour -> {
                throw new IllegalArgumentException(
                        "chaos hurts what a provider says and says nothing in its place, as " + behaviour
                                + " would; use answers() with after(...), breaksAfter(...), drips(...) or a failure");
            });
            this.weather = weather;
            return this;
        }

        /**
         * Sets whose requests are hurt. Default everybody's.
         *
         * @param hosts names of hosts, such as {@code "api.openai.com"}, or with a port {@code "localhost:11434"}
         * @return this builder
         * @throws IllegalArgumentException if one is no host
         */
        public Builder onlyAt(String... hosts) {
            Arrays.stream(hosts).map(Builder::checked).forEach(this.hosts::add);
            return this;
        }

        private static String checked(String host) {
            HttpUrl url = HttpUrl.parse("http://" + host + "/");
            String small = host.toLowerCase(Locale.ROOT);
            if (url == null || !(small.equals(url.host()) || small.equals(url.host() + ":" + url.port()))) {
                throw new IllegalArgumentException("not a host, such as api.openai.com or localhost:11434: " + host);
            }
            return small;
        }

        /**
         * Sets how long it may be on. Default 1 hour.
         *
         * @param length how long, more than 0 and at most a day
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder forAtMost(Duration length) {
            if (length.isNegative() || length.isZero() || length.compareTo(GREATEST_LENGTH) > 0) {
                throw new IllegalArgumentException(
                        "chaos may be on for more than nothing and at most a day, not for " + length);
            }
            atMost = length;
            return this;
        }

        /**
         * Sets where chance begins: with the same number, requests meet the same in the order in which they come. Unless set, it
         * is different each time.
         *
         * @param seed any number
         * @return this builder
         */
        public Builder seed(long seed) {
            dice = new Random(seed);
            return this;
        }

        /**
         * Sets the time by which it ends, delays and drips. Default the machine's.
         *
         * @param time the time
         * @return this builder
         */
        public Builder time(ManualTime time) {
            this.time = ServerTime.of(time);
            return this;
        }

        /**
         * Makes it. It is off.
         *
         * @return the chaos, to {@link Chaos#begin}
         * @throws IllegalStateException if it has no weather
         */
        public Chaos build() {
            if (weather == null) {
                throw new IllegalStateException("say what requests meet: weather(Weather.partly(10, ...))");
            }
            return new Chaos(this, weather);
        }
    }
}
