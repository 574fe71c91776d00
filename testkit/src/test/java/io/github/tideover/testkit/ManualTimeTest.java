package io.github.tideover.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tideover.Tideover;
import io.github.tideover.chat.ChatReply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ManualTimeTest {
    private final ManualTime time = new ManualTime();
    private final List<String> done = new ArrayList<>();

    @Test
    void tasksRunInTheirOrderEachAtItsOwnTime() {
        time.scheduler().schedule(() -> note("late"), 2, TimeUnit.SECONDS);
        time.scheduler().schedule(() -> note("early"), 1, TimeUnit.SECONDS);
        ScheduledFuture<?> never = time.scheduler().schedule(() -> note("never"), 1, TimeUnit.SECONDS);
        never.cancel(false);
        time.advance(Duration.ofMillis(999));
        assertThat(done).isEmpty();
        time.advance(Duration.ofSeconds(5));
        assertThat(done).containsExactly("early at 1000", "late at 2000");
        assertThat(time.nanos()).isEqualTo(5_999_000_000L);
    }

    @Test
    void aRepeatedTaskRunsAsOftenAsItFellDueUntilItIsCancelled() {
        ScheduledFuture<?> tick = time.scheduler().scheduleAtFixedRate(() -> note("tick"), 1, 2, TimeUnit.SECONDS);
        time.advance(Duration.ofSeconds(5));
        assertThat(done).containsExactly("tick at 1000", "tick at 3000", "tick at 5000");
        tick.cancel(false);
        time.advance(Duration.ofSeconds(5));
        assertThat(done).hasSize(3);
    }

    @Test
    void theWallClockMayBeSetAndNothingFallsDueByThat() {
        time.scheduler().schedule(() -> note("task"), 1, TimeUnit.HOURS);
        Instant before = time.instant();
        time.shiftWallClock(Duration.ofHours(3));
        assertThat(time.clock().instant()).isEqualTo(before.plus(Duration.ofHours(3)));
        assertThat(done).isEmpty();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> time.advance(Duration.ofNanos(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> time.dice(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> time.scheduler().scheduleAtFixedRate(() -> {}, 1, 0, TimeUnit.SECONDS));
    }

    @Test
    void aClientWaitsByItAndNotASecondLess() {
        try (OutageServer service = OutageServer.start(time);
                Tideover tideover = Tideover.builder()
                        .provider(service.provider())
                        .time(time.time())
                        .build()) {
            service.fails(Fault.OVERLOADED).asking(Duration.ofSeconds(20));
            CompletableFuture<ChatReply> reply = tideover.chatAsync("Hello");
            time.awaitTask(Duration.ofSeconds(22)); // it has heard, and waits
            time.advance(Duration.ofSeconds(22));
            TideoverAssertions.assertThat(reply.join()).isLive().hasAttempts(2);
            TideoverAssertions.assertThat(service).wasTreatedWell().wasReturnedTo();
            assertThat(service.requests().get(1).at()).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(22));
        }
    }

    private void note(String what) {
        done.add(what + " at " + TimeUnit.NANOSECONDS.toMillis(time.nanos()));
    }
}
