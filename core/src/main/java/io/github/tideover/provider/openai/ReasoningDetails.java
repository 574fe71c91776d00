package io.github.tideover.provider.openai;

import io.github.tideover.wire.Json;
import tools.jackson.core.JsonParser;

/**
 * OpenRouter's form of reasoning, beside the plain one or in its place. What is encrypted says nothing.
 *
 * @see <a href="https://openrouter.ai/docs/use-cases/reasoning-tokens">OpenRouter's reasoning tokens</a>
 */
final class ReasoningDetails {
    private ReasoningDetails() {}

    /** The texts and summaries in the array at whose start the parser stands, in their order; empty if it is no array. */
    static String read(JsonParser in) {
        StringBuilder reasoning = new StringBuilder();
        Json.eachObject(in, each -> {
            for (String name = each.nextName(); name != null; name = each.nextName()) {
                each.nextToken();
                switch (name) {
                    case "text", "summary" -> reasoning.append(Json.text(each));
                    default -> each.skipChildren();
                }
            }
        });
        return reasoning.toString();
    }
}
