package io.github.tideover.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.tideover.provider.Provider;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okio.ByteString;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A provider on this machine's loopback address: real HTTP, real event streams, and any mood we like. */
final class EmbeddedProvider implements AutoCloseable {
    /** How a provider can be. */
    enum Mood {
        /** Answers everything. */
        WELL,
        /** Many errors, some slow answers. */
        SHAKY,
        /** Nothing but overload, and now and then silence. */
        DARK
    }

    private enum Turn {
        ANSWER,
        SLOW_ANSWER,
        ERROR,
        OVERLOAD,
        SILENCE
    }

    private static final Map<Mood, Turn[]> TURNS = Map.of(
            Mood.WELL, new Turn[] {Turn.ANSWER},
            Mood.SHAKY,
                    new Turn[] {
                        Turn.ERROR, Turn.ERROR, Turn.ANSWER, Turn.SLOW_ANSWER, Turn.ERROR, Turn.ERROR, Turn.ERROR
                    },
            Mood.DARK, new Turn[] {Turn.OVERLOAD, Turn.OVERLOAD, Turn.OVERLOAD, Turn.SILENCE});

    /** Kept here because java.util.logging forgets the level of a logger that nobody holds. */
    private static final Logger SERVER_LOG = Logger.getLogger(MockWebServer.class.getName());

    private static final long SLOW_MILLIS = 700;
    private static final long SILENT_MILLIS = 2_000;
    private static final JsonMapper JSON = new JsonMapper();

    private final String name;
    private final String model;
    private final MockWebServer server = new MockWebServer();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile Mood mood = Mood.WELL;

    private EmbeddedProvider(String name, String model) {
        this.name = name;
        this.model = model;
    }

    static EmbeddedProvider start(String name, String model) throws IOException {
        SERVER_LOG.setLevel(Level.OFF);
        EmbeddedProvider provider = new EmbeddedProvider(name, model);
        provider.server.setDispatcher(provider.new Answering());
        provider.server.start();
        return provider;
    }

    /** How an application reaches it. */
    Provider provider() {
        return Provider.openAiCompatible(server.url("/v1/").toString())
                .name(name)
                .model(model)
                .apiKey("no-key-needed");
    }

    void become(Mood next) {
        if (mood != next) {
            mood = next;
            turn.set(0);
        }
    }

    @Override
    public String toString() {
        return name + "/" + model + " at " + server.url("/v1/");
    }

    @Override
    public void close() {
        server.close();
    }

    private final class Answering extends Dispatcher {
        @Override
        public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
            Turn[] turns = Objects.requireNonNull(TURNS.get(mood));
            return switch (turns[turn.getAndIncrement() % turns.length]) {
                case ANSWER -> answer(request, 0);
                case SLOW_ANSWER -> answer(request, SLOW_MILLIS);
                case ERROR -> fails(500, "The server had an error while processing your request.");
                case OVERLOAD -> fails(503, "The engine is currently overloaded, please try again later.");
                case SILENCE -> {
                    Thread.sleep(SILENT_MILLIS); // by then the client has hung up
                    yield fails(503, "The engine is currently overloaded, please try again later.");
                }
            };
        }

        private MockResponse answer(RecordedRequest request, long delayMillis) {
            ByteString body = request.getBody();
            JsonNode messages =
                    JSON.readTree(body == null ? "{}" : body.string(UTF_8)).path("messages");
            String text = Answers.to(
                    messages.path(messages.size() - 1).path("content").asString());
            return new MockResponse.Builder()
                    .setHeader("Content-Type", "text/event-stream")
                    .headersDelay(80 + delayMillis, TimeUnit.MILLISECONDS)
                    .chunkedBody(events(text), 1_024)
                    .throttleBody(170, 35, TimeUnit.MILLISECONDS)
                    .build();
        }

        private MockResponse fails(int status, String message) {
            return new MockResponse.Builder()
                    .code(status)
                    .setHeader("Content-Type", "application/json")
                    .body("{\"error\":{\"message\":\"" + message + "\",\"type\":\"server_error\"}}")
                    .build();
        }
    }

    /** An answer as chat completions stream it: a word at a time, the finish reason, the end. */
    private String events(String text) {
        StringBuilder events = new StringBuilder();
        for (String word : text.split("(?<= )", -1)) {
            events.append(event("{\"content\":" + JSON.writeValueAsString(word) + "}", "null"));
        }
        return events.append(event("{}", "\"stop\"")).append("data: [DONE]\n\n").toString();
    }

    private String event(String delta, String finishReason) {
        return String.format(
                Locale.ROOT,
                "data: {\"id\":\"chatcmpl-%d\",\"object\":\"chat.completion.chunk\",\"model\":\"%s\","
                        + "\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]}\n\n",
                turn.get(),
                model,
                delta,
                finishReason);
    }
}
