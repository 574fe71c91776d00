package io.github.tideover.provider.openai;

import io.github.tideover.wire.Unread;
import tools.jackson.core.JsonParser;

/**
 * What a chat completion holds beside words and has no place for in a reply: pictures, where a text comes from, what tools have found
 * that the provider runs by itself. Sound is told by who reads its transcript. Numbers about an answer, such as probabilities
 * and times, are not of these, nor what repeats the words in another form.
 *
 * @see <a href="https://platform.openai.com/docs/guides/tools-web-search">OpenAI's annotations</a>
 * @see <a href="https://openrouter.ai/docs/features/multimodal/image-generation">OpenRouter's images</a>
 * @see <a href="https://console.groq.com/docs/compound">Groq's executed tools</a>
 * @see <a href="https://learn.microsoft.com/azure/ai-foundry/openai/references/on-your-data">Azure's context</a>
 * @see <a href="https://docs.perplexity.ai/api-reference/chat-completions-post">Perplexity's citations and search results</a>
 */
final class BesideWords {
    private BesideWords() {}

    /**
     * Passes over a field of a message, or of what is new in one, and adds it to what is not read.
     *
     * @param name the field's name
     * @param in stands at its value and is left at its end
     */
    static Unread ofMessage(Unread soFar, String name, JsonParser in) {
        return switch (name) {
            case "images", "annotations", "context", "executed_tools" -> soFar.and(name, in);
            default -> skipped(soFar, in);
        };
    }

    /** Whether a field that stands beside the choices holds such a thing. */
    static boolean isBesideChoices(String name) {
        return switch (name) {
            case "citations", "search_results", "images", "videos", "related_questions" -> true;
            default -> false;
        };
    }

    private static Unread skipped(Unread soFar, JsonParser in) {
        in.skipChildren();
        return soFar;
    }
}
