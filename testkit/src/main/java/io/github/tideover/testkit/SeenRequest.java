package io.github.tideover.testkit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A request that an {@link OutageServer} was sent, and what became of it. What became of it may still change while it is under
 * way; all else stands.
 *
 * @since 0.1
 */
public final class SeenRequest {
    /**
     * What became of a request.
     *
     * @since 0.1
     */
    public enum Ending {
        /** Not over yet. */
        UNDER_WAY,
        /** Answered, all of it: a provider bills that. */
        ANSWERED,
        /** Refused, or answered with something that is no reply. */
        REFUSED,
        /** Broken off by the server, some of the reply or none of it sent. */
        BROKEN,
        /** Broken off by the client. */
        LEFT
    }

    private final int number;
    private final Duration at;
    private final Dialect dialect;
    private final String model;
    private final boolean isStream;
    private final String body;
    private final String credential;
    private final String question;
    private final int images;
    private final int files;
    private final long atNanos;

    private volatile Ending ending = Ending.UNDER_WAY;
    private volatile long endedNanos;
    private volatile long order;
    private volatile long endOrder;
    private volatile @Nullable Fault fault;
    private volatile @Nullable Duration wait;
    private volatile @Nullable String intended;

    SeenRequest(int number, long atNanos, Duration at, Dialect dialect, String path, Received received, JsonNode json) {
        this.number = number;
        this.atNanos = atNanos;
        this.at = at;
        this.dialect = dialect;
        this.model = dialect.speech().model(path, json);
        this.isStream = dialect.speech().isStream(path, json);
        this.body = received.body();
        this.credential = digest(credentialOf(received));
        this.question = digest(dialect.speech().conversation(json).toString());
        List<JsonNode> parts = dialect.speech()
                .turns(json)
                .valueStream()
                .flatMap(Speech::parts)
                .toList();
        this.images = (int) parts.stream().filter(Speech::isImage).count();
        this.files = (int) parts.stream().filter(Speech::isFile).count();
    }

    private static String credentialOf(Received received) {
        for (String name : new String[] {"authorization", "x-api-key", "api-key", "x-goog-api-key"}) {
            String value = received.header(name);
            if (value != null) {
                return value;
            }
        }
        return "";
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /**
     * Which request of the server's it was.
     *
     * @return from 1 on
     */
    public int number() {
        return number;
    }

    /**
     * When it came.
     *
     * @return since the server was started, by the server's time
     */
    public Duration at() {
        return at;
    }

    /**
     * The dialect it was made in.
     *
     * @return the dialect
     */
    public Dialect dialect() {
        return dialect;
    }

    /**
     * The model that was asked.
     *
     * @return its name; {@code "unnamed"} if the request has none
     */
    public String model() {
        return model;
    }

    /**
     * Whether a stream was asked for.
     *
     * @return false for a whole reply
     */
    public boolean isStream() {
        return isStream;
    }

    /**
     * How many images it has.
     *
     * @return the number of image parts in the whole conversation
     */
    public int images() {
        return images;
    }

    /**
     * How many files it has, be it documents, sounds or films.
     *
     * @return the number of parts in the whole conversation that are neither text nor image
     */
    public int files() {
        return files;
    }

    /**
     * What was sent.
     *
     * @return the body, as text
     */
    public String body() {
        return body;
    }

    /**
     * What has become of it.
     *
     * @return the ending, or that there is none yet
     */
    public Ending ending() {
        return ending;
    }

    /**
     * Why it was refused.
     *
     * @return the fault; empty if it was not refused, or by something that is none
     */
    public Optional<Fault> fault() {
        return Optional.ofNullable(fault);
    }

    /**
     * What the client was asked to wait.
     *
     * @return the time; empty if it was not
     */
    public Optional<Duration> askedToWait() {
        return Optional.ofNullable(wait);
    }

    void begins(long place) {
        order = place;
    }

    void ends(Ending how, long now, long place) {
        endedNanos = now;
        endOrder = place;
        ending = how;
    }

    void isRefused(@Nullable Fault why, @Nullable Duration toWait, long now, long place) {
        fault = why;
        wait = toWait;
        ends(Ending.REFUSED, now, place);
    }

    void isToBeTold(String text) {
        intended = text;
    }

    /** The text that it is answered with, all of it, however much was sent; null if it is refused. */
    @Nullable
    String intended() {
        return intended;
    }

    /** Nanoseconds of the server's time. */
    long came() {
        return atNanos;
    }

    long ended() {
        return endedNanos;
    }

    /** Whether it came when the other one was over: time alone does not tell, where it stands still. */
    boolean cameAfterTheEndOf(SeenRequest other) {
        return other.ending != Ending.UNDER_WAY && order > other.endOrder;
    }

    /** Whether it is another attempt with the same. */
    boolean asksTheSameAs(SeenRequest other) {
        return question.equals(other.question) && isOfTheSame(other);
    }

    /** Whether key and model are the same. */
    boolean isOfTheSame(SeenRequest other) {
        return credential.equals(other.credential) && model.equals(other.model);
    }

    /** Whose it was: the key, as a digest. */
    String credential() {
        return credential;
    }

    /** What was asked, as a digest: the same in each attempt, to whatever model. */
    String question() {
        return question;
    }

    /** Without what was said. */
    @Override
    public String toString() {
        return "#" + number + " at " + at.toMillis() + " ms, " + dialect + (isStream ? " stream of " : " of ") + model
                + ": " + ending + (fault == null ? "" : " " + fault) + (wait == null ? "" : ", to wait " + wait);
    }
}
