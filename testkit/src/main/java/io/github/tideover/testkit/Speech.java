package io.github.tideover.testkit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How a dialect writes replies and refusals, and where it has what a request says. */
abstract class Speech {
    static final JsonMapper JSON = JsonMapper.builder().build();

    /** Whether a request with this path, up to the query, is made in this dialect. */
    abstract boolean isAskedBy(String path);

    boolean isStream(String path, JsonNode body) {
        return body.path("stream").asBoolean(false);
    }

    String model(String path, JsonNode body) {
        return body.path("model").asString("unnamed");
    }

    /** What was said so far: the part of a request that is the same in each attempt for one question. */
    abstract List<JsonNode> conversation(JsonNode body);

    /** The turns of the conversation: an array, or a text. */
    abstract JsonNode turns(JsonNode body);

    /** The text of what the user said last; empty if there is none. */
    final String question(JsonNode body) {
        JsonNode turns = turns(body);
        if (turns.isString()) {
            return turns.asString();
        }
        for (int i = turns.size() - 1; i >= 0; i--) {
            String text = userText(turns.path(i));
            if (!text.isEmpty()) {
                return text;
            }
        }
        return "";
    }

    /** What a user says in a turn. Empty for the turn of somebody else. */
    private static String userText(JsonNode turn) {
        return turn.path("role").asString("user").equals("user")
                ? parts(turn).map(part -> part.path("text").asString("")).collect(Collectors.joining())
                : "";
    }

    abstract String whole(Answering reply);

    /** The same as a stream. One that is not whole breaks somewhere, so that none of its pieces ends it. */
    abstract Streamed streamed(Answering reply, boolean isWhole);

    abstract Refusal refusal(Fault fault, String model, @Nullable Duration wait);

    /** The event by which a stream says that it has failed, after so many others. */
    abstract String errorEvent(int events);

    /** The parts of a turn. A text alone is one part, as it is in other turns. */
    static Stream<JsonNode> parts(JsonNode turn) {
        JsonNode content = turn.has("parts") ? turn.path("parts") : turn.path("content");
        return content.isString()
                ? Stream.of(JSON.createObjectNode().put("type", "text").set("text", content))
                : content.valueStream();
    }

    /** Whether a part is an image, in whatever dialect. */
    static boolean isImage(JsonNode part) {
        return List.of("image_url", "input_image", "image")
                        .contains(part.path("type").asString(""))
                || mediaType(part).startsWith("image/");
    }

    /** Whether a part is a file, a sound or a film. */
    static boolean isFile(JsonNode part) {
        return List.of("file", "input_file", "document", "input_audio")
                        .contains(part.path("type").asString(""))
                || !mediaType(part).isEmpty() && !isImage(part);
    }

    private static String mediaType(JsonNode part) {
        JsonNode data = part.has("inlineData") ? part.path("inlineData") : part.path("fileData");
        return data.path("mimeType").asString("");
    }

    static Map<String, @Nullable Object> map(@Nullable Object... namesAndValues) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return map;
    }

    static String json(Object value) {
        return JSON.writeValueAsString(value);
    }

    static String event(Object data) {
        return "data: " + json(data) + "\n\n";
    }

    /** How many events there are. */
    static int events(String text) {
        return text.split("\n\n", -1).length - 1;
    }

    /** An event with a name, which is also its type. */
    static String named(String name, Object data) {
        return "event: " + name + "\n" + event(data);
    }
}
