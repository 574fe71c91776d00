package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.StreamEvent;
import io.github.tideover.provider.Provider;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.SkipException;

/**
 * The rules of Reactive Streams, as its own test kit checks them, for a stream over real HTTP. The kit is written for
 * TestNG; here JUnit runs it.
 */
class PublisherTckTest {
    /** What the kit has no code for, what takes many subscribers, and what asks for its own wording. */
    private static final Set<String> SKIPPED = Set.of(
            "optional_spec111_maySupportMultiSubscribe",
            "optional_spec111_multicast_mustProduceTheSameElementsInTheSameSequenceToAllOfItsSubscribersWhenRequestingManyUpfront",
            "optional_spec111_multicast_mustProduceTheSameElementsInTheSameSequenceToAllOfItsSubscribersWhenRequestingManyUpfrontAndCompleteAsExpected",
            "optional_spec111_multicast_mustProduceTheSameElementsInTheSameSequenceToAllOfItsSubscribersWhenRequestingOneByOne",
            "optional_spec111_registeredSubscribersMustReceiveOnNextOrOnCompleteSignals",
            "optional_spec309_requestNegativeNumberMaySignalIllegalArgumentExceptionWithSpecificMessage",
            "untested_spec106_mustConsiderSubscriptionCancelledAfterOnErrorOrOnCompleteHasBeenCalled",
            "untested_spec107_mustNotEmitFurtherSignalsOnceOnErrorHasBeenSignalled",
            "untested_spec108_possiblyCanceledSubscriptionShouldNotReceiveOnErrorOrOnCompleteSignals",
            "untested_spec109_subscribeShouldNotThrowNonFatalThrowable",
            "untested_spec110_rejectASubscriptionRequestIfTheSameSubscriberSubscribesTwice",
            "untested_spec304_requestShouldNotPerformHeavyComputations",
            "untested_spec305_cancelMustNotSynchronouslyPerformHeavyComputation");

    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    private static final byte[] PIECE = TideoverTest.events(false, "word ").getBytes(StandardCharsets.UTF_8);
    private static final byte[] END = TideoverTest.events(true).getBytes(StandardCharsets.UTF_8);

    private static LoopbackProvider provider;
    private static Tideover tideover;

    @BeforeAll
    static void open() {
        provider = new LoopbackProvider().does(PublisherTckTest::stream);
        tideover = Tideover.builder()
                .provider(Provider.openAiCompatible(provider.baseUrl())
                        .name("main")
                        .model("small")
                        // Some rules leave their stream where it is.
                        .maxConcurrent(1_000))
                .build();
    }

    @AfterAll
    static void close() {
        tideover.close();
        provider.close();
    }

    /** As many pieces as the request says; none is made before the connection takes it. */
    private static boolean stream(LoopbackProvider.Wire wire) throws IOException {
        String body = wire.asked().body();
        int at = body.indexOf("pieces: ") + "pieces: ".length();
        long pieces = Long.parseLong(body.substring(at, body.indexOf('"', at)));
        OutputStream out = new BufferedOutputStream(wire.out());
        out.write(HEAD.getBytes(StandardCharsets.UTF_8));
        for (long i = 0; i < pieces; i++) {
            out.write(PIECE);
        }
        out.write(END);
        out.flush();
        return false;
    }

    @TestFactory
    Stream<DynamicTest> theRulesOfReactiveStreamsHold() {
        Set<String> skipped = new TreeSet<>();
        List<DynamicTest> tests = new ArrayList<>();
        Stream.of(ReplyEvents.class.getMethods())
                .filter(method -> method.isAnnotationPresent(org.testng.annotations.Test.class))
                .sorted(Comparator.comparing(Method::getName))
                .map(rule -> DynamicTest.dynamicTest(rule.getName(), () -> check(rule, skipped)))
                .forEach(tests::add);
        assertThat(tests).as("rules that were found").hasSizeGreaterThan(30);
        tests.add(DynamicTest.dynamicTest(
                "noOtherRulesAreSkipped", () -> assertThat(skipped).isEqualTo(new TreeSet<>(SKIPPED))));
        return tests.stream();
    }

    private static void check(Method rule, Set<String> skipped) throws Throwable {
        ReplyEvents verification = new ReplyEvents();
        try {
            for (Method each : ReplyEvents.class.getMethods()) {
                if (each.isAnnotationPresent(org.testng.annotations.BeforeMethod.class)) {
                    each.invoke(verification);
                }
            }
            rule.invoke(verification);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SkipException reason) {
                skipped.add(rule.getName());
                throw new TestAbortedException(reason.getMessage(), reason);
            }
            throw e.getCause();
        }
    }

    /** Streams of so many events: pieces of text, and then the one that says that the reply is complete. */
    public static final class ReplyEvents extends PublisherVerification<StreamEvent> {
        public ReplyEvents() {
            super(new TestEnvironment(5_000, 100), 10_000);
        }

        @Override
        public Publisher<StreamEvent> createPublisher(long elements) {
            // None is empty. Of the rules that ask for one, those that are required do not read it.
            long pieces = Math.max(0, elements - 1);
            return FlowAdapters.toPublisher(tideover.stream("pieces: " + pieces).publisher());
        }

        @Override
        public Publisher<StreamEvent> createFailedPublisher() {
            ReplyStream read = tideover.stream("pieces: 1");
            assertThat(read).hasSize(1);
            return FlowAdapters.toPublisher(read.publisher());
        }

        /** A rule that asks for so many reads only the first few. */
        @Override
        public long maxElementsFromPublisher() {
            return Integer.MAX_VALUE;
        }
    }
}
