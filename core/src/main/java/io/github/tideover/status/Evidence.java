package io.github.tideover.status;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * One fact that a {@link Diagnosis} rests on. Holds no key, prompt or reply.
 *
 * @since 0.1
 */
public final class Evidence {
    /**
     * What sort of fact it is. More may be added in later versions.
     *
     * @since 0.1
     */
    public enum Kind {
        /** Attempts failed. Its number is their share of the last minute's attempts, from 0 to 1. */
        FAILURES,
        /** Answers could not be read, such as a page of HTML instead of a reply. Its number is how many since all was well. */
        MALFORMED_ANSWERS,
        /** First words come later than they used to. Its number is how many times the usual time they take. */
        SLOW_ANSWERS,
        /** Attempts have been waiting for longer than attempts do. Its number is how many. */
        SUSPECTS,
        /** The circuit is open. It has no number. */
        CIRCUIT,
        /** Too many requests, says the provider. Its number is the share of the last minute's attempts, from 0 to 1. */
        RATE_LIMIT,
        /** The provider asked for a pause. Its number is the seconds of it that were left. */
        RETRY_AFTER,
        /** The provider's status page says something. It has no number. */
        STATUS_PAGE,
        /** Another host was reached, or none was. Its number is how many were. */
        CANARY,
        /** The account, the key or the model is not served. It has no number. */
        ACCOUNT
    }

    private final Kind kind;
    private final Instant at;
    private final String source;
    private final @Nullable Double number;
    private final String words;

    private Evidence(Kind kind, Instant at, String source, @Nullable Double number, String words) {
        this.kind = requireNonNull(kind, "kind == null");
        this.at = requireNonNull(at, "at == null");
        this.source = requireNonNull(source, "source == null");
        this.number = number;
        this.words = requireNonNull(words, "words == null");
    }

    static Evidence of(Kind kind, Instant at, String source, String words) {
        return new Evidence(kind, at, source, null, words);
    }

    static Evidence of(Kind kind, Instant at, String source, double number, String words) {
        return new Evidence(kind, at, source, number, words);
    }

    /**
     * What sort of fact it is.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * When it was seen.
     *
     * @return the time, by this machine's clock
     */
    public Instant at() {
        return at;
    }

    /**
     * Who it was seen at.
     *
     * @return the provider and model, the provider, or the address of a status page
     */
    public String source() {
        return source;
    }

    /**
     * How much of it there is.
     *
     * @return the number, with the meaning that {@link Kind} gives it; empty where it has none
     */
    public OptionalDouble number() {
        return Optional.ofNullable(number).map(OptionalDouble::of).orElseGet(OptionalDouble::empty);
    }

    /**
     * The fact in a few words, for logs and reports.
     *
     * @return a clause in English without a full stop, such as {@code "7 of 9 attempts failed: the provider is overloaded"}
     */
    public String words() {
        return words;
    }

    @Override
    public String toString() {
        return kind + " " + source + ": " + words;
    }
}
