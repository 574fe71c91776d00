package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.tideover.chat.Origin;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.Cause;
import io.github.tideover.status.OutageReport;
import io.github.tideover.status.ServiceState;
import io.github.tideover.status.StatusHistory;
import io.github.tideover.status.StatusPublisher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An outage from its first failure to its report, through the door. */
class OutageReportTest {
    private static final String SECRET = "the-key-nobody-may-see";

    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private final LoopbackProvider main = new LoopbackProvider();
    private final List<OutageReport> reports = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        main.close();
    }

    private Tideover.Builder client() {
        return Tideover.builder()
                .provider(Provider.openAiCompatible(main.baseUrl())
                        .name("main")
                        .model("small")
                        .apiKey(SECRET))
                .retryPolicy(RetryPolicy.never())
                .lastResort("Back soon.")
                .statusHistory(directory)
                .onOutageReport(reports::add)
                .time(time.time());
    }

    private void aCallASecond(Tideover tideover, int seconds) {
        for (int second = 0; second < seconds; second++) {
            catchThrowable(() -> tideover.chat("Where is my secret order?"));
            time.advance(Duration.ofSeconds(1));
        }
    }

    @Test
    void anOutageIsReportedAndKept() throws Exception {
        try (Tideover tideover = client().build()) {
            main.does(LoopbackProvider.says("It ships on Monday."));
            aCallASecond(tideover, 30);
            main.does(LoopbackProvider.fails(529));
            aCallASecond(tideover, 60);
            assertThat(tideover.statusHistory().ongoing()).isPresent();
            main.does(LoopbackProvider.says("It ships on Monday."));
            aCallASecond(tideover, 240);
            Awaiting.until(() -> !reports.isEmpty());
        }
        OutageReport report = reports.get(0);
        assertThat(report.worst()).isEqualTo(ServiceState.MAJOR_OUTAGE);
        assertThat(report.cause()).isEqualTo(Cause.OVERLOAD);
        assertThat(report.providers()).containsExactly("main");
        assertThat(report.detectionDelay().orElseThrow()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(6));
        assertThat(report.answered(Origin.CANNED)).isBetween(50, 75);
        assertThat(report.answered(Origin.LIVE)).isPositive();
        assertThat(report.failed()).isZero();
        assertThat(report.attempts()).isLessThan(report.calls());
        assertThat(report.calls())
                .isEqualTo(report.answered(Origin.LIVE) + report.answered(Origin.CANNED) + report.failed());

        try (Tideover next = client().build()) {
            StatusHistory history = next.statusHistory();
            assertThat(history.reports()).hasSize(1);
            assertThat(history.reports().get(0).toJson()).isEqualTo(report.toJson());
            assertThat(history.meanTimeToRecover("main").orElseThrow())
                    .isBetween(Duration.ofSeconds(50), Duration.ofSeconds(75));
            assertThat(StatusPublisher.of("Shop").html(next.status(), history)).contains("Overload");
        }
        String written = Files.readString(directory.resolve("status-history.jsonl"));
        assertThat(written + report.toMarkdown() + report).doesNotContain(SECRET, "secret order", "Monday");
    }

    @Test
    void aReportListenerThatBlocksHoldsUpNobody() {
        CountDownLatch never = new CountDownLatch(1);
        try (Tideover tideover = client().onOutageReport(report -> {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                })
                .build()) {
            main.does(LoopbackProvider.fails(529));
            aCallASecond(tideover, 60);
            main.does(LoopbackProvider.says("It ships on Monday."));
            aCallASecond(tideover, 240);
            Awaiting.until(() -> !reports.isEmpty());
            assertThat(tideover.chat("Hello").isLive()).isTrue();
        } finally {
            never.countDown();
        }
    }
}
