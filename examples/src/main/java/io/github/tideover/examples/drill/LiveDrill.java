package io.github.tideover.examples.drill;

import io.github.tideover.Tideover;
import io.github.tideover.examples.drill.DrillRecord.Said;
import io.github.tideover.examples.drill.DrillRecord.Setting;
import io.github.tideover.examples.drill.DrillRecord.Side;
import io.github.tideover.status.StatusEvent;
import io.github.tideover.testkit.OutageServer;
import io.github.tideover.testkit.SeenRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Plays one outage, in real time and over real HTTP. The bare client lives through it at the same time, with the same users, and
 * has a provider of its own that plays the same, so that neither client is another's load.
 */
final class LiveDrill {
    /** How long calls may take that are still open when the outage is over. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration GLANCE = Duration.ofMillis(100);
    private static final int WARMING_UP = 30;

    private final Setting setting;
    private final DrilledApplication application;
    private final boolean isCompared;
    private final Progress progress;
    private final Stop stop;

    LiveDrill(Setting setting, DrilledApplication application, boolean isCompared, Progress progress, Stop stop) {
        this.setting = setting;
        this.application = application;
        this.isCompared = isCompared;
        this.progress = progress;
        this.stop = stop;
    }

    /** A server that plays, and when it was started. */
    private record Stage(OutageServer server, long started) {
        static Stage set(String name, long seed) {
            OutageServer server = OutageServer.builder().name(name).seed(seed).start();
            return new Stage(server, System.nanoTime());
        }

        /** When it was asked, from {@code start} on. */
        List<Duration> attempts(long start) {
            return server.requests().stream()
                    .map(SeenRequest::at)
                    .map(at -> at.minusNanos(start - started))
                    .toList();
        }
    }

    DrillRecord run() {
        warmUp();
        Stage provider = Stage.set("provider", setting.seed());
        Stage spare = setting.hasBackup() ? Stage.set("backup", setting.seed()) : null;
        Stage bareProvider = isCompared ? Stage.set("provider", setting.seed()) : null;
        try {
            return play(provider, spare, bareProvider);
        } finally {
            for (Stage stage : new @Nullable Stage[] {provider, spare, bareProvider}) {
                if (stage != null) {
                    stage.server().close();
                }
            }
        }
    }

    private Tideover client(OutageServer provider, Optional<OutageServer> backup) {
        try {
            return application.client(provider, backup);
        } catch (RuntimeException | LinkageError e) {
            throw new IllegalArgumentException(setting.application() + " could not build its client: " + e, e);
        }
    }

    private DrillRecord play(Stage provider, @Nullable Stage spare, @Nullable Stage bareProvider) {
        List<Arrival> arrivals = Arrival.schedule(setting.length(), setting.perSecond(), setting.seed());
        List<Said> said = new CopyOnWriteArrayList<>();
        Tideover tideover = client(provider.server(), Optional.ofNullable(spare).map(Stage::server));
        try (DrilledClient client = new TideoverClient(tideover)) {
            DrilledClient bare = bareProvider == null
                    ? null
                    : new BareClient(bareProvider.server().baseUrl());
            try {
                Crowd crowd = new Crowd(arrivals, client, stop);
                Crowd other = bare == null ? null : new Crowd(arrivals, bare, stop);
                Instant startedAt = Instant.now();
                long start = System.nanoTime();
                tideover.onStatus(event -> {
                    Said words = said(event, provider.server().name(), System.nanoTime() - start);
                    said.add(words);
                    progress.said(words);
                });
                provider.server().plays(setting.played());
                if (bareProvider != null) {
                    bareProvider.server().plays(setting.played());
                }
                crowd.begin(start, "users");
                if (other != null) {
                    other.begin(start, "users of the bare client");
                }
                watch(start, crowd, other);
                Duration end = Duration.ofNanos(System.nanoTime() - start);
                return new DrillRecord(
                        setting,
                        startedAt,
                        stop.isWished() ? Optional.of(end) : Optional.empty(),
                        other == null || other.latest().compareTo(crowd.latest()) < 0 ? crowd.latest() : other.latest(),
                        List.copyOf(said),
                        side(crowd, provider, spare, start),
                        other == null || bareProvider == null
                                ? Optional.empty()
                                : Optional.of(side(other, bareProvider, null, start)));
            } finally {
                if (bare != null) {
                    bare.close();
                }
            }
        }
    }

    private static Said said(StatusEvent event, String provider, long at) {
        return new Said(
                Duration.ofNanos(at),
                event.kind().name(),
                event.scope().orElse(""),
                event.status().state(),
                event.status().providers().stream()
                        .filter(each -> each.name().equals(provider))
                        .findFirst()
                        .orElse(event.status().providers().get(0))
                        .state(),
                event.headline(),
                event.detail());
    }

    /** Waits for the end of the outage, and then for the calls that are still open. */
    private void watch(long start, Crowd crowd, @Nullable Crowd other) {
        Duration last = setting.length().plus(PATIENCE);
        while (true) {
            Duration at = Duration.ofNanos(System.nanoTime() - start);
            progress.goes(at, crowd.arrived(), crowd.tally(), other == null ? null : other.tally());
            boolean isOver = at.compareTo(setting.length()) >= 0
                    && crowd.awaitAll(Duration.ZERO)
                    && (other == null || other.awaitAll(Duration.ZERO));
            if (isOver || at.compareTo(last) >= 0 || !stop.pause(GLANCE.toNanos())) {
                return;
            }
        }
    }

    private static Side side(Crowd crowd, Stage provider, @Nullable Stage spare, long start) {
        List<OutageServer> servers = new ArrayList<>(List.of(provider.server()));
        if (spare != null) {
            servers.add(spare.server());
        }
        List<String> complaints = new ArrayList<>();
        for (OutageServer server : servers) {
            for (String complaint : server.complaints(Arrival.MOST_ASKED)) {
                complaints.add(server.name() + ": " + complaint);
            }
        }
        return new Side(
                crowd.calls(),
                provider.attempts(start),
                spare == null ? 0 : spare.server().requests().size(),
                List.copyOf(complaints),
                crowd.truncated(servers.toArray(OutageServer[]::new)));
    }

    /** A JVM that has never made a call takes a second for its first, and that is no fault of the provider's. */
    private void warmUp() {
        progress.warmsUp();
        try (OutageServer provider = OutageServer.builder().name("provider").start();
                OutageServer backup = OutageServer.builder().name("backup").start();
                DrilledClient client = new TideoverClient(
                        client(provider, setting.hasBackup() ? Optional.of(backup) : Optional.empty()));
                DrilledClient bare = new BareClient(provider.baseUrl())) {
            for (int i = 0; i < WARMING_UP && !stop.isWished(); i++) {
                client.ask("Is anybody there? " + i).join();
                bare.ask("Is anybody there? " + i).join();
            }
        }
    }
}
