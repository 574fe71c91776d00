package io.github.tideover;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Message;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.FailureKind.Again;
import io.github.tideover.tool.MisfitException;
import io.github.tideover.tool.RecordShape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer is to fill a record. */
final class RecordGoal<T extends Record> implements Goal {
    private final RecordShape<T> shape;
    /** What the last reply that fitted said. */
    private @Nullable T value;

    RecordGoal(Class<T> type) {
        this.shape = RecordShape.ofAnswer(requireNonNull(type, "type == null"));
    }

    /** The request that asks for it. */
    ChatRequest asked(ChatRequest request) {
        if (request.responseFormat().isPresent()) {
            throw new IllegalArgumentException(
                    "the request has a response format of its own, and the answer is to be a " + shape.name()
                            + "; leave the format out");
        }
        return request.toBuilder().responseFormat(shape.format()).build();
    }

    @Override
    public @Nullable Failure misfit(ChatReply reply) {
        if (!reply.refusal().isEmpty()) {
            return Failure.of(FailureKind.CONTENT_FILTER)
                    .message("the model refused to answer")
                    .requestId(requestIdOf(reply))
                    .build();
        }
        if (reply.finishReason() == FinishReason.LENGTH) {
            return cut(reply);
        }
        try {
            value = shape.readAnswer(reply.text());
            return null;
        } catch (MisfitException e) {
            return Failure.of(FailureKind.WRONG_SHAPE)
                    .message("the answer is no " + shape.name() + ": " + e.why())
                    .requestId(requestIdOf(reply))
                    .build();
        }
    }

    /** The next attempt here would be cut at the same place. */
    static Failure cut(ChatReply reply) {
        return Failure.of(FailureKind.WRONG_SHAPE)
                .again(Again.ELSEWHERE)
                .message("the answer was cut by the token limit; allow more with maxOutputTokens")
                .requestId(requestIdOf(reply))
                .build();
    }

    static @Nullable String requestIdOf(ChatReply reply) {
        return reply.requestId().isEmpty() ? null : reply.requestId();
    }

    /** The application's own words are no record. */
    @Override
    public boolean takesWords() {
        return false;
    }

    TypedReply<T> filled(ChatReply reply, List<Message> history) {
        return new TypedReply<>(requireNonNull(value), reply, history);
    }
}
