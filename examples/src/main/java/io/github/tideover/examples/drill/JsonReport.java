package io.github.tideover.examples.drill;

import io.github.tideover.examples.drill.DrillRecord.Setting;
import io.github.tideover.examples.drill.DrillRecord.Side;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Writes a drill as JSON. Its fields are described in docs/drills.md; times are seconds. */
final class JsonReport {
    /** Goes up when a field changes its meaning or goes away. */
    private static final int VERSION = 1;

    private static final JsonMapper MAPPER = new JsonMapper();

    private JsonReport() {}

    static String write(Summary summary, List<Goal> goals, Verdict verdict) {
        DrillRecord record = summary.record();
        Setting setting = record.setting();
        Map<String, @Nullable Object> root = new LinkedHashMap<>();
        root.put("version", VERSION);
        root.put("survived", verdict.isSurvived());
        root.put("verdict", verdict.sentences());
        List<Object> asked = new ArrayList<>();
        for (Goal goal : goals) {
            asked.add(object("goal", goal.name(), "met", goal.isMet(), "found", goal.found()));
        }
        root.put("goals", asked);
        root.put(
                "drill",
                object(
                        "startedAt", record.startedAt().toString(),
                        "stoppedAt", record.stoppedAt().map(JsonReport::seconds).orElse(null),
                        "length", seconds(setting.length()),
                        "compression", setting.compression(),
                        "rate", setting.perSecond(),
                        "seed", setting.seed(),
                        "application", setting.application(),
                        "backup", setting.hasBackup(),
                        "latestArrival", seconds(record.latestArrival())));
        root.put("outage", outage(summary, setting));
        List<Object> said = new ArrayList<>();
        for (DrillRecord.Said each : record.said()) {
            said.add(object(
                    "at", seconds(each.at()),
                    "kind", each.kind(),
                    "about", each.about(),
                    "state", each.whole().name(),
                    "providerState", each.provider().name(),
                    "headline", each.headline(),
                    "detail", each.detail()));
        }
        root.put("status", said);
        root.put("noticedAfter", summary.noticedAfter().map(JsonReport::seconds).orElse(null));
        root.put("tideover", side(record.tideover(), summary.tideover()));
        Optional<Side> bare = record.bare();
        root.put(
                "bare",
                bare.isPresent() && summary.bare().isPresent()
                        ? side(bare.get(), summary.bare().get())
                        : null);
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    private static Map<String, @Nullable Object> outage(Summary summary, Setting setting) {
        List<Object> phases = new ArrayList<>();
        for (Outage.Span phase : summary.phases()) {
            phases.add(object(
                    "name", phase.phase(),
                    "from", seconds(phase.from()),
                    "to", seconds(phase.to()),
                    "level", phase.level().name()));
        }
        return object(
                "key", setting.outage().key(),
                "name", setting.outage().name(),
                "length", seconds(setting.outage().timeline().length()),
                "source", setting.outage().source(),
                "reported", setting.outage().reported(),
                "reconstructed", setting.outage().reconstructed(),
                "phases", phases);
    }

    private static Map<String, @Nullable Object> side(Side side, Numbers numbers) {
        Map<String, @Nullable Object> outcomes = new LinkedHashMap<>();
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(outcome.name(), numbers.of(outcome));
        }
        List<Object> calls = new ArrayList<>();
        for (DrilledCall call : side.calls()) {
            calls.add(object(
                    "number", call.number(),
                    "question", call.question(),
                    "at", seconds(call.at()),
                    "wait", seconds(call.took()),
                    "outcome", call.outcome().name(),
                    "attempts", call.attempts(),
                    "reason", call.reason()));
        }
        Map<String, @Nullable Object> object = object(
                "callCount", numbers.calls(),
                "answered", numbers.answered(),
                "outcomes", outcomes,
                "waitMedian", seconds(numbers.median()),
                "waitP95", seconds(numbers.p95()),
                "waitLongest", seconds(numbers.longest()),
                "attempts", numbers.attempts(),
                "backupAttempts", side.backupAttempts(),
                "attemptsPerTroubledCall",
                        numbers.attemptsPerTroubledCall().isPresent()
                                ? rounded(numbers.attemptsPerTroubledCall().getAsDouble())
                                : null,
                "backAfter", numbers.backAfter().map(JsonReport::seconds).orElse(null),
                "conduct", side.complaints(),
                "truncated", side.truncated(),
                "calls", calls);
        return object;
    }

    private static double seconds(Duration time) {
        return Math.round(time.toNanos() / 1e5) / 1e4;
    }

    private static double rounded(double number) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.4f", number));
    }

    private static Map<String, @Nullable Object> object(@Nullable Object... namesAndValues) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return object;
    }
}
