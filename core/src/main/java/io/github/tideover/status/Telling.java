package io.github.tideover.status;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Chooses the sentences that tell users of a status or an event. It claims no more than is known: a cause that little speaks
 * for is called uncertain, and where nobody knows how long it will take, it says so.
 */
final class Telling {
    /** Below it, little of what was seen speaks for the cause, or some of it for another. */
    private static final double CERTAIN = 0.5;
    /** How many providers' causes are told: more is nothing people would read. */
    private static final int EXPLAINED = 2;
    /** How much of a note on a status page is passed on. */
    private static final int LONGEST_NOTE = 400;

    static final String SINCE = "detail.since";

    private Telling() {}

    static Phrase headline(ServiceStatus status) {
        Optional<Cause> cause = status.diagnosis().map(Diagnosis::cause);
        if (status.state() != ServiceState.OPERATIONAL && cause.equals(Optional.of(Cause.LOCAL_NETWORK))) {
            return Phrase.of("headline.local_network");
        }
        String plain = "headline." + word(status.state());
        return switch (status.state()) {
            case DEGRADED -> Phrase.of(cause.equals(Optional.of(Cause.SLOW)) ? plain + ".slow" : plain);
            case PARTIAL_OUTAGE -> Phrase.of(plain + standing(status.providers()));
            default -> Phrase.of(plain);
        };
    }

    /**
     * Who is left in a partial outage. A provider that has trouble of its own may be the next to go, as both do when what they share
     * goes: that all works is then more than is known.
     */
    private static String standing(List<ProviderStatus> providers) {
        ServiceState first = providers.get(0).state();
        if (first.isDown()) {
            return ".backup";
        }
        return first == ServiceState.OPERATIONAL ? ".standby" : "";
    }

    static List<Phrase> detail(ServiceStatus status) {
        List<Phrase> detail = explanation(status);
        addTimes(detail, status);
        return detail;
    }

    /** Who is not well, and why. */
    static List<Phrase> explanation(ServiceStatus status) {
        List<Phrase> explanation = new ArrayList<>();
        if (status.state() != ServiceState.OPERATIONAL) {
            addProviders(explanation, status);
        }
        return explanation;
    }

    static Phrase headline(StatusEvent event) {
        boolean isOfAll = event.scope().isEmpty();
        return switch (event.kind()) {
            case SUSPECTED -> isOfWhatWorks(event) ? Phrase.of("headline.suspected") : headline(event.status());
            case PROVIDER_UPDATE -> Phrase.of("headline.provider_update");
            case MAINTENANCE_AHEAD -> Phrase.of("headline.maintenance_ahead");
            case RESTORED -> isOfAll ? Phrase.of("headline.restored") : headline(event.status());
            default -> headline(event.status());
        };
    }

    /** Whether there was nothing wrong until now with whom most are answered by. */
    private static boolean isOfWhatWorks(StatusEvent event) {
        ProviderStatus first = event.status().providers().get(0);
        return event.status().state() == ServiceState.OPERATIONAL
                || first.state() == ServiceState.OPERATIONAL && event.scope().equals(Optional.of(first.name()));
    }

    static List<Phrase> detail(StatusEvent event) {
        ServiceStatus status = event.status();
        ProviderStatus about = status.providers().stream()
                .filter(provider -> provider.name().equals(event.scope().orElse(null)))
                .findFirst()
                .orElse(status.providers().get(0));
        List<Phrase> detail = new ArrayList<>();
        switch (event.kind()) {
            case SUSPECTED -> detail.add(Phrase.of("detail.suspected", name(about)));
            case MAINTENANCE_AHEAD -> maintenanceAhead(about).ifPresent(detail::add);
            case PROVIDER_UPDATE -> newestNote(about).ifPresent(detail::add);
            case RECOVERING, RESTORED -> {
                if (event.scope().isPresent() && about.state() == ServiceState.OPERATIONAL) {
                    detail.add(Phrase.of("detail.recovering", name(about)));
                }
            }
            default -> {}
        }
        boolean isNewsAlone =
                event.kind() == StatusEvent.Kind.PROVIDER_UPDATE || event.kind() == StatusEvent.Kind.MAINTENANCE_AHEAD;
        if (status.state() != ServiceState.OPERATIONAL && !isNewsAlone) {
            addProviders(detail, status);
        }
        addTimes(detail, status);
        return detail;
    }

    private static void addProviders(List<Phrase> detail, ServiceStatus status) {
        boolean isOurs = status.diagnosis().map(Diagnosis::cause).equals(Optional.of(Cause.LOCAL_NETWORK));
        if (isOurs) {
            // Whoever cannot be reached from here may be well: nothing is said of them.
            addCause(detail, status.diagnosis().orElseThrow());
            return;
        }
        int explained = 0;
        for (ProviderStatus provider : status.providers()) {
            if (provider.state() == ServiceState.OPERATIONAL) {
                continue;
            }
            detail.add(Phrase.of("detail." + word(provider.state()), name(provider)));
            if (provider.state() == ServiceState.RECOVERING || explained == EXPLAINED) {
                continue;
            }
            explained++;
            provider.diagnosis().ifPresent(diagnosis -> addCause(detail, diagnosis));
            if (provider.isFlapping()) {
                detail.add(Phrase.of("detail.flapping"));
            }
            wordOfPage(provider).ifPresent(detail::add);
        }
    }

    private static void addCause(List<Phrase> detail, Diagnosis diagnosis) {
        detail.add(Phrase.of("cause." + word(diagnosis.cause())));
        if (diagnosis.confidence() < CERTAIN && diagnosis.cause() != Cause.UNKNOWN) {
            detail.add(Phrase.of("cause.uncertain"));
        }
    }

    private static void addTimes(List<Phrase> detail, ServiceStatus status) {
        if (status.state() != ServiceState.OPERATIONAL && status.state() != ServiceState.RECOVERING) {
            detail.add(Phrase.of(SINCE, status.since()));
        }
        expected(status).ifPresent(detail::add);
    }

    /** When it will be over, as far as anybody knows; empty while nobody waits for it. */
    static Optional<Phrase> expected(ServiceStatus status) {
        if (status.state() == ServiceState.OPERATIONAL || status.state() == ServiceState.RECOVERING) {
            return Optional.empty();
        }
        boolean isWaitedFor = status.state() != ServiceState.DEGRADED;
        return status.eta()
                .map(Telling::eta)
                .or(() -> isWaitedFor ? Optional.of(Phrase.of("eta.unknown")) : Optional.empty());
    }

    /** When service is likely back, as a range or a bound; never as a countdown. */
    static Phrase eta(Eta eta) {
        return switch (eta.basis()) {
            case SCHEDULED_END -> {
                Instant end = eta.notBefore().orElseThrow();
                yield Phrase.of(end.isAfter(eta.asOf()) ? "eta.scheduled_end" : "eta.scheduled_end.passed", end);
            }
            case NOT_BEFORE -> Phrase.of("eta.not_before", eta.notBefore().orElseThrow());
            case HISTORY ->
                Phrase.of(
                        "eta.history",
                        rough(Duration.between(eta.asOf(), eta.p50().orElseThrow())),
                        rough(Duration.between(eta.asOf(), eta.p80().orElseThrow())));
            case UNKNOWN -> Phrase.of("eta.unknown");
        };
    }

    /** No more exact than an estimate is: to five minutes, and from two hours on to half an hour. */
    private static Duration rough(Duration duration) {
        long step = duration.toMinutes() < 120 ? 5 : 30;
        long steps = (duration.toMinutes() + step - 1) / step;
        return Duration.ofMinutes(Math.max(1, steps) * step);
    }

    static Optional<Phrase> maintenanceAhead(ProviderStatus provider) {
        return provider.page().stream()
                .flatMap(page -> page.maintenances().stream())
                .filter(maintenance ->
                        !maintenance.isUnderWay() && maintenance.from().isPresent())
                .min(Comparator.comparing(maintenance -> maintenance.from().orElseThrow()))
                .map(next -> ahead(provider, next));
    }

    static Phrase ahead(ProviderStatus provider, PageReport.Maintenance maintenance) {
        Instant from = maintenance.from().orElseThrow();
        return maintenance
                .until()
                .map(until -> Phrase.of("detail.maintenance_ahead", name(provider), from, until))
                .orElseGet(() -> Phrase.of("detail.maintenance_ahead.open", name(provider), from));
    }

    /** What the page says that goes with, or against, what is seen from here. */
    private static Optional<Phrase> wordOfPage(ProviderStatus provider) {
        return provider.page()
                .flatMap(page -> page.incidents().stream()
                        .filter(incident -> incident.resolvedAt().isEmpty()
                                && !incident.name().isBlank())
                        .findFirst()
                        .map(incident -> quote(provider, incident.name()))
                        .or(() -> provider.state().isOutage()
                                        && page.worst().equals(Optional.of(ServiceState.OPERATIONAL))
                                ? Optional.of(Phrase.of("words.silent", name(provider)))
                                : Optional.empty()));
    }

    private static Optional<Phrase> newestNote(ProviderStatus provider) {
        return provider.page().stream()
                .flatMap(page -> page.incidents().stream())
                .flatMap(incident -> incident.updates().stream())
                .filter(update -> !update.text().isBlank())
                .max(Comparator.comparing(update -> update.at().orElse(Instant.MIN)))
                .map(update -> quote(provider, update.text()));
    }

    private static Phrase quote(ProviderStatus provider, String words) {
        String line = StatusWords.oneLine(words);
        if (line.length() > LONGEST_NOTE) {
            int end = Character.isHighSurrogate(line.charAt(LONGEST_NOTE - 1)) ? LONGEST_NOTE - 1 : LONGEST_NOTE;
            line = line.substring(0, end).stripTrailing() + "…";
        }
        return Phrase.of("words.of", name(provider), line);
    }

    static Phrase.Name name(ProviderStatus provider) {
        return new Phrase.Name(provider.name());
    }

    /** A state or a cause as part of a key. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
