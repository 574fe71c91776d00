package io.github.tideover.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Replies in the shapes that providers were seen to send, each with what is odd about it in its name. */
class HandWrittenRepliesTest extends RepliesInAllForms {
    @Override
    Stream<Recording> recordings() {
        return Recording.own();
    }

    @Test
    void theNameTellsTheDialectThatTheContentShows() {
        assertThat(recordings())
                .allSatisfy(recording -> assertThat(recording.name())
                        .startsWith(
                                switch (recording.tongue()) {
                                    case CHAT -> "chat-";
                                    case RESPONSES -> "responses-";
                                    case MESSAGES -> "messages-";
                                    case GEMINI -> "gemini-";
                                }));
    }
}
