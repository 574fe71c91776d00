package io.github.tideover.testkit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** The text of what the user said last, in whatever dialect; empty if there is none. */
    final String question(JsonNode body) {
        List<JsonNode> said = conversation(body);
        JsonNode turns = said.get(said.size() - 1);
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

    /** What a user says in a turn: its text, or that of all its parts. Empty for the turn of somebody else. */
    private static String userText(JsonNode turn) {
        if (!turn.path("role").asString("user").equals("user")) {
            return "";
        }
        JsonNode content = turn.path(turn.has("parts") ? "parts" : "content");
        if (content.isString()) {
            return content.asString();
        }
        StringBuilder text = new StringBuilder();
        content.forEach(part -> text.append(part.path("text").asString("")));
        return text.toString();
    }

    abstract String whole(Answering reply);

    /** The events before the first text. */
    abstract String opening(Answering reply);

    abstract String piece(Answering reply, int index, String text);

    /** The last piece of a complete reply, in a dialect where it is what makes the reply complete. */
    String lastPiece(Answering reply, int index, String text) {
        return piece(reply, index, text);
    }

    /** The events after the last text, which make a stream complete; empty if {@link #lastPiece} does. */
    abstract String closing(Answering reply);

    abstract Refusal refusal(Fault fault, String model, @Nullable Duration wait);

    /** The event by which a stream says that it has failed. */
    abstract String errorEvent(Answering reply);

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

    /** An event with a name, which is also its type. */
    static String named(String name, Object data) {
        return "event: " + name + "\n" + event(data);
    }
}
