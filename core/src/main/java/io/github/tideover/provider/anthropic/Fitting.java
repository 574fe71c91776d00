package io.github.tideover.provider.anthropic;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of a request is sent to a model, and a sentence for everything that is not sent as it was asked. A field that the
 * application sets in its own words is none of this class's business.
 */
final class Fitting {
    private static final double HIGHEST_TEMPERATURE = 1;
    private static final double LEAST_TOP_P_WHILE_THINKING = 0.95;

    final @Nullable Double temperature;
    final @Nullable Double topP;
    final List<String> stop;
    final @Nullable String effort;
    final @Nullable Map<String, Object> schema;
    /** Empty as a rule. */
    final List<String> adapted;

    private final ChatRequest request;
    private final String model;
    private final ModelTraits traits;
    private @Nullable List<String> sentences;

    Fitting(ChatRequest request, String model, ModelTraits traits) {
        this.request = request;
        this.model = model;
        this.traits = traits;
        temperature = fitTemperature();
        topP = fitTopP();
        stop = fitStop();
        boolean hasOwnOutput = isOverridden("output_config");
        effort = hasOwnOutput ? null : fitEffort();
        schema = hasOwnOutput ? null : fitFormat();
        if (request.seed().isPresent() && !isOverridden("seed")) {
            tell("the seed was left out: Anthropic's models take none");
        }
        if (!isOverridden("messages") && !isOverridden("system") && hasSystemInTheMiddle()) {
            tell(
                    "a system message in the middle of the conversation was put before it: Anthropic takes them there only");
        }
        adapted = sentences == null ? List.of() : Collections.unmodifiableList(sentences);
    }

    private @Nullable Double fitTemperature() {
        if (request.temperature().isEmpty() || isOverridden("temperature")) {
            return null;
        }
        double asked = request.temperature().getAsDouble();
        if (!traits.takesSampling()) {
            if (asked != HIGHEST_TEMPERATURE) { // which is their default
                tell("temperature " + asked + " was left out: " + model + " takes none");
            }
            return null;
        }
        if (asked != HIGHEST_TEMPERATURE && isThinking()) {
            tell("temperature " + asked + " was left out: the model takes none while it thinks");
            return null;
        }
        if (asked > HIGHEST_TEMPERATURE) {
            tell("temperature " + asked + " became 1.0, the highest at Anthropic");
            return HIGHEST_TEMPERATURE;
        }
        return asked;
    }

    private @Nullable Double fitTopP() {
        if (request.topP().isEmpty() || isOverridden("top_p")) {
            return null;
        }
        double asked = request.topP().getAsDouble();
        boolean hasTemperature = temperature != null || isOverridden("temperature");
        String why = null;
        if (!traits.takesSampling()) {
            why = model + " takes none";
        } else if (hasTemperature && !traits.takesBothSamplings()) {
            why = "it cannot be sent beside a temperature";
        } else if (asked < LEAST_TOP_P_WHILE_THINKING && isThinking()) {
            why = "the model takes none below 0.95 while it thinks";
        }
        if (why == null) {
            return asked;
        }
        if (asked != 1) { // which leaves nothing out
            tell("top_p " + asked + " was left out: " + why);
        }
        return null;
    }

    private List<String> fitStop() {
        if (isOverridden("stop_sequences")) {
            return List.of();
        }
        List<String> asked = request.stop();
        if (asked.stream().noneMatch(String::isBlank)) {
            return asked;
        }
        tell("a stop text of white space was left out: Anthropic takes none");
        return asked.stream().filter(text -> !text.isBlank()).toList();
    }

    private @Nullable String fitEffort() {
        String asked = request.reasoningEffort().orElse(null);
        if (asked == null) {
            return null;
        }
        if (!traits.takesEffort()) {
            tell("the reasoning effort " + asked + " was left out: " + model + " takes none");
            return null;
        }
        switch (asked) {
            case "none", "minimal" -> {
                tell("the reasoning effort " + asked + " became low, the least at Anthropic");
                return "low";
            }
            case "xhigh" -> {
                if (!traits.takesExtraHighEffort()) {
                    tell("the reasoning effort xhigh became high: " + model + " does not know it");
                    return "high";
                }
                return asked;
            }
            default -> {
                return asked;
            }
        }
    }

    private @Nullable Map<String, Object> fitFormat() {
        ResponseFormat asked = request.responseFormat().orElse(null);
        if (asked == null) {
            return null;
        }
        Map<String, Object> fit = asked.schema().orElse(null);
        if (fit == null) {
            tell("the format JSON was left to the messages: Anthropic holds a model to a JSON schema only");
        } else if (!traits.takesFormat()) {
            tell("the JSON schema was left out: " + model + " cannot be held to one");
            return null;
        }
        return fit;
    }

    private boolean hasSystemInTheMiddle() {
        boolean begun = false;
        for (Message message : request.messages()) {
            if (message.role() != Role.SYSTEM) {
                begun = true;
            } else if (begun) {
                return true;
            }
        }
        return false;
    }

    /** Whether the application has switched thinking on in the provider's own words. */
    private boolean isThinking() {
        return request.extra().get("thinking") instanceof Map<?, ?> thinking
                && !"disabled".equals(thinking.get("type"));
    }

    private boolean isOverridden(String field) {
        return request.extra().containsKey(field);
    }

    private void tell(String sentence) {
        if (sentences == null) {
            sentences = new ArrayList<>(2);
        }
        sentences.add(sentence);
    }
}
