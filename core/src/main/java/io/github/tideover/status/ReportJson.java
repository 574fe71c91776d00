package io.github.tideover.status;

import io.github.tideover.chat.Origin;
import io.github.tideover.wire.Json;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Outage reports as JSON, and back. What an event said is written twice: as a text to read, and as the sentences it is made
 * of, so that a report that was kept can be told in another language.
 */
final class ReportJson {
    private ReportJson() {}

    static String write(OutageReport report, StatusWords words) {
        return Json.written(tree(report, words));
    }

    static Map<String, @Nullable Object> tree(OutageReport report, StatusWords words) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("began", report.began().toString());
        json.put("ended", report.ended().map(Instant::toString).orElse(null));
        json.put("asOf", report.asOf().toString());
        json.put("durationMillis", report.duration().toMillis());
        json.put(
                "detectionDelayMillis",
                report.detectionDelay().map(Duration::toMillis).orElse(null));
        json.put("worst", report.worst().name());
        json.put("cause", report.cause().name());
        json.put("confidence", report.confidence());
        json.put("evidence", report.evidence());
        json.put("providers", report.providers());
        json.put("calls", report.calls());
        json.put("affected", report.affected());
        Map<String, @Nullable Object> answered = new LinkedHashMap<>();
        for (Origin origin : Origin.values()) {
            answered.put(origin.name(), report.answered(origin));
        }
        json.put("answered", answered);
        json.put("failed", report.failed());
        json.put("queued", report.queued());
        json.put("delivered", report.delivered());
        json.put("attempts", report.attempts());
        json.put("longestWaitMillis", report.longestWait().toMillis());
        json.put(
                "timeline",
                report.timeline().stream().map(entry -> tree(entry, words)).toList());
        json.put("omitted", report.omitted());
        return json;
    }

    private static Map<String, @Nullable Object> tree(OutageReport.Entry entry, StatusWords words) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("number", entry.number());
        json.put("at", entry.at().toString());
        json.put("kind", entry.kind().name());
        json.put("scope", entry.scope().orElse(null));
        json.put("state", entry.state().name());
        json.put("headline", words.say(entry.headline(), entry.at()));
        json.put("detail", words.say(entry.detail(), entry.at()));
        List<@Nullable Object> sentences = new ArrayList<>();
        sentences.add(tree(entry.headline()));
        entry.detail().forEach(phrase -> sentences.add(tree(phrase)));
        json.put("sentences", sentences);
        return json;
    }

    private static Map<String, @Nullable Object> tree(Phrase phrase) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("key", phrase.key());
        json.put(
                "with",
                phrase.arguments().stream()
                        .map(argument -> {
                            if (argument instanceof Phrase.Name name) {
                                return Map.of("name", name.provider());
                            }
                            if (argument instanceof Instant time) {
                                return Map.of("time", time.toString());
                            }
                            if (argument instanceof Duration duration) {
                                return Map.of("millis", duration.toMillis());
                            }
                            return Map.of("text", argument);
                        })
                        .toList());
        return json;
    }

    /**
     * Reads a report.
     *
     * @throws DateTimeException if a time that must be there cannot be read
     * @throws IllegalArgumentException if something else that must be there cannot
     */
    static OutageReport read(Map<?, ?> json, StatusWords words) {
        Instant began = Instant.parse(text(json, "began"));
        Object ended = json.get("ended");
        OutageReport.Builder report = OutageReport.builder(began, words)
                .asOf(Instant.parse(text(json, ended == null ? "asOf" : "ended")), ended != null)
                .duration(Duration.ofMillis(number(json, "durationMillis")))
                .worst(constant(ServiceState.class, text(json, "worst")))
                .cause(
                        constant(Cause.class, text(json, "cause")),
                        json.get("confidence") instanceof Number share ? share.doubleValue() : 0,
                        texts(json, "evidence"))
                .providers(texts(json, "providers"))
                .failed((int) number(json, "failed"))
                .affected((int) number(json, "affected"))
                .queued((int) number(json, "queued"), (int) number(json, "delivered"))
                .attempts(number(json, "attempts"))
                .longestWait(Duration.ofMillis(number(json, "longestWaitMillis")))
                .timeline(
                        objects(json, "timeline").stream()
                                .map(ReportJson::entry)
                                .toList(),
                        (int) number(json, "omitted"));
        if (json.get("detectionDelayMillis") instanceof Number) {
            report.detectionDelay(Duration.ofMillis(number(json, "detectionDelayMillis")));
        }
        if (json.get("answered") instanceof Map<?, ?> answered) {
            for (Origin origin : Origin.values()) {
                report.answered(origin, (int) number(answered, origin.name()));
            }
        }
        return report.build();
    }

    private static OutageReport.Entry entry(Map<?, ?> json) {
        List<Phrase> sentences = new ArrayList<>();
        for (Map<?, ?> sentence : objects(json, "sentences")) {
            Phrase phrase = phrase(sentence);
            // A sentence that a later version had is passed over by this one.
            if (StatusWords.keys().containsKey(phrase.key())) {
                sentences.add(phrase);
            }
        }
        ServiceState state = constant(ServiceState.class, text(json, "state"));
        Phrase headline = sentences.isEmpty() ? Phrase.of("state." + Telling.word(state)) : sentences.remove(0);
        return new OutageReport.Entry(
                (int) number(json, "number"),
                Instant.parse(text(json, "at")),
                constant(StatusEvent.Kind.class, text(json, "kind")),
                json.get("scope") instanceof String scope ? scope : null,
                state,
                headline,
                sentences);
    }

    private static Phrase phrase(Map<?, ?> json) {
        List<Object> arguments = new ArrayList<>();
        for (Map<?, ?> argument : objects(json, "with")) {
            if (argument.get("name") instanceof String name) {
                arguments.add(new Phrase.Name(name));
            } else if (argument.get("time") instanceof String time) {
                arguments.add(Instant.parse(time));
            } else if (argument.get("millis") instanceof Number millis) {
                arguments.add(Duration.ofMillis(millis.longValue()));
            } else {
                arguments.add(String.valueOf(argument.get("text")));
            }
        }
        return new Phrase(text(json, "key"), arguments);
    }

    static <E extends Enum<E>> E constant(Class<E> type, String name) {
        return Enum.valueOf(type, name.toUpperCase(Locale.ROOT));
    }

    static String text(Map<?, ?> json, String field) {
        if (json.get(field) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("no " + field);
    }

    private static long number(Map<?, ?> json, String field) {
        return json.get(field) instanceof Number number ? number.longValue() : 0;
    }

    private static List<String> texts(Map<?, ?> json, String field) {
        List<String> texts = new ArrayList<>();
        if (json.get(field) instanceof List<?> list) {
            list.forEach(each -> texts.add(String.valueOf(each)));
        }
        return texts;
    }

    private static List<Map<?, ?>> objects(Map<?, ?> json, String field) {
        List<Map<?, ?>> objects = new ArrayList<>();
        if (json.get(field) instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof Map<?, ?> object) {
                    objects.add(object);
                }
            }
        }
        return objects;
    }
}
