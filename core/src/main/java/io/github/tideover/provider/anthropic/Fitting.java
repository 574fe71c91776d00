package io.github.tideover.provider.anthropic;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.ChatRequest.Setting;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Role;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.provider.Adaptation;
import io.github.tideover.provider.Capabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What of a request is sent to a model, and a sentence for everything that is not sent as it was asked: what the API itself
 * is particular about, and what the model cannot do. A field that the application sets in its own words is none of this
 * class's business.
 */
final class Fitting {
    private static final double DEFAULT_TEMPERATURE = 1;
    private static final Map<String, Object> OFF = Map.of("type", "disabled");
    private static final double LEAST_TOP_P_WHILE_THINKING = 0.95;

    final ChatRequest request;
    /** Empty as a rule. */
    final List<String> adapted;

    private final ChatRequest asked;
    private final List<String> sentences = new ArrayList<>(0);
    private ChatRequest taken;

    Fitting(ChatRequest asked, String model, Capabilities capabilities) {
        this.asked = asked;
        this.taken = asked;
        fitThinkingToTheTurn();
        if (isThinking()) {
            fitSamplingToThinking();
        }
        fitStop();
        Adaptation fit = Adaptation.of(taken, model, capabilities);
        sentences.addAll(fit.sentences());
        request = fit.request();
        if (!isOverridden("messages") && !isOverridden("system") && hasSystemInTheMiddle()) {
            sentences.add(
                    "a system message in the middle of the conversation was put before it: Anthropic takes them there only");
        }
        adapted = List.copyOf(sentences);
    }

    /**
     * With thinking of a set budget, a turn of the assistant that goes on with what tools gave must have begun with thinking, and
     * that of a turn begun at another provider cannot be had.
     *
     * @see <a href="https://platform.claude.com/docs/en/build-with-claude/extended-thinking">Extended thinking, which names the
     *     way out as well: to switch it off</a>
     */
    private void fitThinkingToTheTurn() {
        boolean hasBudget =
                asked.extra().get("thinking") instanceof Map<?, ?> thinking && "enabled".equals(thinking.get("type"));
        if (hasBudget && !isOverridden("messages") && goesOnWithoutThoughts()) {
            taken = taken.toBuilder().extra("thinking", OFF).build();
            sentences.add("thinking was switched off: the tools of this turn were called without it");
        }
    }

    private boolean goesOnWithoutThoughts() {
        List<Message> messages = asked.messages();
        int last = messages.size() - 1;
        while (last > 0 && messages.get(last).role() == Role.TOOL) {
            last--;
        }
        List<ToolCall> calls = messages.get(last).toolCalls();
        return last < messages.size() - 1 && !calls.isEmpty() && !Thoughts.isKeptWith(calls.get(0));
    }

    private void fitSamplingToThinking() {
        double temperature = asked.temperature().orElse(DEFAULT_TEMPERATURE);
        if (temperature != DEFAULT_TEMPERATURE && !isOverridden("temperature")) {
            taken = taken.toBuilder().without(Setting.TEMPERATURE).build();
            sentences.add("temperature " + temperature + " was left out: the model takes none while it thinks");
        }
        double topP = asked.topP().orElse(1);
        if (topP < LEAST_TOP_P_WHILE_THINKING && !isOverridden("top_p")) {
            taken = taken.toBuilder().without(Setting.TOP_P).build();
            sentences.add("top_p " + topP + " was left out: the model takes none below 0.95 while it thinks");
        }
    }

    private void fitStop() {
        if (isOverridden("stop_sequences") || asked.stop().stream().noneMatch(String::isBlank)) {
            return;
        }
        String[] texts = asked.stop().stream().filter(text -> !text.isBlank()).toArray(String[]::new);
        taken = taken.toBuilder().stop(texts).build();
        sentences.add("a stop text of white space was left out: Anthropic takes none");
    }

    private boolean hasSystemInTheMiddle() {
        boolean begun = false;
        for (Message message : asked.messages()) {
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
        return taken.extra().get("thinking") instanceof Map<?, ?> thinking && !"disabled".equals(thinking.get("type"));
    }

    private boolean isOverridden(String field) {
        return asked.extra().containsKey(field);
    }
}
