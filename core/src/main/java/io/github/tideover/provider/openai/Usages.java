package io.github.tideover.provider.openai;

import io.github.tideover.chat.Usage;
import io.github.tideover.wire.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads what a reply cost. */
final class Usages {
    private Usages() {}

    /** Reads the value the parser stands at; null if it is not an object. */
    static @Nullable Usage read(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return null;
        }
        long input = 0;
        long output = 0;
        long total = 0;
        long cached = 0;
        long reasoning = 0;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "prompt_tokens" -> input = Json.count(in);
                case "completion_tokens" -> output = Json.count(in);
                case "total_tokens" -> total = Json.count(in);
                case "prompt_tokens_details" -> cached = Math.max(cached, Json.countIn(in, "cached_tokens"));
                // The names of DeepSeek, of Moonshot and Together, and of Anthropic behind a gateway.
                case "prompt_cache_hit_tokens", "cached_tokens", "cache_read_input_tokens" ->
                    cached = Math.max(cached, Json.count(in));
                case "completion_tokens_details" ->
                    reasoning = Math.max(reasoning, Json.countIn(in, "reasoning_tokens"));
                // Perplexity's place for it.
                case "reasoning_tokens" -> reasoning = Math.max(reasoning, Json.count(in));
                default -> in.skipChildren();
            }
        }
        return Usage.of(input, output, total, cached, reasoning);
    }
}
