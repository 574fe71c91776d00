package io.github.tideover.cache;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A question that stands by itself, and where its reply is kept. Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class KeptQuestion {
    private final @Nullable String tenant;
    private final @Nullable String system;
    private final String text;
    private final RequestFingerprint key;

    KeptQuestion(@Nullable String tenant, @Nullable String system, String text, RequestFingerprint key) {
        this.tenant = tenant;
        this.system = system;
        this.text = text;
        this.key = key;
    }

    /**
     * Whose question it was.
     *
     * @return the tenant, or empty where there is only one
     */
    public Optional<String> tenant() {
        return Optional.ofNullable(tenant);
    }

    /**
     * The system prompt it was asked after.
     *
     * @return the prompt, or empty if there was none
     */
    public Optional<String> system() {
        return Optional.ofNullable(system);
    }

    /**
     * The question.
     *
     * @return its text
     */
    public String text() {
        return text;
    }

    /**
     * Where its reply is kept.
     *
     * @return the fingerprint of its request
     */
    public RequestFingerprint key() {
        return key;
    }

    /** Names the type; tenant, prompt and question are left out so that a log cannot hold them. */
    @Override
    public String toString() {
        return "KeptQuestion";
    }
}
