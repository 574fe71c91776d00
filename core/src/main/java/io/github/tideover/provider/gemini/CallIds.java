package io.github.tideover.provider.gemini;

import io.github.tideover.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Gives an id to each tool call that came without, as Gemini's before generation 3 do. Gemini itself can match results by the
 * tool's name, but two calls of one tool cannot be told apart by it, and other providers, who may go on with the
 * conversation, take no call without an id.
 */
final class CallIds {
    /** Fits where OpenAI takes 40 characters and Anthropic letters, digits, underscores and hyphens. */
    private static final Pattern SEED = Pattern.compile("[A-Za-z0-9_-]{1,30}");

    private CallIds() {}

    /** The same calls, each with an id; {@code responseId} makes it one that no other reply has. */
    static List<ToolCall> complete(List<ToolCall> calls, String responseId) {
        if (calls.stream().noneMatch(call -> call.id().isEmpty())) {
            return calls;
        }
        String seed = SEED.matcher(responseId).matches()
                ? responseId
                : UUID.randomUUID().toString().substring(0, 23);
        List<ToolCall> complete = new ArrayList<>(calls.size());
        for (ToolCall call : calls) {
            complete.add(
                    call.id().isEmpty()
                            ? ToolCall.of("call_" + seed + "_" + (complete.size() + 1), call.name(), call.arguments())
                                    .thoughtSignature(call.thoughtSignature())
                            : call);
        }
        return complete;
    }
}
