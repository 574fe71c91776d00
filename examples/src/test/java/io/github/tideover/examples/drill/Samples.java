package io.github.tideover.examples.drill;

import io.github.tideover.examples.drill.DrillOptions.Limits;
import io.github.tideover.examples.drill.DrillRecord.Said;
import io.github.tideover.examples.drill.DrillRecord.Setting;
import io.github.tideover.examples.drill.DrillRecord.Side;
import io.github.tideover.status.ServiceState;
import io.github.tideover.testkit.Behaviour;
import io.github.tideover.testkit.Fault;
import io.github.tideover.testkit.PastOutage;
import io.github.tideover.testkit.Timeline;
import io.github.tideover.testkit.Weather;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A drill that nobody has run, with known numbers. Ten minutes well, twenty dark, ten well: in 40 s. */
final class Samples {
    static final Limits USUAL = new Limits(0, 100, Optional.empty());

    static final Timeline TIMELINE = Timeline.named("A bad <Monday> & more")
            .phase("well", Duration.ofMinutes(10), Weather.fair())
            .phase("dark \"night\"", Duration.ofMinutes(20), Weather.all(Behaviour.fails(Fault.OVERLOADED)))
            .phase("well again", Duration.ofMinutes(10), Weather.fair())
            .pageLag(Duration.ofMinutes(8));

    private Samples() {}

    static Setting setting(Outage outage) {
        return new Setting(outage, Duration.ofSeconds(40), 10, 7, true, "the sample");
    }

    static DrilledCall call(int number, double at, double wait, Outcome outcome, int attempts) {
        return new DrilledCall(
                number,
                number,
                Duration.ofMillis(Math.round(at * 1_000)),
                Duration.ofNanos(Math.round(wait * 1e9)),
                outcome,
                attempts,
                outcome == Outcome.FAILED ? "HTTP 503 <b>" : "");
    }

    private static Said said(double at, ServiceState whole, ServiceState provider, String headline) {
        return new Said(
                Duration.ofMillis(Math.round(at * 1_000)),
                "STATE_CHANGED",
                "",
                whole,
                provider,
                headline,
                "Since & why.");
    }

    /** Six calls of ours: two live, one by the backup, one cached, one canned, one live again. Two of the bare client's fail. */
    static DrillRecord record() {
        return record(List.of(), List.of());
    }

    static DrillRecord record(List<String> complaints, List<String> truncated) {
        List<DrilledCall> ours = List.of(
                call(1, 1, 0.002, Outcome.LIVE, 1),
                call(2, 5, 0.003, Outcome.LIVE, 1),
                call(3, 12, 0.5, Outcome.ALTERNATE, 4),
                call(4, 20, 0.004, Outcome.CACHED, 0),
                call(5, 25, 0.005, Outcome.CANNED, 0),
                call(6, 31, 0.25, Outcome.LIVE, 2));
        List<DrilledCall> theirs = List.of(
                call(1, 1, 0.002, Outcome.LIVE, 1),
                call(2, 5, 0.003, Outcome.LIVE, 1),
                call(3, 12, 3.5, Outcome.FAILED, 4),
                call(4, 20, 3.5, Outcome.FAILED, 4),
                call(5, 25, 31, Outcome.LIVE, 4),
                call(6, 31, 0.002, Outcome.LIVE, 1));
        return new DrillRecord(
                setting(new Outage(
                        "BAD_MONDAY", TIMELINE, "https://example.com/?a=1&b=2", "It was <dark>.", "All of it.")),
                Instant.parse("2026-11-26T10:00:00Z"),
                Optional.empty(),
                Duration.ofMillis(3),
                List.of(
                        said(12.5, ServiceState.PARTIAL_OUTAGE, ServiceState.MAJOR_OUTAGE, "The assistant <limps>."),
                        said(31.3, ServiceState.RECOVERING, ServiceState.RECOVERING, "It comes back.")),
                new Side(ours, seconds(1, 5, 12, 12.2, 20, 31, 31.2), 1, complaints, truncated),
                Optional.of(new Side(
                        theirs,
                        seconds(1, 5, 12, 12.5, 13.5, 15.5, 20, 20.5, 21.5, 23.5, 25, 25.5, 26.5, 28.5, 31),
                        0,
                        List.of(),
                        List.of())));
    }

    static List<Duration> seconds(double... seconds) {
        List<Duration> times = new ArrayList<>();
        for (double each : seconds) {
            times.add(Duration.ofMillis(Math.round(each * 1_000)));
        }
        return times;
    }

    /** A drill in which nobody asked. */
    static DrillRecord empty() {
        Side nobody = new Side(List.of(), List.of(), 0, List.of(), List.of());
        return new DrillRecord(
                setting(Outage.of(PastOutage.OPENAI_2023_11_08)),
                Instant.parse("2026-11-26T10:00:00Z"),
                Optional.of(Duration.ofSeconds(2)),
                Duration.ZERO,
                List.of(),
                nobody,
                Optional.empty());
    }
}
