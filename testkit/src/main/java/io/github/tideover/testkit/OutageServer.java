package io.github.tideover.testkit;

import static java.util.Objects.requireNonNull;

import io.github.tideover.provider.Provider;
import io.github.tideover.testkit.SeenRequest.Ending;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A provider on this machine's loopback address, which behaves exactly as badly as it is told. It speaks every
 * {@link Dialect}, whole and streamed, over real sockets, and knows by a request's path which one it is asked in, so that any
 * client can be pointed at {@link #baseUrl}.
 *
 * <pre>{@code
 * service.says("Hello").after(Duration.ofMillis(200));
 * service.fails(OVERLOADED).times(3).asking(Duration.ofSeconds(20));
 * service.cutsTheStreamAfter(40).tokens();
 * service.goesSilent().everyTime();
 * }</pre>
 *
 * <p>Each such line answers one request unless it says otherwise, in the order in which they were written. A request for which
 * there is no line meets the weather of the {@linkplain #plays timeline}; where there is none either, the provider is well and
 * answers with {@link #HEALTHY_ANSWER}, or as {@link Builder#answers} says.
 *
 * <p>It is safe for use by many threads. Its own are daemon threads, one for each connection.
 *
 * @since 0.1
 */
public final class OutageServer implements AutoCloseable {
    /** What a provider says that was given no words: sixty of them, so that there is something to break off. */
    public static final String HEALTHY_ANSWER =
            "A tide is the slow rise and fall of the sea, drawn by the moon and the sun, "
                    + "twice a day on most coasts. Water piles up on the side that faces the moon and on the side that faces away. "
                    + "Between the two it is low. Harbours, mud flats and rivers live by it, and sailors read its tables.";

    static final String PROXY_PAGE = """
            <html>
            <head><title>502 Bad Gateway</title></head>
            <body>
            <center><h1>502 Bad Gateway</h1></center>
            <hr><center>nginx</center>
            </body>
            </html>
            """;

    private static final Duration REAL_PATIENCE = Duration.ofSeconds(20);

    private final String name;
    private final ServerTime time;
    private final @Nullable HandshakeCertificates certificates;
    private final long start;
    private final Script script = new Script();
    private final Queue<SeenRequest> seen = new ConcurrentLinkedQueue<>();
    private final Queue<String> strays = new ConcurrentLinkedQueue<>();
    private final AtomicInteger numbers = new AtomicInteger();
    /** Puts what comes and what ends in one order. */
    private final AtomicLong order = new AtomicLong();

    private final Random dice;
    private final UnaryOperator<String> answers;
    private final Listener listener;
    private volatile @Nullable Playing playing;
    private volatile Capacity.@Nullable Backlog backlog;
    private volatile @Nullable LaggingPage page;
    private volatile boolean isClosed;
    /** What the answer to a question has thrown instead; the first one counts. */
    private final AtomicReference<@Nullable RuntimeException> slip = new AtomicReference<>();

    private OutageServer(Builder builder) {
        name = builder.name;
        time = builder.time;
        dice = new Random(builder.seed);
        answers = builder.answers;
        certificates = builder.isTls ? selfSigned() : null;
        start = time.now();
        listener = new Listener(name, time, certificates, this::answer);
        listener.begin();
    }

    /** A timeline, and when it began. */
    record Playing(Timeline timeline, long since) {
        Duration elapsed(long now) {
            return Duration.ofNanos(now - since);
        }
    }

    /**
     * Starts a provider that is well.
     *
     * @return the server, to be closed
     */
    public static OutageServer start() {
        return builder().start();
    }

    /**
     * Starts a provider that is well and goes by a time that the test moves.
     *
     * @param time the time
     * @return the server, to be closed
     */
    public static OutageServer start(ManualTime time) {
        return builder().time(time).start();
    }

    /**
     * For a server with a name, a time of its own or TLS.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The address to give a client of a dialect.
     *
     * @param dialect the dialect
     * @return the address, ending in a slash; without {@code v1/} where clients add it, as Anthropic's do
     */
    public String baseUrl(Dialect dialect) {
        return address() + dialect.folder();
    }

    /**
     * The address to give a client of OpenAI's APIs.
     *
     * @return the address, ending in {@code /v1/}
     */
    public String baseUrl() {
        return baseUrl(Dialect.CHAT_COMPLETIONS);
    }

    private String address() {
        return (certificates == null ? "http" : "https") + "://127.0.0.1:" + listener.port() + "/";
    }

    /**
     * How a client of this library reaches it, by chat completions.
     *
     * @return a provider of this server's name, with a model and a key
     */
    public Provider provider() {
        return provider(Dialect.CHAT_COMPLETIONS);
    }

    /**
     * How a client of this library reaches it.
     *
     * @param dialect the dialect to speak
     * @return a provider of this server's name, with a model and a key
     */
    public Provider provider(Dialect dialect) {
        String url = baseUrl(dialect);
        Provider provider = switch (dialect) {
            case CHAT_COMPLETIONS -> Provider.openAiCompatible(url);
            case RESPONSES -> Provider.responsesCompatible(url);
            case MESSAGES -> Provider.anthropicCompatible(url);
            case GEMINI -> Provider.geminiCompatible(url);
        };
        return provider.name(name).model("test-model").apiKey("test-key");
    }

    /**
     * Answers the next request, whole or as a stream, as it is asked.
     *
     * @param text what it says
     * @return the line
     */
    public Line says(String text) {
        return does(Behaviour.says(text));
    }

    /**
     * Calls a tool in answer to the next request. The line after it is there for the request that brings the tool's result.
     * More tools at once are called by {@link Line#calling}.
     *
     * @param tool its name
     * @param arguments a JSON object, such as <code>{"city":"Oslo"}</code>
     * @return the line
     * @throws IllegalArgumentException if the name is blank or the arguments are no JSON object
     */
    public Line calls(String tool, String arguments) {
        return does(Behaviour.calls(tool, arguments));
    }

    /**
     * Refuses the next request, in the words of the dialect.
     *
     * @param fault why
     * @return the line
     */
    public Line fails(Fault fault) {
        return does(Behaviour.fails(fault));
    }

    /**
     * Breaks the next stream off, and a whole reply after the same part of its text.
     *
     * @param number after how many
     * @return to be ended with {@code .tokens()}
     */
    public Line.Cut cutsTheStreamAfter(int number) {
        return new Line.Cut(this, number);
    }

    /**
     * Answers the next request slowly.
     *
     * @param pace how many
     * @return to be ended with {@code .tokensPerSecond()}
     */
    public Line.Drip dripsAt(double pace) {
        return new Line.Drip(this, pace);
    }

    /**
     * Takes the next request and says nothing until the client hangs up.
     *
     * @return the line
     */
    public Line goesSilent() {
        return does(Behaviour.goesSilent());
    }

    /**
     * Resets the connection of the next request before any byte of an answer.
     *
     * @return the line
     */
    public Line hangsUp() {
        return does(Behaviour.hangsUp());
    }

    /**
     * Serves the next request a proxy's page for HTTP 502, in HTML.
     *
     * @return the line
     */
    public Line servesTheProxyErrorPage() {
        return does(Behaviour.servesTheProxyErrorPage());
    }

    /**
     * Answers the next request with exactly this.
     *
     * @param status the HTTP status
     * @param contentType the body's type
     * @param body the body
     * @return the line
     * @throws IllegalArgumentException if the status is none
     */
    public Line answersWith(int status, String contentType, String body) {
        return does(Behaviour.answersWith(status, contentType, body));
    }

    /**
     * Adds a line to the script.
     *
     * @param behaviour what is done with the next request
     * @return the line
     */
    public Line does(Behaviour behaviour) {
        return script.add(requireNonNull(behaviour, "behaviour == null"));
    }

    /**
     * Plays a timeline, from its beginning, from now on, for all requests that no line is there for.
     *
     * @param timeline what to play
     */
    public void plays(Timeline timeline) {
        playing = new Playing(requireNonNull(timeline, "timeline == null"), time.now());
    }

    /**
     * Limits what this provider can take. Who is turned away uses up no line of the script.
     *
     * @param capacity how much
     */
    public void takes(Capacity capacity) {
        backlog = capacity.new Backlog(time.now());
    }

    /** Refuses connections from now on, and ends those that are open, as a machine does whose service is not running. */
    public void refusesConnections() {
        listener.stop();
    }

    /**
     * Takes connections again, at the same address.
     *
     * @throws IllegalStateException if this server is closed
     * @throws java.io.UncheckedIOException if somebody else has taken the port
     */
    public void acceptsConnectionsAgain() {
        listener.beginAgain();
    }

    /**
     * A status page of this provider, which shows each change of the {@linkplain #plays timeline} late.
     *
     * @return always the same; it closes with this server
     * @throws IllegalStateException if this server is closed, and nobody has asked for its page before
     */
    public synchronized LaggingPage statusPage() {
        LaggingPage known = page;
        if (known == null) {
            if (isClosed) {
                throw new IllegalStateException(name + " is closed");
            }
            known = new LaggingPage(name, time, () -> playing);
            page = known;
        }
        return known;
    }

    /**
     * What it was asked so far.
     *
     * @return in the order in which requests came, an unmodifiable list
     */
    public List<SeenRequest> requests() {
        return List.copyOf(seen);
    }

    /**
     * Waits, in real time, until so many requests have come.
     *
     * @param number how many, since the server was started
     * @throws AssertionError if they have not come within 20 s
     */
    public void awaitRequests(int number) {
        Patience.until(REAL_PATIENCE, "request " + number + " at " + name, () -> seen.size() >= number);
    }

    /**
     * Waits, in real time, until no request is under way.
     *
     * @throws AssertionError if one still is after 20 s
     */
    public void awaitQuiet() {
        Patience.until(
                REAL_PATIENCE,
                "the end of all requests at " + name,
                () -> seen.stream().noneMatch(request -> request.ending() == Ending.UNDER_WAY));
    }

    /**
     * What there is to complain of in how it was treated, by the rules of {@link OutageServerAssert#wasTreatedWell}: for who
     * wants to report it rather than to fail.
     *
     * @param asked how often the same question was put to the client at most, at least 1: so many attempts for so many calls
     *     are no second attempt
     * @return in sentences, an unmodifiable list; empty if it was treated well
     * @throws IllegalArgumentException if {@code asked} is less than 1
     */
    public List<String> complaints(int asked) {
        if (asked < 1) {
            throw new IllegalArgumentException("a question is asked 1 time or more, not " + asked);
        }
        return List.copyOf(new Conduct(this, asked).complaints());
    }

    /**
     * Checks that all was asked for that the script has.
     *
     * @throws AssertionError if a line was not, or not as often as it says, and is not one for {@link Line#ifAsked}; or if
     *     {@linkplain Builder#answers what answers a question} threw something, which is the cause
     */
    public void checkScript() {
        RuntimeException thrown = slip.get();
        if (thrown != null) {
            throw new AssertionError("the script of " + name + " could not answer a question", thrown);
        }
        List<String> unused = script.unused();
        if (!unused.isEmpty()) {
            throw new AssertionError("nobody asked " + name + " for what its script has: " + unused + ". It was asked "
                    + seen.size() + " times" + (strays.isEmpty() ? "" : ", and in no dialect: " + strays)
                    + ". A line that may be left unused says ifAsked().");
        }
    }

    /**
     * What a client needs to trust a server with TLS, whose certificate nobody has signed.
     *
     * @return the trust manager
     * @throws IllegalStateException if this server has no TLS
     */
    public X509TrustManager trustManager() {
        return tls().trustManager();
    }

    /**
     * An HTTP client that trusts this server, for {@code Tideover.builder().httpClient(...)} and the like.
     *
     * @return a new client
     * @throws IllegalStateException if this server has no TLS
     */
    public OkHttpClient trustingClient() {
        HandshakeCertificates tls = tls();
        return new OkHttpClient.Builder()
                .sslSocketFactory(tls.sslSocketFactory(), tls.trustManager())
                .build();
    }

    private HandshakeCertificates tls() {
        if (certificates == null) {
            throw new IllegalStateException("this server has no TLS; start it with builder().tls().start()");
        }
        return certificates;
    }

    private static HandshakeCertificates selfSigned() {
        HeldCertificate held = new HeldCertificate.Builder()
                .commonName("outage server")
                .addSubjectAlternativeName("127.0.0.1")
                .addSubjectAlternativeName("localhost")
                .build();
        return new HandshakeCertificates.Builder()
                .heldCertificate(held)
                .addTrustedCertificate(held.certificate())
                .build();
    }

    /** Whether the connection may be used again. */
    private boolean answer(Received received, Connection connection) throws IOException {
        Dialect dialect = Dialect.of(received.method(), received.path());
        if (dialect == null) {
            strays.add(received.method() + " " + received.path());
            connection.send(
                    404,
                    "application/json",
                    "{\"error\":{\"message\":\"Not found\",\"type\":\"invalid_request_error\"}}",
                    Map.of());
            return true;
        }
        JsonNode json;
        try {
            json = Speech.JSON.readTree(received.body());
        } catch (JacksonException e) {
            strays.add(received.method() + " " + received.path() + " without JSON");
            connection.send(
                    400,
                    "application/json",
                    "{\"error\":{\"message\":\"We could not parse the JSON body\",\"type\":\"invalid_request_error\"}}",
                    Map.of());
            return true;
        }
        long now = time.now();
        SeenRequest request = new SeenRequest(
                numbers.incrementAndGet(),
                now,
                Duration.ofNanos(now - start),
                dialect,
                received.path(),
                received,
                json);
        request.begins(order.incrementAndGet());
        seen.add(request);
        try {
            String question = dialect.speech().question(json);
            Behaviour behaviour = behaviour(now).inWords(() -> answers.apply(question));
            return new Performance(request, json, connection, time, order).of(behaviour);
        } catch (IOException e) {
            if (request.ending() == Ending.UNDER_WAY) {
                request.ends(Ending.LEFT, time.now(), order.incrementAndGet());
            }
            throw e;
        } catch (RuntimeException e) {
            // The test's own function. The client sees a reset, and the test fails by checkScript.
            slip.compareAndSet(null, e);
            request.ends(Ending.BROKEN, time.now(), order.incrementAndGet());
            connection.reset();
            return false;
        }
    }

    private Behaviour behaviour(long now) {
        Capacity.Backlog line = backlog;
        if (line != null && !line.takes(now)) {
            return Behaviour.fails(Fault.OVERLOADED);
        }
        Behaviour scripted = script.next();
        if (scripted != null) {
            return scripted;
        }
        Playing current = playing;
        return current == null
                ? Behaviour.answers()
                : current.timeline().at(current.elapsed(now)).at(dice.nextDouble());
    }

    /** How long the trouble of the timeline is over; empty if there is no timeline, or its trouble is not over. */
    Optional<Duration> wellFor() {
        Playing current = playing;
        if (current == null) {
            return Optional.empty();
        }
        Duration since = current.elapsed(time.now()).minus(current.timeline().recovery());
        return since.isNegative() ? Optional.empty() : Optional.of(since);
    }

    long now() {
        return time.now();
    }

    /**
     * What it is called.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /** Stops answering and hangs up on everybody. May be called more than once. */
    @Override
    public synchronized void close() {
        isClosed = true;
        listener.close();
        if (page != null) {
            page.close();
        }
    }

    @Override
    public String toString() {
        return name + " at " + address() + ", asked " + seen.size() + " times";
    }

    /**
     * Builds an {@link OutageServer}.
     *
     * @since 0.1
     */
    public static final class Builder {
        private String name = "outage-server";
        private ServerTime time = ServerTime.system();
        private boolean isTls;
        private long seed = 1;
        private UnaryOperator<String> answers = question -> HEALTHY_ANSWER;

        private Builder() {}

        /**
         * Sets what it is called in messages, and as a provider. Default {@code "outage-server"}.
         *
         * @param name the name, not blank
         * @return this builder
         * @throws IllegalArgumentException if it is blank
         */
        public Builder name(String name) {
            if (name.isBlank()) {
                throw new IllegalArgumentException("the name of a server must not be blank");
            }
            this.name = name;
            return this;
        }

        /**
         * Sets the time by which it waits, drips, recovers and notes when it was asked. Default the machine's.
         *
         * @param time the time
         * @return this builder
         */
        public Builder time(ManualTime time) {
            this.time = ServerTime.of(time);
            return this;
        }

        /**
         * Has it speak HTTPS, with a certificate of its own: {@link OutageServer#trustManager}.
         *
         * @return this builder
         */
        public Builder tls() {
            isTls = true;
            return this;
        }

        /**
         * Sets where chance begins: which requests meet the trouble of a {@linkplain Weather#partly partly} bad weather. Default
         * 1. With the same number, the requests meet the same, in the order in which they come.
         *
         * @param seed any number
         * @return this builder
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Sets what it says wherever it was given no words. Default {@link OutageServer#HEALTHY_ANSWER}, whatever it is asked.
         *
         * @param answers makes an answer of what the user said last, which is empty if that was no text. It is called by
         *     several threads; what it throws resets the connection, and fails {@link OutageServer#checkScript}.
         * @return this builder
         */
        public Builder answers(UnaryOperator<String> answers) {
            this.answers = requireNonNull(answers, "answers == null");
            return this;
        }

        /**
         * Starts the server, on a free port of the loopback address.
         *
         * @return the server, to be closed
         * @throws java.io.UncheckedIOException if this machine lets nobody listen there
         */
        public OutageServer start() {
            return new OutageServer(this);
        }
    }
}
