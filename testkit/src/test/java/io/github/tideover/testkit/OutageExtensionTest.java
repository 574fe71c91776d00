package io.github.tideover.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.github.tideover.Tideover;
import io.github.tideover.status.ServiceState;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** The extension, used, and used wrongly by test classes that JUnit's own kit runs. */
@ExtendWith(OutageExtension.class)
class OutageExtensionTest {
    @Test
    void eachParameterIsAServerOfItsOwnThatBearsItsName(OutageServer primary, OutageServer backup) {
        primary.fails(Fault.OVERLOADED).everyTime();
        backup.says("From the backup");
        try (Tideover tideover = Tideover.builder()
                .provider(primary.provider())
                .alternate(backup.provider())
                .build()) {
            TideoverAssertions.assertThat(tideover.chat("Hello")).isFrom(backup).hasText("From the backup");
        }
        assertThat(primary.name()).isEqualTo("primary");
    }

    @Test
    void theServersOfATestGoByItsTime(OutageServer service, ManualTime time) {
        time.advance(Duration.ofHours(5));
        assertThat(service.now()).isEqualTo(Duration.ofHours(5).toNanos());
    }

    @Test
    void aListenerHearsOfAnOutage(OutageServer service, RecordingStatusListener listener) {
        service.fails(Fault.UNAUTHORIZED).everyTime();
        try (Tideover tideover = Tideover.builder()
                .provider(service.provider())
                .onStatus(listener)
                .lastResort("Later")
                .build()) {
            tideover.chat("Hello");
            assertThat(listener.await(ServiceState.MAJOR_OUTAGE).state()).isEqualTo(ServiceState.MAJOR_OUTAGE);
            assertThat(listener.states()).contains(ServiceState.MAJOR_OUTAGE);
        }
    }

    @Nested
    class WithASetUp {
        private OutageServer kept;

        @BeforeEach
        void setUp(OutageServer service) {
            kept = service;
        }

        @Test
        void theSameNameIsTheSameServer(OutageServer service) {
            assertThat(service).isSameAs(kept);
        }

        @AfterEach
        void tearDown(OutageServer service) {
            assertThat(service).isSameAs(kept);
        }
    }

    private static Events run(Class<?> wrong) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(wrong))
                .execute()
                .allEvents();
    }

    private static Throwable failure(Class<?> wrong) {
        return run(wrong).failed().stream()
                .findFirst()
                .orElseThrow()
                .getRequiredPayload(TestExecutionResult.class)
                .getThrowable()
                .orElseThrow();
    }

    @ExtendWith(OutageExtension.class)
    static class LeavesALineUnused {
        @Test
        void test(OutageServer primary, OutageServer backup) {
            primary.says("Hello");
            backup.fails(Fault.OVERLOADED).everyTime();
        }
    }

    @Test
    void anUnusedLineFailsTheTest() {
        Throwable failure = failure(LeavesALineUnused.class);
        assertThat(failure)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("nobody asked primary for what its script has: [says(...)]");
        assertThat(failure.getSuppressed())
                .singleElement()
                .satisfies(other -> assertThat(other).hasMessageContaining("fails(OVERLOADED).everyTime()"));
    }

    @ExtendWith(OutageExtension.class)
    static class TakesTheTimeTooLate {
        @BeforeEach
        void setUp(OutageServer service) {
            service.says("Hello").ifAsked();
        }

        @Test
        void test(OutageServer service) {
            service.says("Hello").ifAsked();
        }

        @AfterEach
        void tearDown(ManualTime time) {
            time.advance(Duration.ofHours(5));
        }
    }

    @Test
    void aTimeThatNoServerGoesByIsRefused() {
        assertThat(failure(TakesTheTimeTooLate.class)).hasMessageContaining("go by the machine's time already");
    }

    @Test
    void serversThatNoNameTellsApartAreRefused(@TempDir Path folder) throws Exception {
        Path source = Files.writeString(folder.resolve("Nameless.java"), """
                import io.github.tideover.testkit.*;
                import org.junit.jupiter.api.*;
                @org.junit.jupiter.api.extension.ExtendWith(OutageExtension.class)
                class Nameless {
                    @BeforeEach void setUp(OutageServer backup) {}
                    @Test void test(OutageServer primary, OutageServer backup) {}
                }
                """);
        int code = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-cp", System.getProperty("java.class.path"), source.toString());
        assertThat(code).isZero();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            assertThat(failure(loader.loadClass("Nameless")))
                    .hasMessageContaining("compile the tests with -parameters");
        }
    }

    @ExtendWith(OutageExtension.class)
    @Execution(ExecutionMode.CONCURRENT)
    static class ManyAtOnce {
        private static final CyclicBarrier TOGETHER = new CyclicBarrier(4);

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3, 4})
        void test(int number, OutageServer service) throws Exception {
            TOGETHER.await(20, TimeUnit.SECONDS);
            service.says("Answer " + number);
            try (Tideover tideover =
                    Tideover.builder().provider(service.provider()).build()) {
                for (int i = 0; i < 20; i++) {
                    service.says("Answer " + number);
                    assertThat(tideover.chat("Hello").text()).isEqualTo("Answer " + number);
                }
            }
            TOGETHER.await(20, TimeUnit.SECONDS);
            assertThat(service.requests()).hasSize(20);
            throw new IllegalStateException("in the middle of a test");
        }
    }

    @Test
    void testsAtTheSameTimeHaveServersOfTheirOwnAndLeaveNoThread() {
        Events events = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(ManyAtOnce.class))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                // With 4, all may wait for one that has no thread.
                .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "8")
                .execute()
                .testEvents();
        assertThat(events.failed().stream()
                        .map(event -> event.getRequiredPayload(TestExecutionResult.class)
                                .getThrowable()
                                .orElseThrow()
                                .getMessage()))
                .containsExactly(
                        "in the middle of a test",
                        "in the middle of a test",
                        "in the middle of a test",
                        "in the middle of a test");
        Patience.until(
                Duration.ofSeconds(20),
                "the end of all servers' threads",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("service-")));
    }

    @ExtendWith(OutageExtension.class)
    static class FailsByItself {
        @Test
        void test(OutageServer service) {
            service.says("Hello");
            throw new IllegalStateException("its own");
        }
    }

    @Test
    void aTestThatFailsByItselfIsNotToldOfItsScript() {
        assertThat(failure(FailsByItself.class)).hasMessage("its own");
    }

    @ExtendWith(OutageExtension.class)
    static class WantsAServerForAll {
        @BeforeAll
        static void setUp(OutageServer service) {
            service.says("Hello");
        }

        @Test
        void test() {}
    }

    @Test
    void aServerForTheWholeClassIsRefused() {
        assertThat(failure(WantsAServerForAll.class)).hasMessageContaining("is there for one test");
    }

    @ExtendWith(OutageExtension.class)
    static class KeepsItsServer {
        static OutageServer kept;

        @Test
        void test(OutageServer service) {
            kept = service;
        }
    }

    @Test
    void theServerIsClosedAfterTheTest() {
        assertThat(run(KeepsItsServer.class).failed().count()).isZero();
        WatchedClient client = WatchedClient.of(
                question -> {
                    try (Tideover tideover = Tideover.builder()
                            .provider(KeepsItsServer.kept.provider())
                            .timeout(Duration.ofSeconds(5))
                            .build()) {
                        return tideover.chat(question).text();
                    }
                },
                KeepsItsServer.kept);
        assertThat(client.tries("Hello")).isFalse();
        assertThat(KeepsItsServer.kept.requests()).isEmpty();
    }
}
