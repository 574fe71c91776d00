package io.github.tideover.status;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something to tell about how well chat works. Events are numbered without gaps in the order in which they came about; a
 * listener that is too slow misses those that a later one of the same kind replaces, sees a gap in the numbers, and has the whole
 * truth in the next.
 *
 * @since 0.1
 */
public final class StatusEvent {
    /**
     * What an event tells. More may be added in later versions: give a {@code switch} over them a default branch.
     *
     * @since 0.1
     */
    public enum Kind {
        /** First signs of trouble, too few to change the state. */
        SUSPECTED,
        /** The state has changed, other than to {@link ServiceState#RECOVERING} or {@link ServiceState#OPERATIONAL}. */
        STATE_CHANGED,
        /** It has become clear what is behind the trouble, or that it is something else than was thought. */
        CAUSE_UNDERSTOOD,
        /** The provider wrote something new about its incident. */
        PROVIDER_UPDATE,
        /** The provider will be down for maintenance. */
        MAINTENANCE_AHEAD,
        /** There are answers again: the state has become {@link ServiceState#RECOVERING}. */
        RECOVERING,
        /** All is well again: the state has become {@link ServiceState#OPERATIONAL}. */
        RESTORED,
        /** The trouble goes on, and there is more to say about it. At most one in 30 s. */
        UPDATE
    }

    private final long sequence;
    private final Instant at;
    private final Kind kind;
    private final @Nullable String scope;
    private final ServiceState previous;
    private final ServiceState state;
    private final ServiceStatus status;

    StatusEvent(
            long sequence,
            Instant at,
            Kind kind,
            @Nullable String scope,
            ServiceState previous,
            ServiceState state,
            ServiceStatus status) {
        this.sequence = sequence;
        this.at = at;
        this.kind = kind;
        this.scope = scope;
        this.previous = previous;
        this.state = state;
        this.status = status;
    }

    /**
     * The event's number.
     *
     * @return 1 for the first event of a client
     */
    public long sequence() {
        return sequence;
    }

    /**
     * When it came about.
     *
     * @return the time
     */
    public Instant at() {
        return at;
    }

    /**
     * What it tells.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Whom it is about.
     *
     * @return a provider's name, or empty if it is about chat as a whole
     */
    public Optional<String> scope() {
        return Optional.ofNullable(scope);
    }

    /**
     * The state before, of whom the event is about.
     *
     * @return the state; the same as {@link #state()} if the event is no change of state
     */
    public ServiceState previous() {
        return previous;
    }

    /**
     * The state now, of whom the event is about.
     *
     * @return the state
     */
    public ServiceState state() {
        return state;
    }

    /**
     * The whole status at the moment of the event.
     *
     * @return the status
     */
    public ServiceStatus status() {
        return status;
    }

    /**
     * What is most likely behind it.
     *
     * @return the diagnosis of whom the event is about, or empty while all is well
     */
    public Optional<Diagnosis> diagnosis() {
        return scope == null ? status.diagnosis() : provider().flatMap(ProviderStatus::diagnosis);
    }

    /**
     * When service is likely back.
     *
     * @return the estimate for whom the event is about; empty while there is nothing to wait for
     */
    public Optional<Eta> eta() {
        return scope == null ? status.eta() : provider().flatMap(ProviderStatus::eta);
    }

    private Optional<ProviderStatus> provider() {
        return status.providers().stream()
                .filter(provider -> provider.name().equals(scope))
                .findFirst();
    }

    /**
     * What there is to tell, in one sentence that users understand, in the language of the client's {@link StatusWords}.
     *
     * @return a sentence
     */
    public String headline() {
        return status.words().say(Telling.headline(this), at);
    }

    /**
     * What there is to tell, in one sentence that users understand.
     *
     * @param language the language, and country if it matters
     * @return a sentence, in English if there are no words in that language
     */
    public String headline(Locale language) {
        return status.words().speaking(language).say(Telling.headline(this), at);
    }

    /**
     * What is behind it, since when, and how long it may take, in the language of the client's {@link StatusWords}.
     *
     * @return sentences that users understand; empty if there is nothing to add to the headline
     */
    public String detail() {
        return status.words().say(Telling.detail(this), at);
    }

    /**
     * What is behind it, since when, and how long it may take.
     *
     * @param language the language, and country if it matters
     * @return sentences that users understand; empty if there is nothing to add to the headline
     */
    public String detail(Locale language) {
        return status.words().speaking(language).say(Telling.detail(this), at);
    }

    @Override
    public String toString() {
        return "#" + sequence + " " + kind + (scope == null ? "" : " " + scope) + " " + previous + " -> " + state;
    }
}
