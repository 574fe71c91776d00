package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.failure.ChatException;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.Cause;
import io.github.tideover.status.Diagnosis;
import io.github.tideover.status.Evidence;
import io.github.tideover.status.ProviderStatus;
import io.github.tideover.status.ServiceState;
import io.github.tideover.status.StatusEvent;
import io.github.tideover.status.StatusPage;
import io.github.tideover.status.StatusPages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whose network it is, found out by connecting to real sockets. The names end in {@code .test}, so that they are not taken for
 * this machine.
 */
class NetworkCheckTest {
    private final ManualTime time = new ManualTime();
    private final List<StatusEvent> events = new CopyOnWriteArrayList<>();
    private final MockWebServer chat = new MockWebServer();
    private QuietHost other;
    private final Socket deaf = new Socket();
    private int deadPort;
    private Tideover tideover;

    @BeforeEach
    void start() throws IOException {
        other = new QuietHost();
        chat.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return TideoverTest.says("Hello");
            }
        });
        chat.start();
        deadPort = deadPort();
    }

    @AfterEach
    void stop() throws Exception {
        if (tideover != null) {
            tideover.close();
        }
        other.close();
        deaf.close();
        chat.close();
    }

    /** A port at which nobody listens, and nobody else can as long as it is held. */
    private int deadPort() throws IOException {
        deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return deaf.getLocalPort();
    }

    private static Provider at(String name, String address) {
        return Provider.openAiCompatible(address).name(name).model("small");
    }

    private Provider dead(String name) {
        return at(name, "http://" + name + ".test:" + deadPort + "/v1/");
    }

    private Tideover.Builder client() {
        return client(name -> List.of(InetAddress.getLoopbackAddress()));
    }

    private Tideover.Builder client(Function<String, List<InetAddress>> names) {
        return Tideover.builder()
                .provider(dead("main"))
                .httpClient(new OkHttpClient.Builder()
                        .dns(host -> {
                            List<InetAddress> found = names.apply(host);
                            if (found.isEmpty()) {
                                throw new UnknownHostException(host);
                            }
                            return found;
                        })
                        .build())
                .retryPolicy(RetryPolicy.builder().maxAttempts(1).build())
                .onStatus(events::add)
                .networkCheckLimit(Duration.ofSeconds(20)) // what is to be over sooner is ended by hand
                .time(time.time());
    }

    private void build(Tideover.Builder builder) {
        tideover = builder.build();
    }

    /** A call that only one provider may see. */
    private void call(String provider) {
        try {
            tideover.chat(
                    ChatRequest.builder().user("Hi").allowedProviders(provider).build());
        } catch (ChatException expected) {
            // Nobody is there.
        }
    }

    private Diagnosis diagnosis() {
        return tideover.status().diagnosis().orElseThrow();
    }

    private boolean isCutOff() {
        return tideover.status()
                .diagnosis()
                .filter(found -> found.cause() == Cause.LOCAL_NETWORK)
                .isPresent();
    }

    private boolean knowsThatOthersAreReached() {
        return tideover.status()
                .diagnosis()
                .filter(found -> found.cause() == Cause.NETWORK)
                .filter(found -> found.evidence().stream().anyMatch(fact -> fact.kind() == Evidence.Kind.CANARY))
                .isPresent();
    }

    private ServiceState stateOf(String provider) {
        return tideover.status().providers().stream()
                .filter(each -> each.name().equals(provider))
                .map(ProviderStatus::state)
                .findFirst()
                .orElseThrow();
    }

    private Provider quiet(String scheme) {
        return at("other", scheme + "://other.test:" + other.port() + "/v1/");
    }

    @Test
    void anotherHostIsReachedAndIsSentNothing() {
        build(client().alternate(quiet("http")));
        call("main");
        call("main");
        call("main");
        Awaiting.until(this::knowsThatOthersAreReached);
        Awaiting.until(() -> other.received().size() == 1);
        assertThat(other.received().get(0)).isEmpty();
        assertThat(stateOf("main")).isNotEqualTo(ServiceState.OPERATIONAL);
        assertThat(stateOf("other")).isEqualTo(ServiceState.OPERATIONAL);
    }

    @Test
    void whereNobodyIsReachedItIsOurNetworkAndNoProviderIsSaidToBeDown() {
        build(client().alternate(dead("other")));
        call("main");
        call("main");
        call("main");
        Awaiting.until(this::isCutOff);
        assertThat(tideover.status().state()).isEqualTo(ServiceState.MAJOR_OUTAGE);
        assertThat(diagnosis().evidence().get(0).words()).isEqualTo("nobody is reached from here");
        for (int i = 0; i < 5; i++) {
            call("main");
        }
        time.advance(Duration.ofSeconds(61)); // without another sign, nobody is said to be cut off
        assertThat(tideover.status().state()).isEqualTo(ServiceState.OPERATIONAL);
        assertThat(stateOf("main")).as("it was never its fault").isEqualTo(ServiceState.OPERATIONAL);
    }

    @Test
    void aNameServiceThatAnswersNobodyIsOurs() {
        build(client(name -> List.of()).alternate(quiet("http")));
        call("main");
        call("main");
        Awaiting.until(this::isCutOff);
        assertThat(other.connections()).isZero();
    }

    @Test
    void aHostThatLetsTlsWaitIsNotReachedAfterTwoSeconds() {
        build(client().alternate(quiet("https")));
        call("main");
        call("main");
        Awaiting.until(() -> other.connections() == 1);
        time.advance(NetworkCheck.LIMIT);
        assertThat(isCutOff()).isTrue();
    }

    @Test
    void aNameServiceThatHangsHoldsNothingUpAndIsAskedOnce() {
        CountDownLatch end = new CountDownLatch(1);
        List<String> asked = new CopyOnWriteArrayList<>();
        build(client(name -> {
                    if (name.equals("other.test")) {
                        asked.add(name);
                        awaitQuietly(end);
                    }
                    return List.of(InetAddress.getLoopbackAddress());
                })
                .alternate(quiet("http")));
        call("main");
        call("main");
        Awaiting.until(() -> asked.size() == 1);
        time.advance(NetworkCheck.LIMIT);
        assertThat(isCutOff()).isTrue();
        time.advance(Duration.ofSeconds(31));
        call("main");
        assertThat(asked).as("it hangs still").hasSize(1);
        end.countDown();
    }

    private static void awaitQuietly(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anAnswerFromAnotherProviderIsEnoughAndNobodyIsTried() {
        Set<Thread> ofOthers = Thread.getAllStackTraces().keySet(); // a check of the test before may still be ending
        build(client().alternate(at("other", "http://other.test:" + chat.getPort() + "/v1/")));
        call("other");
        call("main");
        call("main");
        call("main");
        assertThat(knowsThatOthersAreReached()).isTrue();
        assertThat(chat.getRequestCount()).isEqualTo(1);
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !ofOthers.contains(thread))
                .noneMatch(thread -> thread.getName().startsWith("tideover-network-check"));
    }

    @Test
    void anAnswerFromLongAgoIsNot() {
        build(client().alternate(at("other", "http://other.test:" + chat.getPort() + "/v1/")));
        call("other");
        chat.close();
        time.advance(Duration.ofSeconds(11));
        call("main");
        call("main");
        Awaiting.until(this::isCutOff);
        assertThat(tideover.status().state()).isEqualTo(ServiceState.MAJOR_OUTAGE);
    }

    @Test
    void othersAreTriedOnceInHalfAMinute() {
        build(client().alternate(quiet("http")));
        call("main");
        call("main");
        Awaiting.until(this::knowsThatOthersAreReached);
        for (int i = 0; i < 29; i++) {
            time.advance(Duration.ofSeconds(1));
            call("main");
        }
        assertThat(other.connections()).isEqualTo(1);
        Awaiting.until(
                () -> { // as soon as a probe has failed, and the thread of the last check has ended
                    time.advance(Duration.ofSeconds(1));
                    call("main");
                    return other.connections() == 2;
                });
    }

    @Test
    void theStatusPagesThatAreReadAreHostsToTry() {
        build(client().statusPages(StatusPages.ofProviders()
                .page("main", StatusPage.statuspage("http://status.test:" + other.port() + "/", "API"))));
        call("main");
        call("main");
        Awaiting.until(this::knowsThatOthersAreReached);
        Awaiting.until(() -> other.received().size() == 1);
        assertThat(other.received().get(0)).isEmpty();
    }

    @Test
    void anAnswerFromThisMachineSettlesNothing() {
        build(client().alternate(quiet("https")).alternate(at("third", "http://localhost:" + chat.getPort() + "/v1/")));
        call("main");
        call("main");
        Awaiting.until(() -> other.connections() == 1);
        time.advance(Duration.ofSeconds(1));
        call("third"); // on this machine: it says nothing
        time.advance(Duration.ofSeconds(1));
        assertThat(isCutOff()).isTrue();
    }

    @Test
    void whoWantsNoneHasNone() {
        build(client().alternate(quiet("http")).networkCheck(false));
        call("main");
        call("main");
        call("main");
        time.advance(Duration.ofSeconds(3));
        assertThat(other.connections()).isZero();
        assertThat(tideover.status().state()).isNotEqualTo(ServiceState.OPERATIONAL);
        try (Tideover made = tideover.newBuilder().lastResort("Later.").build()) {
            assertThat(made.status().state()).isEqualTo(ServiceState.OPERATIONAL);
            made.chat(ChatRequest.builder().user("Hi").allowedProviders("main").build());
            made.chat(ChatRequest.builder().user("Hi").allowedProviders("main").build());
        }
        assertThat(other.connections()).as("nor has a client made from it").isZero();
    }

    @Test
    void aHostOnThisMachineTellsNothingOfTheNetwork() {
        build(client().alternate(at("other", "http://localhost:" + other.port() + "/v1/")));
        call("main");
        call("main");
        call("main");
        time.advance(Duration.ofSeconds(3));
        assertThat(other.connections()).isZero();
        assertThat(diagnosis().cause()).isEqualTo(Cause.NETWORK);
    }

    @Test
    void anErrorFromTheProviderIsNoDoubtAboutTheNetwork() {
        chat.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return new MockResponse.Builder().code(500).build();
            }
        });
        build(client().provider(at("main", "http://main.test:" + chat.getPort() + "/v1/"))
                .alternate(quiet("http")));
        call("main");
        call("main");
        call("main");
        time.advance(Duration.ofSeconds(3));
        assertThat(other.connections()).isZero();
        assertThat(diagnosis().cause()).isEqualTo(Cause.SOFTWARE_FAULT);
    }

    @Test
    void aClosedClientTriesNobody() {
        build(client().alternate(quiet("https")));
        call("main");
        call("main");
        Awaiting.until(() -> other.connections() == 1);
        tideover.close();
        Awaiting.until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("tideover-network-check")));
    }
}
