package io.github.tideover.examples.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class TemporaryFolderTest {
    @Test
    void itGoesWithAllThatIsInIt() throws Exception {
        TemporaryFolder folder = TemporaryFolder.named("folder-test");
        Files.createDirectories(folder.path().resolve("deep/down"));
        Files.writeString(folder.path().resolve("deep/down/kept.txt"), "kept");
        Files.writeString(folder.path().resolve("deep.lock"), "");
        folder.close();
        assertThat(folder.path()).doesNotExist();
        assertThatThrownBy(folder::close)
                .as("it is gone already")
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("the folder cannot be removed: " + folder);
    }
}
