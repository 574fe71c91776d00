package io.github.tideover.provider.openai;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.StopWord;
import io.github.tideover.wire.StreamedReply;
import java.io.IOException;
import java.util.List;
import okhttp3.Headers;

/** Makes a reply of a completion, or finds that it is none. */
final class CompletionReader {
    private CompletionReader() {}

    /**
     * Reads a completion.
     *
     * @param completion what came
     * @param headers the headers it came with
     * @param model the model that was asked, for servers that do not say which answered
     * @return the reply; an empty text is one too
     * @throws RefusedException if there is an error in it
     * @throws MalformedReplyException if there is no reply in it
     */
    static ChatReply.Builder read(ChatCompletion completion, Headers headers, String model) throws IOException {
        if (completion.error().isPresent()) {
            throw refused(headers, completion.error().get());
        }
        if (completion.choices().isEmpty()) {
            throw new MalformedReplyException("the answer has no choices");
        }
        ChatCompletion.Choice choice = completion.first();
        if (choice.error().isPresent()) {
            throw refused(headers, choice.error().get());
        }
        FinishReason reason = StopWord.end(choice.finishReason(), headers);
        if (!choice.hasMessage()) {
            throw new MalformedReplyException("the answer has no message");
        }
        ChatCompletion.Message message = choice.message();
        String answering = completion.model().isEmpty() ? model : completion.model();
        return ChatReply.builder()
                .text(message.text())
                .reasoning(message.reasoning())
                .refusal(message.refusal())
                .toolCalls(withThoughts(message, answering))
                .finishReason(reason)
                .id(completion.id())
                .model(answering)
                .usage(completion.usage())
                .requestId(StreamedReply.requestId(headers));
    }

    private static List<ToolCall> withThoughts(ChatCompletion.Message message, String model) {
        List<ToolCall> calls = message.toolCalls();
        if (message.hasReasoningContent() && KeptThoughts.areWantedBy(model)) {
            return KeptThoughts.with(calls, message.reasoning());
        }
        return message.reasoningDetails == null ? calls : message.reasoningDetails.keptWith(calls, model);
    }

    /** The error in the shape in which it would have come with an HTTP error, so that it is sorted by the same rules. */
    private static RefusedException refused(Headers headers, String error) {
        return new RefusedException(200, headers, "{\"error\":" + error + "}");
    }
}
