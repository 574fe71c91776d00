package io.github.tideover.examples.drill;

import io.github.tideover.testkit.Behaviour;
import io.github.tideover.testkit.Timeline;
import io.github.tideover.testkit.Weather;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads an outage of the user's own from a JSON file. Whatever is wrong with it is told with its place. */
final class TimelineFile {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final String A_TIME = "a time such as \"90s\", \"30m\" or \"2h\"";
    private static final List<String> OF_FILE = List.of("name", "source", "statusPageLag", "phases");
    private static final List<String> OF_PHASE = List.of("name", "length", "trouble");
    private static final List<String> OF_TROUBLE = List.of("percent", "meets", "after", "retryAfter");

    private final String file;

    private TimelineFile(String file) {
        this.file = file;
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException with one sentence: the file, the place, what came and what would have worked
     */
    static Outage read(Path path) {
        String text;
        try {
            text = Files.readString(path);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(path + " is not text in UTF-8; a timeline file is JSON in UTF-8");
        } catch (IOException e) {
            String why = Files.exists(path) ? "cannot be read" : "is not there";
            throw new IllegalArgumentException("the timeline file " + path + " " + why
                    + "; name a JSON file, or an outage of the catalogue with --outage");
        }
        Path name = path.getFileName();
        String key = (name == null ? "timeline" : name.toString()).replaceFirst("\\.[^.]*$", "");
        return parse(text, path.toString(), key);
    }

    static Outage parse(String text, String file, String key) {
        JsonNode root;
        try {
            root = MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    file + ", line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ": this is no JSON: " + e.getOriginalMessage());
        }
        return new TimelineFile(file).outage(root, key);
    }

    private Outage outage(JsonNode root, String key) {
        fields(root, "the file", OF_FILE);
        Timeline timeline = Timeline.named(text(root, "", "name"));
        JsonNode phases = root.path("phases");
        if (!phases.isArray() || phases.isEmpty()) {
            throw wrong("phases", phases, "a list of at least one phase, each with a name and a length");
        }
        for (int i = 0; i < phases.size(); i++) {
            String place = "phases[" + i + "]";
            JsonNode phase = phases.get(i);
            fields(phase, place, OF_PHASE);
            Duration length = time(phase, place + ".", "length").orElse(Duration.ZERO);
            if (length.isZero()) {
                throw wrong(place + ".length", phase.path("length"), A_TIME + ", more than nothing");
            }
            timeline = timeline.phase(text(phase, place + ".", "name"), length, weather(phase, place));
        }
        Optional<Duration> lag = time(root, "", "statusPageLag");
        if (lag.isPresent()) {
            timeline = timeline.pageLag(lag.get());
        }
        String source = root.has("source") ? text(root, "", "source") : "";
        return new Outage(key, timeline, source, "", "");
    }

    private Weather weather(JsonNode phase, String place) {
        JsonNode troubles = phase.path("trouble");
        if (troubles.isMissingNode()) {
            return Weather.fair();
        }
        if (!troubles.isArray()) {
            throw wrong(place + ".trouble", troubles, "a list, or nothing for a phase in which all is well");
        }
        Weather weather = Weather.fair();
        double left = 100;
        for (int i = 0; i < troubles.size(); i++) {
            String here = place + ".trouble[" + i + "]";
            JsonNode trouble = troubles.get(i);
            fields(trouble, here, OF_TROUBLE);
            JsonNode percent = trouble.path("percent");
            if (!percent.isNumber() || !(percent.doubleValue() > 0) || percent.doubleValue() > left + 1e-6) {
                throw wrong(
                        here + ".percent",
                        percent,
                        "a number above 0 and at most what is left of a hundred, " + Words.decimal(left));
            }
            left -= percent.doubleValue();
            weather = weather.and(percent.doubleValue(), behaviour(trouble, here));
        }
        return weather;
    }

    private Behaviour behaviour(JsonNode node, String place) {
        JsonNode meets = node.path("meets");
        Trouble trouble = Arrays.stream(Trouble.values())
                .filter(each -> meets.isString() && each.name().equals(meets.stringValue()))
                .findFirst()
                .orElseThrow(() -> wrong(
                        place + ".meets",
                        meets,
                        "one of "
                                + Arrays.stream(Trouble.values())
                                        .map(each -> "\"" + each + "\"")
                                        .collect(Collectors.joining(", "))));
        Behaviour behaviour = trouble.behaviour();
        Optional<Duration> rest = time(node, place + ".", "retryAfter");
        if (rest.isPresent()) {
            if (!trouble.isRefusal()) {
                throw wrong(
                        place + ".retryAfter",
                        node.path("retryAfter"),
                        "nothing: " + trouble + " cannot ask for a wait; only refusals such as \"OVERLOADED\" can");
            }
            behaviour = behaviour.asking(rest.get());
        }
        Optional<Duration> after = time(node, place + ".", "after");
        if (after.isPresent()) {
            return behaviour.after(after.get());
        }
        if (trouble == Trouble.LATE_ANSWER) {
            throw wrong(place + ".after", node.path("after"), A_TIME + ": how late the answer is");
        }
        return behaviour;
    }

    private void fields(JsonNode node, String place, List<String> known) {
        if (!node.isObject()) {
            throw wrong(place, node, "an object with the fields " + Words.list(known));
        }
        for (String name : node.propertyNames()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(file + ", " + place + ": there is no field \"" + name
                        + "\"; those that would have worked are " + Words.list(known));
            }
        }
    }

    private String text(JsonNode node, String place, String field) {
        JsonNode value = node.path(field);
        if (!value.isString() || value.stringValue().isBlank()) {
            throw wrong(place + field, value, "a text in quotes");
        }
        return value.stringValue();
    }

    private Optional<Duration> time(JsonNode node, String place, String field) {
        JsonNode value = node.path(field);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        Optional<Duration> time = value.isString() ? Words.time(value.stringValue()) : Optional.empty();
        if (time.isEmpty()) {
            throw wrong(place + field, value, A_TIME);
        }
        return time;
    }

    private IllegalArgumentException wrong(String place, @Nullable JsonNode came, String worked) {
        String what = came == null || came.isMissingNode() ? "nothing" : shortened(came.toString());
        return new IllegalArgumentException(
                String.format(Locale.ROOT, "%s, %s: %s came; %s would have worked", file, place, what, worked));
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }
}
