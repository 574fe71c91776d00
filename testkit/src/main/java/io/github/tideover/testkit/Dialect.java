package io.github.tideover.testkit;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A language that providers speak. An {@link OutageServer} speaks all of them and knows by a request's path which one it is
 * asked in.
 *
 * @since 0.1
 */
public enum Dialect {
    /** OpenAI's chat completions, and everybody's: a path that ends in {@code /chat/completions}. */
    CHAT_COMPLETIONS("v1/"),
    /** OpenAI's Responses: a path that ends in {@code /responses}. */
    RESPONSES("v1/"),
    /** Anthropic's Messages: a path that ends in {@code /messages}. */
    MESSAGES(""),
    /** Gemini's own: a path that ends in {@code :generateContent} or {@code :streamGenerateContent}. */
    GEMINI("v1beta/");

    private final String folder;

    Dialect(String folder) {
        this.folder = folder;
    }

    /** What a client is told of where the API lies on a server; Anthropic's clients add {@code v1/} by themselves. */
    String folder() {
        return folder;
    }

    /** The dialect of a request; null if it is none for a reply. */
    static @Nullable Dialect of(String method, String path) {
        if (method.equals("POST")) {
            for (Dialect dialect : values()) {
                if (dialect.speech().isAskedBy(path)) {
                    return dialect;
                }
            }
        }
        return null;
    }

    /** The headers by which a client is asked to wait. */
    Map<String, String> waitHeaders(@Nullable Duration wait) {
        if (wait == null || this == GEMINI) { // which says so in the body
            return Map.of();
        }
        // A part of a second is no reason to come too early.
        String seconds = Long.toString(wait.plusNanos(999_999_999).toSeconds());
        return wait.toNanosPart() == 0 || this == MESSAGES
                ? Map.of("Retry-After", seconds)
                : Map.of(
                        "Retry-After",
                        seconds,
                        "retry-after-ms",
                        Long.toString(wait.plusNanos(999_999).toMillis()));
    }

    Speech speech() {
        return switch (this) {
            case CHAT_COMPLETIONS -> ChatSpeech.SPEECH;
            case RESPONSES -> ResponsesSpeech.SPEECH;
            case MESSAGES -> MessagesSpeech.SPEECH;
            case GEMINI -> GeminiSpeech.SPEECH;
        };
    }
}
