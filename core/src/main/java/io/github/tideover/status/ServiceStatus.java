package io.github.tideover.status;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How well chat works at one moment, with words to show to users.
 *
 * @since 0.1
 */
public final class ServiceStatus {
    private final ServiceState state;
    private final Instant since;
    private final @Nullable Diagnosis diagnosis;
    private final List<ProviderStatus> providers;
    private final List<RouteStatus> routes;
    private final StatusWords words;

    ServiceStatus(
            ServiceState state,
            Instant since,
            @Nullable Diagnosis diagnosis,
            List<ProviderStatus> providers,
            List<RouteStatus> routes,
            StatusWords words) {
        this.words = words;
        this.state = state;
        this.since = since;
        this.diagnosis = diagnosis;
        this.providers = List.copyOf(providers);
        this.routes = List.copyOf(routes);
    }

    /**
     * How well chat works.
     *
     * @return the state over all providers
     */
    public ServiceState state() {
        return state;
    }

    /**
     * When that state began.
     *
     * @return the time
     */
    public Instant since() {
        return since;
    }

    /**
     * What is most likely behind the trouble of the first provider that has any; or {@link Cause#LOCAL_NETWORK}, if nobody
     * can be reached from here.
     *
     * @return the diagnosis, or empty while all is well
     */
    public Optional<Diagnosis> diagnosis() {
        return Optional.ofNullable(diagnosis);
    }

    /**
     * When the first provider that has trouble is likely back.
     *
     * @return the estimate, which may be that nobody knows; empty while there is nothing to wait for
     */
    public Optional<Eta> eta() {
        return providers.stream()
                .filter(provider -> provider.state() != ServiceState.OPERATIONAL)
                .findFirst()
                .flatMap(ProviderStatus::eta);
    }

    /**
     * Each provider, the first one first.
     *
     * @return an unmodifiable list
     */
    public List<ProviderStatus> providers() {
        return providers;
    }

    /**
     * Each provider and model, the first provider first.
     *
     * @return an unmodifiable list
     */
    public List<RouteStatus> routes() {
        return routes;
    }

    /**
     * The state in one sentence that users understand, in the language of the client's {@link StatusWords}.
     *
     * @return a sentence
     */
    public String headline() {
        return words.say(Telling.headline(this), null);
    }

    /**
     * The state in one sentence that users understand.
     *
     * @param language the language, and country if it matters
     * @return a sentence, in English if there are no words in that language
     */
    public String headline(Locale language) {
        return words.speaking(language).say(Telling.headline(this), null);
    }

    /**
     * What is behind it, since when, and how long it may take, in the language of the client's {@link StatusWords}.
     *
     * @return sentences that users understand, empty if all is well
     */
    public String detail() {
        return words.say(Telling.detail(this), null);
    }

    /**
     * What is behind it, since when, and how long it may take.
     *
     * @param language the language, and country if it matters
     * @return sentences that users understand, empty if all is well; in English if there are no words in that language
     */
    public String detail(Locale language) {
        return words.speaking(language).say(Telling.detail(this), null);
    }

    /** The words it speaks with. */
    StatusWords words() {
        return words;
    }

    @Override
    public String toString() {
        return state + " since " + since + " " + routes;
    }
}
