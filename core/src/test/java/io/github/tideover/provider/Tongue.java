package io.github.tideover.provider;

import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Usage;
import io.github.tideover.provider.anthropic.AnthropicDialect;
import io.github.tideover.provider.gemini.GeminiDialect;
import io.github.tideover.provider.openai.OpenAiDialect;
import io.github.tideover.provider.responses.ResponsesDialect;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import tools.jackson.databind.JsonNode;

/** The four dialects as the recordings know them: how to tell a body's, and what its words and counts mean. */
enum Tongue {
    CHAT("openai-chat", "\"finish_reason\":\\s?\"[^\"]|\\[DONE\\]") {
        @Override
        Dialect dialect(OkHttpClient http, HttpUrl url) {
            return new OpenAiDialect(http, url, Headers.EMPTY, "max_tokens", false, Capabilities.unknown(), MAX_REPLY);
        }

        @Override
        Usage usage(JsonNode told) {
            long cached = LongStream.of(
                            count(told.path("prompt_tokens_details").path("cached_tokens")),
                            count(told.path("prompt_cache_hit_tokens")),
                            count(told.path("cache_read_input_tokens")),
                            count(told.path("cached_tokens")))
                    .max()
                    .getAsLong();
            return Usage.of(
                    count(told.path("prompt_tokens")),
                    count(told.path("completion_tokens")),
                    count(told.path("total_tokens")),
                    cached,
                    Math.max(
                            count(told.path("completion_tokens_details").path("reasoning_tokens")),
                            count(told.path("reasoning_tokens"))));
        }
    },
    RESPONSES("openai-responses", "response\\.(completed|incomplete|failed|cancelled)") {
        @Override
        Dialect dialect(OkHttpClient http, HttpUrl url) {
            return new ResponsesDialect(http, url, Headers.EMPTY, Capabilities.unknown(), false, false, MAX_REPLY);
        }

        @Override
        Usage usage(JsonNode told) {
            return Usage.of(
                    count(told.path("input_tokens")),
                    count(told.path("output_tokens")),
                    count(told.path("total_tokens")),
                    count(told.path("input_tokens_details").path("cached_tokens")),
                    count(told.path("output_tokens_details").path("reasoning_tokens")));
        }
    },
    MESSAGES("anthropic-messages", "\"stop_reason\":\\s?\"|\"message_stop\"") {
        @Override
        Dialect dialect(OkHttpClient http, HttpUrl url) {
            return new AnthropicDialect(http, url, Map.of(), Capabilities.unknown(), MAX_REPLY);
        }

        @Override
        Usage usage(JsonNode told) {
            long cached = count(told.path("cache_read_input_tokens"));
            long input = count(told.path("input_tokens")) + cached + count(told.path("cache_creation_input_tokens"));
            long output = count(told.path("output_tokens"));
            long thinking = count(told.path("output_tokens_details").path("thinking_tokens"));
            return Usage.of(input, output, input + output, cached, thinking);
        }
    },
    GEMINI("gemini-native", "\"finishReason\":\\s?\"(?!FINISH_REASON_UNSPECIFIED)") {
        @Override
        Dialect dialect(OkHttpClient http, HttpUrl url) {
            return new GeminiDialect(http, url, Headers.EMPTY, Capabilities.unknown(), MAX_REPLY);
        }

        @Override
        Usage usage(JsonNode told) {
            long thoughts = count(told.path("thoughtsTokenCount"));
            return Usage.of(
                    count(told.path("promptTokenCount")) + count(told.path("toolUsePromptTokenCount")),
                    count(told.path("candidatesTokenCount")) + thoughts,
                    count(told.path("totalTokenCount")),
                    count(told.path("cachedContentTokenCount")),
                    thoughts);
        }
    };

    private static final long MAX_REPLY = 256L << 20;

    private static final Pattern OF_GEMINI = Pattern.compile("\"(candidates|usageMetadata|promptFeedback)\"");
    private static final Pattern OF_RESPONSES = Pattern.compile("\"response\\.[a-z_.]+\"|\"object\": ?\"response\"");
    private static final Pattern OF_MESSAGES =
            Pattern.compile("\"type\": ?\"(message|message_start|content_block_[a-z]+|message_delta)\"");

    /** The name that the recordings' README has for it. */
    final String title;

    private final Pattern proof;

    Tongue(String title, String proof) {
        this.title = title;
        this.proof = Pattern.compile(proof);
    }

    abstract Dialect dialect(OkHttpClient http, HttpUrl url);

    /** What a count means in our terms: written here once more, from the providers' documentation. */
    abstract Usage usage(JsonNode told);

    /** Tells the dialect by what it alone says. What says nothing of the kind is of chat completions, which have the most forms. */
    static Tongue of(String body) {
        if (OF_RESPONSES.matcher(body).find()) {
            return RESPONSES;
        }
        if (OF_GEMINI.matcher(body).find()) {
            return GEMINI;
        }
        return OF_MESSAGES.matcher(body).find() ? MESSAGES : CHAT;
    }

    /** Behind the blank line of the event that proves the reply to be complete, or behind all if none does. */
    int endOfProof(String body) {
        Matcher found = proof.matcher(body);
        if (!found.find()) {
            return body.length();
        }
        Matcher blank = Pattern.compile("\\n\\n|\\r\\r|\\r\\n\\r").matcher(body);
        return blank.find(found.end()) ? blank.end() : body.length();
    }

    /** Whether the body has an event that proves a reply to be complete, or says that it has none. */
    boolean hasProof(String body) {
        return proof.matcher(body).find();
    }

    /** What a provider's word for the end means, in all dialects, since gateways mix them. */
    static FinishReason meaningOf(String word, boolean hasToolCalls) {
        return switch (word) {
            case "end_turn", "stop", "stop_sequence", "eos" -> FinishReason.STOP;
            case "STOP", "completed" -> hasToolCalls ? FinishReason.TOOL_CALLS : FinishReason.STOP;
            case "length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "model_context_window_exceeded" ->
                FinishReason.LENGTH;
            case "tool_calls", "tool_use", "function_call" -> FinishReason.TOOL_CALLS;
            case "content_filter",
                    "content_filter: RECITATION",
                    "MODEL_ARMOR",
                    "refusal",
                    "SAFETY",
                    "RECITATION",
                    "BLOCKLIST",
                    "PROHIBITED_CONTENT",
                    "SPII",
                    "IMAGE_SAFETY" -> FinishReason.CONTENT_FILTER;
            default -> FinishReason.OTHER;
        };
    }

    private static long count(JsonNode number) {
        return number.asLong(0);
    }
}
