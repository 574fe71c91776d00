package io.github.tideover.provider;

import static io.github.tideover.provider.Ability.FORMAT_BESIDE_TOOLS;
import static io.github.tideover.provider.Ability.JSON;
import static io.github.tideover.provider.Ability.JSON_SCHEMA;
import static io.github.tideover.provider.Ability.ONE_TOOL_CALL_AT_A_TIME;
import static io.github.tideover.provider.Ability.REASONING_EFFORT;
import static io.github.tideover.provider.Ability.SEED;
import static io.github.tideover.provider.Ability.STOP;
import static io.github.tideover.provider.Ability.TEMPERATURE;
import static io.github.tideover.provider.Ability.TOOL_CHOICE;
import static io.github.tideover.provider.Ability.TOP_P;
import static io.github.tideover.provider.Ability.TOP_P_BESIDE_TEMPERATURE;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.ChatRequest.Setting;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Role;
import io.github.tideover.chat.ToolChoice;
import io.github.tideover.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as a model can take it, and a sentence for everything that is not as it was asked. What this does not touch: what
 * the application sets in the provider's own words, and what a model that lacks it should not be asked for at all.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @since 0.1
 */
public final class Adaptation {
    /** From the least to the most, by the words of those who know the most of them. */
    private static final List<String> EFFORTS = List.of("none", "minimal", "low", "medium", "high", "xhigh", "max");

    private final ChatRequest asked;
    private final String model;
    private final Capabilities target;
    private ChatRequest.@Nullable Builder changed;
    private @Nullable List<String> sentences;
    private @Nullable String schema;

    private Adaptation(ChatRequest asked, String model, Capabilities target) {
        this.asked = asked;
        this.model = model;
        this.target = target;
    }

    /**
     * Fits a request to a model.
     *
     * @param request what is asked
     * @param model the model's name, for the sentences
     * @param target what it can do
     * @return the request as the model can take it
     */
    public static Adaptation of(ChatRequest request, String model, Capabilities target) {
        Adaptation adaptation = new Adaptation(request, model, target);
        adaptation.fitTemperature();
        adaptation.fitTopP();
        adaptation.fitOutput();
        adaptation.fitSeed();
        adaptation.fitStop();
        adaptation.fitEffort();
        adaptation.fitTools();
        adaptation.fitFormat();
        return adaptation;
    }

    /**
     * The request as the model can take it.
     *
     * @return the very request that was asked, if nothing had to be changed
     */
    public ChatRequest request() {
        if (changed == null) {
            return asked;
        }
        ChatRequest fit = changed.build();
        return schema == null ? fit : fit.withMessages(withSchema(fit.messages(), schema));
    }

    /**
     * What is not as it was asked.
     *
     * @return an unmodifiable list of sentences for people to read, empty as a rule
     */
    public List<String> sentences() {
        return sentences == null ? List.of() : List.copyOf(sentences);
    }

    private void fitTemperature() {
        if (asked.temperature().isEmpty() || isOverridden("temperature")) {
            return;
        }
        double temperature = asked.temperature().getAsDouble();
        if (target.lacks(TEMPERATURE)) {
            change().without(Setting.TEMPERATURE);
            if (temperature != 1) { // which is the default
                tell("temperature " + temperature + " was left out: " + model + " takes none");
            }
        } else if (temperature > target.maxTemperature().orElse(temperature)) {
            double highest = target.maxTemperature().getAsDouble();
            change().temperature(highest);
            tell("temperature " + temperature + " became " + highest + ", the highest that " + model + " takes");
        }
    }

    private void fitTopP() {
        if (asked.topP().isEmpty() || isOverridden("top_p")) {
            return;
        }
        double topP = asked.topP().getAsDouble();
        boolean hasTemperature =
                asked.temperature().isPresent() && !target.lacks(TEMPERATURE) || isOverridden("temperature");
        boolean lacksBoth = hasTemperature && target.lacks(TOP_P_BESIDE_TEMPERATURE);
        if (!target.lacks(TOP_P) && !lacksBoth) {
            return;
        }
        change().without(Setting.TOP_P);
        if (topP != 1) { // which leaves nothing out
            tell("top_p " + topP + " was left out: " + model + " takes none"
                    + (target.lacks(TOP_P) ? "" : " beside a temperature"));
        }
    }

    private void fitOutput() {
        int most = target.maxOutputTokens().orElse(Integer.MAX_VALUE);
        boolean isOverridden = isOverridden("max_tokens")
                || isOverridden("max_completion_tokens")
                || isOverridden("max_output_tokens");
        if (asked.maxOutputTokens().orElse(0) <= most || isOverridden) {
            return;
        }
        change().maxOutputTokens(most);
        tell("the limit of " + asked.maxOutputTokens().getAsInt() + " tokens became " + most + ", the most that "
                + model + " writes");
    }

    private void fitSeed() {
        if (asked.seed().isPresent() && target.lacks(SEED) && !isOverridden("seed")) {
            change().without(Setting.SEED);
            tell("the seed was left out: " + model + " takes none");
        }
    }

    private void fitStop() {
        List<String> stop = asked.stop();
        if (stop.isEmpty() || isOverridden("stop") || isOverridden("stop_sequences")) {
            return;
        }
        int most = target.lacks(STOP) ? 0 : target.maxStopTexts().orElse(Integer.MAX_VALUE);
        if (stop.size() <= most) {
            return;
        }
        change().stop(stop.subList(0, most).toArray(String[]::new));
        tell(
                most == 0
                        ? "the stop texts were left out: " + model + " takes none"
                        : "the stop texts after the first " + most + " were left out: " + model + " takes no more");
    }

    private void fitEffort() {
        String effort = asked.reasoningEffort().orElse(null);
        if (effort == null
                || isOverridden("reasoning_effort")
                || isOverridden("reasoning")
                || isOverridden("output_config")) {
            return;
        }
        if (target.lacks(REASONING_EFFORT)) {
            change().without(Setting.REASONING_EFFORT);
            tell("the reasoning effort " + effort + " was left out: " + model + " takes none");
            return;
        }
        List<String> known = target.reasoningEfforts();
        int strength = EFFORTS.indexOf(effort.toLowerCase(Locale.ROOT));
        if (known.isEmpty() || strength < 0 || known.contains(effort)) {
            return;
        }
        String nearest = known.get(0);
        for (String each : known) {
            nearest = EFFORTS.indexOf(each) <= strength ? each : nearest;
        }
        change().reasoningEffort(nearest);
        tell("the reasoning effort " + effort + " became " + nearest + ": " + model + " does not know it");
    }

    private void fitTools() {
        if (asked.tools().isEmpty() || isOverridden("tools") || isOverridden("tool_choice")) {
            return;
        }
        if (!asked.parallelToolCalls().orElse(true)
                && target.lacks(ONE_TOOL_CALL_AT_A_TIME)
                && !isOverridden("parallel_tool_calls")) {
            change().without(Setting.PARALLEL_TOOL_CALLS);
            tell("that tools are called one at a time was left out: " + model
                    + " cannot be held to it and may wish for several");
        }
        ToolChoice choice = asked.toolChoice().orElse(ToolChoice.AUTO);
        if (!target.lacks(TOOL_CHOICE) || asked.toolChoice().isEmpty()) {
            return;
        }
        change().without(Setting.TOOL_CHOICE);
        switch (choice.mode()) {
            case AUTO -> {} // which is the default
            case NONE -> {
                change().tools().without(Setting.PARALLEL_TOOL_CALLS);
                tell("the tools were left out: " + model + " cannot be told to call none");
            }
            case REQUIRED, TOOL -> tell("that a tool must be called was left out: " + model + " cannot be told so");
        }
    }

    private void fitFormat() {
        ResponseFormat format = asked.responseFormat().orElse(null);
        if (format == null
                || isOverridden("response_format")
                || isOverridden("output_config")
                || isOverridden("text")) {
            return;
        }
        boolean isBesideTools = !asked.tools().isEmpty() && target.lacks(FORMAT_BESIDE_TOOLS);
        String reason = isBesideTools ? " beside tools" : "";
        Map<String, Object> wanted = format.schema().orElse(null);
        if (wanted != null && (isBesideTools || target.lacks(JSON_SCHEMA))) {
            if (target.has(JSON) && !isBesideTools) {
                change().responseFormat(ResponseFormat.json());
            } else {
                change().without(Setting.RESPONSE_FORMAT);
            }
            schema = Json.written(wanted);
            tell("the JSON schema was put into the messages: " + model + " cannot be held to one" + reason);
        } else if (wanted == null && (isBesideTools || target.lacks(JSON))) {
            change().without(Setting.RESPONSE_FORMAT);
            tell("the format JSON was left to the messages: " + model + " cannot be held to it" + reason);
        }
    }

    /** The schema goes where the other instructions are: behind the system messages at the beginning. */
    private static List<Message> withSchema(List<Message> messages, String schema) {
        int end = 0;
        while (end < messages.size() && messages.get(end).role() == Role.SYSTEM) {
            end++;
        }
        List<Message> all = new ArrayList<>(messages);
        all.add(end, Message.system("Answer with JSON that fits this JSON schema, and with nothing else:\n" + schema));
        return all;
    }

    private boolean isOverridden(String field) {
        return asked.extra().containsKey(field);
    }

    private ChatRequest.Builder change() {
        if (changed == null) {
            changed = asked.toBuilder();
        }
        return changed;
    }

    private void tell(String sentence) {
        if (sentences == null) {
            sentences = new ArrayList<>(2);
        }
        sentences.add(sentence);
    }
}
