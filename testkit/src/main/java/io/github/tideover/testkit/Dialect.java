package io.github.tideover.testkit;

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

    Speech speech() {
        return switch (this) {
            case CHAT_COMPLETIONS -> ChatSpeech.SPEECH;
            case RESPONSES -> ResponsesSpeech.SPEECH;
            case MESSAGES -> MessagesSpeech.SPEECH;
            case GEMINI -> GeminiSpeech.SPEECH;
        };
    }
}
