package io.github.tideover.provider.openai;

import io.github.tideover.wire.Unread;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * What a chat completion holds beside words and has no place for in a reply: pictures, where a text comes from, what tools have found
 * that the provider runs by itself. Sound is told by who reads its transcript. Numbers about an answer, such as probabilities
 * and times, are not of these, nor what repeats the words in another form.
 *
 * <p>Of a message, whatever is not known to be of that sort is such a thing. Beside the choices stand too many numbers and names of
 * all sorts of servers for that, so there it is the other way round.
 *
 * @see <a href="https://platform.openai.com/docs/guides/tools-web-search">OpenAI's annotations</a>
 * @see <a href="https://openrouter.ai/docs/features/multimodal/image-generation">OpenRouter's images</a>
 * @see <a href="https://console.groq.com/docs/compound">Groq's executed tools</a>
 * @see <a href="https://learn.microsoft.com/azure/ai-foundry/openai/references/on-your-data">Azure's context</a>
 * @see <a href="https://docs.perplexity.ai/api-reference/chat-completions-post">Perplexity's citations and search results</a>
 * @see <a href="https://docs.litellm.ai/docs/reasoning_content">LiteLLM's fields for what a provider says in its own way</a>
 */
final class BesideWords {
    /** Answers other than the first. */
    static final String OTHER_CHOICES = "choices";

    private BesideWords() {}

    /**
     * Passes over a field of a message, or of what is new in one, and adds it to what is not read.
     *
     * @param name the field's name
     * @param in stands at its value and is left at its end
     */
    static Unread ofMessage(Unread soFar, String name, JsonParser in) {
        if (name.equals("provider_specific_fields") && in.currentToken() == JsonToken.START_OBJECT) {
            Unread all = soFar;
            for (String each = in.nextName(); each != null; each = in.nextName()) {
                in.nextToken();
                all = ofMessage(all, each, in);
            }
            return all;
        }
        if (isNumber(in.currentToken()) || isKnown(name)) {
            in.skipChildren();
            return soFar;
        }
        return soFar.and(name, in);
    }

    private static boolean isNumber(JsonToken value) {
        return value.isNumeric() || value.isBoolean();
    }

    /** Whether a field of a message says nothing beside its words: who speaks, the same words in another form, seals, measures. */
    private static boolean isKnown(String name) {
        return switch (name) {
            case "role", "name", "type", "id", "object", "channel", "phase", "prefix", "tool_call_id" -> true;
            case "content",
                    "refusal",
                    "reasoning_content",
                    "reasoning",
                    "reasoning_text",
                    "reasoning_details",
                    "thinking_blocks",
                    "tool_calls",
                    "function_call" -> true;
            case "extra_content",
                    "thought_signatures",
                    "signature",
                    "reasoning_signature",
                    "reasoning_opaque",
                    "reasoning_id",
                    "encrypted_content" -> true;
            case "finish_reason",
                    "native_finish_reason",
                    "stop_reason",
                    "usage",
                    "logprobs",
                    "token_ids",
                    "prompt_token_ids",
                    "content_filter_results",
                    "obfuscation",
                    "padding",
                    "p" -> true;
            default -> false;
        };
    }

    /** Whether a field that stands beside the choices holds such a thing. */
    static boolean isBesideChoices(String name) {
        return switch (name) {
            case "citations", "search_results", "images", "videos", "related_questions", "web_search" -> true;
            case "vertex_ai_grounding_metadata", "vertex_ai_citation_metadata", "vertex_ai_url_context_metadata" ->
                true;
            default -> false;
        };
    }
}
