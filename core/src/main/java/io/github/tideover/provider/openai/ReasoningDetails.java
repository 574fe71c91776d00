package io.github.tideover.provider.openai;

import static java.util.Objects.requireNonNullElse;

import io.github.tideover.chat.ToolCall;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.ThoughtSeal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;

/**
 * OpenRouter's form of reasoning, beside the plain one or in its place. What is encrypted says nothing to us, but it is how a model
 * finds its thoughts again: with the first call of a reply that calls tools, the whole goes back to models of the same maker. Gemini 3
 * refuses a call that comes back without.
 *
 * @see <a href="https://openrouter.ai/docs/use-cases/reasoning-tokens">OpenRouter's reasoning tokens, on preserving them</a>
 */
final class ReasoningDetails {
    static final String FIELD = "reasoning_details";

    /** OpenRouter's own models, which are whichever it chooses. */
    private static final String ANY = "openrouter";
    /** Gemini from generation 3 on, or of none that is named. */
    private static final Pattern SIGNS_CALLS = Pattern.compile("(?i)^~?google/gemini-(?![12]\\D)");

    private final List<Entry> entries = new ArrayList<>(2);
    private long length;

    /** An entry of the array: its words, which come bit by bit in a stream, and its other fields as JSON. */
    private static final class Entry {
        private final Map<String, String> fields = new LinkedHashMap<>();
        private final StringBuilder words = new StringBuilder();
        private String nameOfWords = "";

        boolean goesOnWith(Entry next) {
            return !nameOfWords.isEmpty()
                    && nameOfWords.equals(next.nameOfWords)
                    && !fields.containsKey("signature")
                    && Objects.equals(fields.get("index"), next.fields.get("index"));
        }
    }

    /** Reads the array at whose start the parser stands; null if there is nothing in it, or it is none. */
    static @Nullable ReasoningDetails read(JsonParser in) {
        ReasoningDetails details = new ReasoningDetails();
        Json.eachObject(in, each -> {
            Entry entry = new Entry();
            for (String name = each.nextName(); name != null; name = each.nextName()) {
                each.nextToken();
                switch (name) {
                    case "text", "summary" -> {
                        String words = Json.text(each);
                        entry.nameOfWords = entry.words.isEmpty() ? name : entry.nameOfWords;
                        entry.words.append(words);
                        details.length += words.length();
                    }
                    default -> {
                        String json = Json.json(each);
                        if (json != null) {
                            entry.fields.put(name, json);
                            details.length += json.length();
                        }
                    }
                }
            }
            details.entries.add(entry);
        });
        return details.entries.isEmpty() ? null : details;
    }

    /** The texts and summaries, in their order. */
    String words() {
        StringBuilder words = new StringBuilder();
        entries.forEach(entry -> words.append(entry.words));
        return words.toString();
    }

    /** How much is kept, in characters. */
    long length() {
        return length;
    }

    /** Adds what came next in a stream. */
    void add(ReasoningDetails next) {
        for (Entry entry : next.entries) {
            Entry last = entries.isEmpty() ? null : entries.get(entries.size() - 1);
            if (last != null && last.goesOnWith(entry)) {
                last.words.append(entry.words);
                entry.fields.forEach(last.fields::putIfAbsent);
            } else {
                entries.add(entry);
            }
        }
        length += next.length;
    }

    /** The same calls, the first of them with these details, if they came from a model whose maker is known. */
    List<ToolCall> keptWith(List<ToolCall> calls, String model) {
        String maker = makerOf(model);
        return maker.isEmpty()
                ? calls
                : ToolCalls.firstSealed(calls, () -> "{" + Json.quoted(maker) + ":" + json() + "}");
    }

    private String json() {
        StringBuilder json = new StringBuilder("[");
        for (Entry entry : entries) {
            json.append(json.length() == 1 ? "{" : ",{");
            entry.fields.forEach((name, value) ->
                    json.append(Json.quoted(name)).append(':').append(value).append(','));
            if (entry.nameOfWords.isEmpty()) {
                json.setLength(json.length() - (entry.fields.isEmpty() ? 0 : 1));
            } else {
                json.append(Json.quoted(entry.nameOfWords)).append(':').append(Json.quoted(entry.words.toString()));
            }
            json.append('}');
        }
        return json.append(']').toString();
    }

    /**
     * Writes what a router wants to know of the thoughts before a message's calls: what was kept with the first of them, if that came
     * from a model of the same maker, or else what Google has for calls that another model made.
     *
     * @param idOfFirst the id under which the first call goes
     */
    static void write(JsonGenerator out, ToolCall first, String idOfFirst, String model) {
        String details = detailsOf(first.thoughtSignature(), makerOf(model));
        if (!details.isEmpty()) {
            out.writeName(FIELD);
            Json.raw(out, details);
        } else if (SIGNS_CALLS.matcher(model).find()) {
            writeUnsigned(out, idOfFirst);
        }
    }

    /** What was kept for models of a maker; empty if nothing was. */
    private static String detailsOf(String seal, String maker) {
        if (!ThoughtSeal.isOfDetails(seal)) {
            return "";
        }
        byte[] json = seal.getBytes(StandardCharsets.UTF_8);
        try {
            return Json.read(json, 0, json.length, in -> {
                String details = "";
                for (String name = in.nextName(); name != null; name = in.nextName()) {
                    in.nextToken();
                    if (maker.equals(name) || maker.equals(ANY)) {
                        details = requireNonNullElse(Json.json(in), "");
                    } else {
                        in.skipChildren();
                    }
                }
                return details;
            });
        } catch (IOException e) {
            return ""; // damaged where the application keeps it
        }
    }

    /**
     * One entry for all calls of a message, with the id of the first: so OpenRouter passes it on, see
     * <a href="https://github.com/RooCodeInc/Roo-Code/pull/10640">what others found</a>.
     */
    private static void writeUnsigned(JsonGenerator out, String idOfFirst) {
        out.writeName(FIELD);
        out.writeStartArray();
        out.writeStartObject();
        out.writeStringProperty("type", "reasoning.encrypted");
        out.writeStringProperty("data", ThoughtSeal.UNSIGNED);
        out.writeName("id");
        Json.string(out, idOfFirst);
        out.writeStringProperty("format", "google-gemini-v1");
        out.writeNumberProperty("index", 0);
        out.writeEndObject();
        out.writeEndArray();
    }

    /** The part of a model's name that names its maker, as routers have it; empty if there is none. */
    private static String makerOf(String model) {
        int slash = model.indexOf('/');
        String maker = slash < 0 ? "" : model.substring(0, slash).toLowerCase(Locale.ROOT);
        return maker.startsWith("~") ? maker.substring(1) : maker; // OpenRouter's newest of a family
    }
}
