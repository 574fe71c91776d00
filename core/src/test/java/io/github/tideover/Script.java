package io.github.tideover;

import io.github.tideover.chat.ToolCall;
import io.github.tideover.provider.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import tools.jackson.databind.JsonNode;

/** What a server of one dialect answers, request by request. What is not in the script is an answer of status 500. */
final class Script extends Dispatcher {
    private final Speaker speaker;
    private final MockWebServer server;
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final List<RecordedRequest> asked = new ArrayList<>();

    @FunctionalInterface
    interface Answer {
        MockResponse to(RecordedRequest asked);
    }

    Script(Speaker speaker, MockWebServer server) {
        this.speaker = speaker;
        this.server = server;
        server.setDispatcher(this);
    }

    Provider provider(String name) {
        return speaker.provider(server).name(name).apiKey("sk-test-key").model("m");
    }

    Script says(String text) {
        return answers(request -> speaker.says(request, text, false));
    }

    Script calls(ToolCall... calls) {
        return answers(request -> speaker.says(request, "", false, calls));
    }

    Script cuts(String text, ToolCall... calls) {
        return answers(request -> speaker.says(request, text, true, calls));
    }

    Script fails(int status) {
        return answers(request -> failure(status));
    }

    Script answers(Answer answer) {
        answers.add(answer);
        return this;
    }

    static MockResponse failure(int status) {
        return new MockResponse.Builder().code(status).body("{}").build();
    }

    synchronized int requests() {
        return asked.size();
    }

    synchronized JsonNode body(int request) {
        return Speaker.JSON.readTree(asked.get(request).getBody().utf8());
    }

    synchronized String text(int request) {
        return asked.get(request).getBody().utf8();
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) {
        synchronized (this) {
            asked.add(request);
        }
        Answer next = answers.poll();
        return next == null ? failure(500) : next.to(request);
    }
}
