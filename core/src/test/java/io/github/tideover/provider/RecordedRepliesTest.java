package io.github.tideover.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Replies as providers sent them. Skipped without the folder that the system property {@code tideover.fixtures} names. */
class RecordedRepliesTest extends RepliesInAllForms {
    @Override
    Stream<Recording> recordings() {
        return Recording.recorded();
    }

    @Test
    void theReadmeNamesTheDialectThatTheContentShows() throws IOException {
        Map<String, String> titles = Recording.titles();
        recordings()
                .forEach(recording -> assertThat(titles.getOrDefault(recording.name(), recording.tongue().title))
                        .as(recording.name())
                        .isEqualTo(recording.tongue().title));
    }
}
