package io.github.tideover.status;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A recorder, the time around it, and the states it is told of, for tests that play a course of days by hand. */
final class Weather implements AutoCloseable {
    private Instant wall;
    private long nanos = 5_000_000_000L;
    private final StatusWords words;
    final List<OutageReport> delivered = new ArrayList<>();
    final Queue<Runnable> lane = new ArrayDeque<>();
    final Queue<Runnable> disk = new ArrayDeque<>();
    final StatusRecorder recorder;
    private final List<String> names;
    private final List<ServiceState> states = new ArrayList<>();
    private final List<@Nullable Diagnosis> diagnoses = new ArrayList<>();
    private final List<@Nullable PageReport> pages = new ArrayList<>();
    private final List<@Nullable Eta> etas = new ArrayList<>();
    private Instant since;
    private ServiceState overall = ServiceState.OPERATIONAL;
    private long sequence;

    Weather(Instant start, StatusWords words, @Nullable Path directory, String... providers) {
        this(start, words, directory, List.of(), providers);
    }

    Weather(
            Instant start,
            StatusWords words,
            @Nullable Path directory,
            List<Consumer<OutageReport>> others,
            String... providers) {
        wall = start;
        since = start;
        this.words = words;
        names = List.of(providers);
        for (int i = 0; i < names.size(); i++) {
            states.add(ServiceState.OPERATIONAL);
            diagnoses.add(null);
            pages.add(null);
            etas.add(null);
        }
        List<Consumer<OutageReport>> listeners = new ArrayList<>(others);
        listeners.add(delivered::add);
        recorder = new StatusRecorder(
                names.stream().map(name -> RouteName.of(name, "m")).toList(),
                clock,
                () -> nanos,
                words,
                listeners,
                lane::add,
                directory,
                disk::add);
    }

    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return wall;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };

    Instant now() {
        return wall;
    }

    void passes(Duration duration) {
        wall = wall.plus(duration);
        nanos += duration.toNanos();
    }

    void clockIsSet(Duration by) {
        wall = wall.plus(by);
    }

    /** Time with an answered attempt every ten minutes. */
    void calls(Duration duration) {
        for (long left = duration.toMinutes(); left > 0; left -= 10) {
            for (int i = 0; i < names.size(); i++) {
                if (states.get(i).isDown()) {
                    recorder.attemptFailed(i);
                } else {
                    recorder.attemptAnswered(i);
                }
            }
            passes(Duration.ofMinutes(Math.min(10, left)));
        }
        for (int i = 0; i < names.size(); i++) {
            recorder.attemptAnswered(i);
        }
    }

    void fails(int provider) {
        recorder.attemptFailed(provider);
    }

    void diagnosed(int provider, @Nullable Diagnosis diagnosis, @Nullable Eta eta) {
        diagnoses.set(provider, diagnosis);
        etas.set(provider, eta);
    }

    void page(int provider, PageReport page) {
        pages.set(provider, page);
    }

    /** A provider changes its state, and the board tells of it. */
    void becomes(int provider, ServiceState state) {
        ServiceState before = states.set(provider, state);
        if (state == ServiceState.OPERATIONAL) {
            diagnoses.set(provider, null);
            etas.set(provider, null);
        }
        ServiceState overallBefore = overall;
        Rollup rollup = new Rollup();
        states.forEach(rollup::add);
        overall = rollup.state();
        since = overall == overallBefore ? since : wall;
        recorder.changed(status());
        boolean ofAll = overall != overallBefore;
        tell(
                switch (ofAll ? overall : state) {
                    case OPERATIONAL -> StatusEvent.Kind.RESTORED;
                    case RECOVERING -> StatusEvent.Kind.RECOVERING;
                    default -> StatusEvent.Kind.STATE_CHANGED;
                },
                ofAll ? null : names.get(provider),
                ofAll ? overallBefore : before,
                ofAll ? overall : state);
    }

    void tell(StatusEvent.Kind kind, @Nullable String scope) {
        tell(kind, scope, overall, overall);
    }

    private void tell(StatusEvent.Kind kind, @Nullable String scope, ServiceState before, ServiceState after) {
        recorder.sent(new StatusEvent(++sequence, wall, kind, scope, before, after, status()));
    }

    ServiceStatus status() {
        List<ProviderStatus> providers = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            providers.add(new ProviderStatus(
                    names.get(i), states.get(i), since, false, diagnoses.get(i), etas.get(i), pages.get(i), List.of()));
        }
        Diagnosis diagnosis = providers.stream()
                .flatMap(provider -> provider.diagnosis().stream())
                .findFirst()
                .orElse(null);
        return new ServiceStatus(overall, since, diagnosis, providers, List.of(), words);
    }

    StatusHistory history() {
        return recorder.history();
    }

    void deliver() {
        while (!lane.isEmpty()) {
            lane.remove().run();
        }
    }

    void write() {
        while (!disk.isEmpty()) {
            disk.remove().run();
        }
    }

    @Override
    public void close() {
        recorder.close();
        write();
    }
}
