package io.github.tideover.provider.anthropic;

import io.github.tideover.chat.Usage;
import io.github.tideover.wire.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * What a reply cost, as Anthropic counts it: the tokens of the request are in three sums, those that were read from its cache,
 * those that were written to it, and the rest.
 */
record Tokens(long input, long cacheRead, long cacheWritten, long output, long thinking) {
    static final Tokens NONE = new Tokens(0, 0, 0, 0, 0);

    /** Reads the value the parser stands at; null if it is not an object. */
    static @Nullable Tokens read(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return null;
        }
        long input = 0;
        long cacheRead = 0;
        long cacheWritten = 0;
        long output = 0;
        long thinking = 0;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "input_tokens" -> input = Json.count(in);
                case "cache_read_input_tokens" -> cacheRead = Json.count(in);
                case "cache_creation_input_tokens" -> cacheWritten = Json.count(in);
                case "output_tokens" -> output = Json.count(in);
                case "output_tokens_details" -> thinking = Json.countIn(in, "thinking_tokens");
                default -> in.skipChildren();
            }
        }
        return new Tokens(input, cacheRead, cacheWritten, output, thinking);
    }

    /** Corrected by what is told later in the stream: sums of the whole reply so far. What is 0 or not told stands as it was. */
    Tokens corrected(Tokens later) {
        return new Tokens(
                later.input > 0 ? later.input : input,
                later.cacheRead > 0 ? later.cacheRead : cacheRead,
                later.cacheWritten > 0 ? later.cacheWritten : cacheWritten,
                later.output > 0 ? later.output : output,
                later.thinking > 0 ? later.thinking : thinking);
    }

    /** The same with the request's tokens in one sum, as everybody else counts them, and the total, which is not told. */
    Usage usage() {
        long request = input + cacheRead + cacheWritten;
        return Usage.of(request, output, request + output, cacheRead, thinking);
    }
}
