package io.github.tideover.provider.responses;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.StopWord;
import io.github.tideover.wire.StreamedReply;
import java.io.IOException;
import okhttp3.Headers;

/** Makes a reply of a response, or finds that it is none. */
final class ResponseReader {
    private ResponseReader() {}

    /**
     * Reads a response.
     *
     * @param response what came
     * @param headers the headers it came with
     * @param model the model that was asked, for servers that do not say which answered
     * @return the reply; an empty text is one too
     * @throws RefusedException if it failed
     * @throws MalformedReplyException if there is no reply in it, or not yet
     */
    static ChatReply.Builder read(OpenAiResponse response, Headers headers, String model) throws IOException {
        if (response.isFailed()) {
            throw new RefusedException(200, headers, response.failure());
        }
        if (response.status().equals("queued") || response.status().equals("in_progress")) {
            throw new MalformedReplyException("the answer is not there yet; its response is " + response.status());
        }
        if (!response.hasOutput()) {
            throw new MalformedReplyException("the answer has no output");
        }
        FinishReason reason = StopWord.end(response.stopWord(), headers);
        return ChatReply.builder()
                .text(response.text())
                .reasoning(response.reasoning())
                .refusal(response.refusal())
                .toolCalls(response.toolCalls())
                .finishReason(reason)
                .id(response.id())
                .model(response.model().isEmpty() ? model : response.model())
                .usage(response.usage())
                .requestId(StreamedReply.requestId(headers));
    }
}
