package io.github.tideover.docs;

import io.github.tideover.provider.Provider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;

/** A chat server on this machine that answers as it was last told to. */
final class Loopback implements AutoCloseable {
    private final MockWebServer server = new MockWebServer();
    private final AtomicReference<MockResponse> answer = new AtomicReference<>(says("Hello."));
    /** What is answered before that, one to a request. */
    private final Queue<MockResponse> before = new ConcurrentLinkedQueue<>();

    private final AtomicReference<RecordedRequest> last = new AtomicReference<>();

    Loopback() {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                last.set(request);
                MockResponse next = before.poll();
                return next != null ? next : answer.get();
            }
        });
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Loopback answers(MockResponse now) {
        answer.set(now);
        return this;
    }

    Loopback answersFirst(MockResponse... now) {
        before.addAll(List.of(now));
        return this;
    }

    String address() {
        return server.url("/v1/").toString();
    }

    int requests() {
        return server.getRequestCount();
    }

    /** The last request that came, with its headers. */
    RecordedRequest lastRequest() {
        RecordedRequest request = last.get();
        if (request == null) {
            throw new AssertionError("no request came");
        }
        return request;
    }

    /** The same provider with this server behind it. */
    Provider behind(Provider provider) {
        return Provider.openAiCompatible(address())
                .name(provider.name())
                .model(provider.model().orElseThrow())
                .apiKey("sk-test-key");
    }

    Provider provider(String name) {
        return Provider.openAiCompatible(address())
                .name(name)
                .apiKey("sk-test-key")
                .model("small-model");
    }

    @Override
    public void close() {
        server.close();
    }

    static MockResponse says(String text) {
        return says(text, "stop");
    }

    static MockResponse says(String text, String finishReason) {
        return json("{\"id\":\"c1\",\"model\":\"small-model-1\",\"choices\":[{\"index\":0,\"message\":"
                + "{\"role\":\"assistant\",\"content\":\"" + text + "\"},\"finish_reason\":\"" + finishReason
                + "\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}");
    }

    static MockResponse json(String body) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "application/json")
                .body(body)
                .build();
    }

    /** A stream of these pieces, with or without the sign that it is complete. */
    static MockResponse streams(boolean complete, String... pieces) {
        StringBuilder body = new StringBuilder();
        for (String piece : pieces) {
            body.append(event("{\"content\":\"" + piece + "\"}", "null"));
        }
        if (complete) {
            body.append(event("{}", "\"stop\"")).append("data: [DONE]\n\n");
        }
        return new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .body(body.toString())
                .build();
    }

    private static String event(String delta, String finishReason) {
        return "data: {\"id\":\"c1\",\"model\":\"small-model-1\",\"choices\":[{\"index\":0,\"delta\":" + delta
                + ",\"finish_reason\":" + finishReason + "}]}\n\n";
    }

    static MockResponse fails(int status) {
        return fails(status, "some_error");
    }

    static MockResponse fails(int status, String code) {
        return json("{\"error\":{\"message\":\"no\",\"code\":\"" + code + "\"}}")
                .newBuilder()
                .code(status)
                .build();
    }

    static MockResponse silence() {
        return new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build();
    }
}
