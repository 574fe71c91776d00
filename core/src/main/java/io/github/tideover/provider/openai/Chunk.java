package io.github.tideover.provider.openai;

import io.github.tideover.chat.Usage;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.ToolCallPart;
import io.github.tideover.wire.Unread;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What one chunk says, as far as it concerns the reply. Read again and again into the same object; nothing of it counts
 * until {@link #read} has said that the whole chunk is JSON.
 *
 * <p>Unknown fields are passed over, and so is a known one with a value of the wrong kind: it is as if it were not there.
 */
final class Chunk {
    private static final JsonFactory JSON = new JsonFactory();

    String id = "";
    String model = "";

    @Nullable
    Usage usage;

    @Nullable
    String text;

    @Nullable
    String reasoning;

    /** Whether the reasoning came by the name that {@link KeptThoughts} goes back by. */
    boolean hasReasoningContent;

    /** The reasoning in OpenRouter's own form, which as a rule says the same. */
    @Nullable
    ReasoningDetails reasoningDetails;

    /** What was said aloud. */
    @Nullable
    String transcript;

    @Nullable
    String refusal;

    @Nullable
    String finishReason;

    final List<ToolCallPart> toolCalls = new ArrayList<>();

    /** A whole answer in place of a piece of one: {@code message} where {@code delta} should be. */
    boolean isWhole;
    /** What it holds beside. */
    Unread unread = Unread.NOTHING;
    /** Whether there is a choice, of whatever index. */
    boolean hasChoice;
    /** An error in one of the shapes that are errors anywhere. */
    boolean isError;
    /** A field that is an error only where there are no choices. */
    boolean isComplaint;

    private int choices;
    /** Whether its one message holds what is not read. What stands beside the choices may be the same in every chunk. */
    private boolean holdsMore;

    /**
     * Reads a chunk, or an array of them.
     *
     * @return false if this is not JSON, or neither an object nor an array of objects: then this chunk holds nothing of use
     */
    boolean read(byte[] source, int from, int to) {
        clear();
        // A second byte of zero would make the parser guess at UTF-16 or UTF-32, and event streams are UTF-8.
        if (to - from < 2 || (source[from] != '{' && source[from] != '[') || source[from + 1] == 0) {
            return false;
        }
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), source, from, to - from)) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                object(json);
            } else {
                // Some send errors in an array. Two objects in one event are no template.
                choices = 2;
                while (json.nextToken() == JsonToken.START_OBJECT) {
                    object(json);
                }
                if (json.currentToken() != JsonToken.END_ARRAY) {
                    return false;
                }
            }
            return json.nextToken() == null;
        } catch (JacksonException e) {
            return false; // its message may quote the chunk
        }
    }

    private void clear() {
        id = "";
        model = "";
        usage = null;
        text = null;
        reasoning = null;
        hasReasoningContent = false;
        reasoningDetails = null;
        transcript = null;
        refusal = null;
        finishReason = null;
        toolCalls.clear();
        isWhole = false;
        unread = Unread.NOTHING;
        holdsMore = false;
        hasChoice = false;
        isError = false;
        isComplaint = false;
        choices = 0;
    }

    /**
     * Whether the chunk's one effect, besides an id and a model that are known after it, was its text: one choice, of index 0,
     * with a delta, and nothing else that the reply would hold.
     */
    boolean isOnlyText() {
        return text != null
                && choices == 1
                && !isError
                && !isWhole
                && !holdsMore
                && transcript == null
                && usage == null
                && finishReason == null
                && reasoning == null
                && reasoningDetails == null
                && refusal == null
                && toolCalls.isEmpty();
    }

    private void object(JsonParser json) {
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "id" -> id = Json.text(json);
                case "model" -> model = Json.text(json);
                case "choices" -> choices(json, value);
                case "usage" -> usage(json);
                case "error" -> isError |= isSomething(json);
                case "x_groq" -> groq(json, value);
                case "object" -> isError |= Json.text(json).equals("error");
                case "detail", "message", "errors", "error_message", "error_type" -> isComplaint |= isSomething(json);
                default -> {
                    if (BesideWords.isBesideChoices(name)) {
                        unread = unread.and(name, json);
                    } else {
                        json.skipChildren();
                    }
                }
            }
        }
    }

    /**
     * What Groq says in a field of its own: the usage, at times only here, and why it stopped before the end.
     *
     * @see <a href="https://console.groq.com/docs/api-reference#chat-create">Groq's chunk</a>
     */
    private void groq(JsonParser json, @Nullable JsonToken start) {
        if (start != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "usage" -> usage(json);
                case "error" -> isError |= isSomething(json);
                default -> json.skipChildren();
            }
        }
    }

    private void choices(JsonParser json, @Nullable JsonToken value) {
        if (value != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        JsonToken item = json.nextToken();
        while (item != JsonToken.END_ARRAY && item != null) {
            if (item == JsonToken.START_OBJECT) {
                choice(json);
            } else {
                json.skipChildren();
            }
            item = json.nextToken();
        }
    }

    private void choice(JsonParser json) {
        choices++;
        hasChoice = true;
        long index = 0;
        Delta delta = null;
        Delta message = null;
        String finish = null;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "index" -> index = Json.count(json);
                case "finish_reason" -> finish = string(json, value);
                case "usage" -> usage(json);
                case "error" -> isError |= isSomething(json);
                case "delta" -> delta = delta(json, value);
                case "message" -> message = delta(json, value);
                default -> json.skipChildren();
            }
        }
        if (index != 0) {
            unread = unread.and(BesideWords.OTHER_CHOICES); // one of several answers; the reply is the first
            return;
        }
        if (delta != null) {
            take(delta);
        } else if (message != null) {
            isWhole = true;
            take(message);
        }
        // Some send an empty reason, or the word, for as long as there is none.
        if (finish != null && !finish.isEmpty() && !finish.equals("null")) {
            finishReason = finish;
        }
    }

    private void take(Delta delta) {
        text = joined(text, delta.parts.text());
        // Some send the same words in two fields.
        reasoning = joined(reasoning, delta.reasoning.isEmpty() ? delta.parts.reasoning() : delta.reasoning);
        hasReasoningContent |= delta.hasReasoningContent;
        reasoningDetails = delta.reasoningDetails == null ? reasoningDetails : delta.reasoningDetails;
        transcript = joined(transcript, delta.transcript);
        holdsMore |= !delta.unread.isNothing();
        unread = unread.and(delta.unread);
        refusal = joined(refusal, delta.refusal.isEmpty() ? delta.parts.refusal() : delta.refusal);
        toolCalls.addAll(delta.toolCalls);
    }

    private @Nullable Delta delta(JsonParser json, @Nullable JsonToken start) {
        if (start != JsonToken.START_OBJECT) {
            json.skipChildren();
            return null;
        }
        Delta delta = new Delta();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "content" ->
                    delta.content(value == JsonToken.START_ARRAY ? Content.read(json) : Content.of(Json.text(json)));
                case "reasoning_content", "reasoning", "reasoning_text" -> {
                    String words = Json.text(json);
                    delta.reasoning = delta.reasoning.isEmpty() ? words : delta.reasoning;
                    delta.hasReasoningContent |= name.equals(KeptThoughts.FIELD) && !words.isEmpty();
                }
                case "reasoning_details" -> delta.reasoningDetails = ReasoningDetails.read(json);
                case "audio" -> {
                    delta.unread = value == JsonToken.START_OBJECT ? delta.unread.and(name) : delta.unread;
                    delta.transcript = Json.textIn(json, "transcript");
                }
                case "refusal" -> delta.refusal = Json.text(json);
                case "tool_calls" -> {
                    List<ToolCallPart> calls = new ArrayList<>(2);
                    delta.unread = delta.unread.and(ToolCalls.read(json, ToolCallPart::new, calls));
                    delta.callTools(calls);
                }
                case "function_call" -> delta.callTools(ToolCalls.readOldForm(json, ToolCallPart::new));
                default -> delta.unread = BesideWords.ofMessage(delta.unread, name, json);
            }
        }
        return delta;
    }

    /** Told once, or again and again as a running total: the last one counts, also within a chunk. */
    private void usage(JsonParser json) {
        Usage told = Usages.read(json);
        usage = told == null ? usage : told;
    }

    private static @Nullable String string(JsonParser json, @Nullable JsonToken value) {
        if (value == JsonToken.VALUE_STRING) {
            return json.getString();
        }
        json.skipChildren();
        return null;
    }

    private static boolean isSomething(JsonParser json) {
        boolean isSomething = Json.isSomething(json);
        json.skipChildren();
        return isSomething;
    }

    private static @Nullable String joined(@Nullable String head, String tail) {
        if (tail.isEmpty()) {
            return head;
        }
        return head == null ? tail : head + tail;
    }

    private static final class Delta {
        private Content parts = Content.NONE;
        private String reasoning = "";
        private boolean hasReasoningContent;
        private @Nullable ReasoningDetails reasoningDetails;
        private String transcript = "";
        private Unread unread = Unread.NOTHING;
        private String refusal = "";
        private List<ToolCallPart> toolCalls = List.of();

        void content(Content content) {
            parts = content;
            unread = unread.and(content.unread());
        }

        /** Some send the older field too, with null or with the same call. */
        void callTools(List<ToolCallPart> calls) {
            toolCalls = toolCalls.isEmpty() ? calls : toolCalls;
        }
    }
}
