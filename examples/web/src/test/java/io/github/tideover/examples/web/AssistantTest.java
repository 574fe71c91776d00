package io.github.tideover.examples.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.examples.embedded.TemporaryFolder;
import io.github.tideover.outbox.Delivery;
import io.github.tideover.outbox.OutboxMessage;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.StatusEvent;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is left of an assistant that could not start: nothing. */
class AssistantTest {
    private static final Assistant.Listener NOBODY = new Assistant.Listener() {
        @Override
        public void delivered(Delivery delivery) {}

        @Override
        public void changed(OutboxMessage message) {}

        @Override
        public void told(StatusEvent event) {}
    };

    @Test
    void aProviderWithoutAModelLeavesNoFolder() throws Exception {
        TemporaryFolder folder = TemporaryFolder.named("assistant-test");
        Optional<Provider> unfinished = Optional.of(Provider.openAiCompatible("http://127.0.0.1:9/v1/"));
        assertThatThrownBy(() -> Assistant.start(folder, unfinished, NOBODY))
                .isInstanceOf(NoSuchElementException.class);
        assertThat(folder.path()).doesNotExist();
    }

    @Test
    void aClientThatCannotBeBuiltLeavesNoServerRunning() throws Exception {
        TemporaryFolder folder = TemporaryFolder.named("assistant-test");
        Files.delete(folder.path());
        Files.writeString(folder.path(), "no folder any more");
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        assertThatThrownBy(() -> Assistant.start(folder, Optional.empty(), NOBODY))
                .isInstanceOf(UncheckedIOException.class);
        Set<Thread> left = new HashSet<>(Thread.getAllStackTraces().keySet());
        left.removeAll(before);
        for (Thread thread : left) {
            if (thread.getName().startsWith("Harbour") || thread.getName().startsWith("Lighthouse")) {
                thread.join(Duration.ofSeconds(20).toMillis());
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
        assertThat(folder.path()).doesNotExist();
    }
}
