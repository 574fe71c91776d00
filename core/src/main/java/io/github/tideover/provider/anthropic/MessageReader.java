package io.github.tideover.provider.anthropic;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.StopWord;
import io.github.tideover.wire.StreamedReply;
import java.io.IOException;
import okhttp3.Headers;

/** Makes a reply of a message, or finds that it is none. */
final class MessageReader {
    private MessageReader() {}

    /**
     * Reads a message.
     *
     * @param message what came
     * @param headers the headers it came with
     * @param model the model that was asked, for servers that do not say which answered
     * @return the reply; an empty text is one too
     * @throws RefusedException if there is an error in it
     * @throws MalformedReplyException if there is no reply in it
     */
    static ChatReply.Builder read(AnthropicMessage message, Headers headers, String model) throws IOException {
        if (message.error().isPresent()) {
            throw refused(headers, message.error().get());
        }
        String stopReason = message.stopReason();
        if (message.type().equals("error")) {
            throw StopWord.refused(stopReason.isEmpty() ? "error" : stopReason, headers);
        }
        FinishReason reason = StopWord.end(stopReason, headers);
        if (!message.hasContent()) {
            throw new MalformedReplyException("the answer has no content");
        }
        return ChatReply.builder()
                .text(message.text())
                .reasoning(message.thinking())
                .refusal(message.refusal())
                .toolCalls(message.toolCalls())
                .finishReason(reason)
                .id(message.id())
                .model(message.model().isEmpty() ? model : message.model())
                .usage(message.usage())
                .requestId(StreamedReply.requestId(headers));
    }

    /** The error in the shape in which it would have come with an HTTP error, so that it is sorted by the same rules. */
    private static RefusedException refused(Headers headers, String error) {
        return new RefusedException(200, headers, "{\"type\":\"error\",\"error\":" + error + "}");
    }
}
