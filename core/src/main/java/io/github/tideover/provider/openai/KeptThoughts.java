package io.github.tideover.provider.openai;

import io.github.tideover.chat.Message;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.ThoughtSeal;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;

/**
 * What DeepSeek's and Moonshot's models thought before they called a tool. They want it back with the call, and their own APIs refuse a
 * conversation that lacks it, as of every answer that another model gave. So it is kept with the first call of a reply; the thoughts
 * before an answer without calls are not.
 *
 * @see <a href="https://api-docs.deepseek.com/guides/thinking_mode">DeepSeek's thinking mode, on tool calls</a>
 * @see <a href="https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model">Moonshot's thinking models</a>
 */
final class KeptThoughts {
    /** They go back by the name that they came by; who has another for them may not take this one. */
    static final String FIELD = "reasoning_content";

    /** By whatever name a gateway has for them. */
    private static final Pattern WANTED_BY = Pattern.compile("(?i)deepseek|kimi");
    /** The names at their makers. */
    private static final Pattern ASKED_FOR_BY = Pattern.compile("^(deepseek-(v4|flash|chat|reasoner)|kimi-)");
    /**
     * Stands for thoughts that nobody has. An empty text is one that DeepSeek V4 Pro takes for none; see what
     * <a href="https://github.com/NousResearch/hermes-agent/pull/17341">others found</a>.
     */
    private static final String NONE = " ";

    private KeptThoughts() {}

    /** Whether a model of that name wants them. */
    static boolean areWantedBy(String model) {
        return WANTED_BY.matcher(model).find();
    }

    /** The same calls, the first of them with the thoughts before it. */
    static List<ToolCall> with(List<ToolCall> calls, String reasoning) {
        return reasoning.isEmpty() ? calls : ToolCalls.firstSealed(calls, () -> Json.quoted(reasoning));
    }

    /** Writes what was kept with a message of the assistant's in a conversation with tool calls; to be asked for such models only. */
    static void write(JsonGenerator out, Message message, String model) {
        String seal =
                message.toolCalls().isEmpty() ? "" : message.toolCalls().get(0).thoughtSignature();
        if (ThoughtSeal.isOfWords(seal)) {
            out.writeName(FIELD);
            Json.raw(out, seal);
        } else if (ASKED_FOR_BY.matcher(model).find()) {
            out.writeStringProperty(FIELD, NONE);
        }
    }
}
