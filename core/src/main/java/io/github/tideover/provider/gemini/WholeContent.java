package io.github.tideover.provider.gemini;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.provider.gemini.GeneratedContent.Candidate;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.RefusedException;
import io.github.tideover.wire.StreamedReply;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import okhttp3.Headers;

/** Makes a reply of content that came at once, or finds that it is none. */
final class WholeContent {
    private WholeContent() {}

    /**
     * Reads a reply.
     *
     * @param content what came
     * @param headers the headers it came with
     * @param model the model that was asked, for servers that do not say which answered
     * @return the reply; an empty text is one too
     * @throws RefusedException if there is an error in it, or a policy stopped the prompt
     * @throws MalformedReplyException if there is no reply in it
     */
    static ChatReply.Builder read(GeneratedContent content, Headers headers, String model) throws IOException {
        if (content.error().isPresent()) {
            throw Ending.refused(headers, content.error().get());
        }
        Optional<Candidate> first = content.first();
        if (first.isEmpty()) {
            throw content.blockReason().isEmpty()
                    ? new MalformedReplyException("the answer has no candidates")
                    : Ending.blocked(headers, content.blockReason());
        }
        Candidate candidate = first.get();
        Ending.requireReply(candidate.finishReason(), headers);
        List<ToolCall> calls = CallIds.complete(candidate.toolCalls(), content.id());
        return ChatReply.builder()
                .text(candidate.text())
                .reasoning(candidate.reasoning())
                .toolCalls(calls)
                .finishReason(Ending.of(candidate.finishReason(), !calls.isEmpty()))
                .id(content.id())
                .model(content.model().isEmpty() ? model : content.model())
                .usage(content.usage().orElse(Usage.NONE))
                .requestId(StreamedReply.requestId(headers));
    }
}
