package io.github.tideover.examples.web;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a page does, without a browser: follows the events of its room, and asks for things, with a cookie. */
final class Visitor implements AutoCloseable {
    static final JsonMapper JSON = new JsonMapper();
    private static final long PATIENCE_SECONDS = 40;

    private final String url;
    private final HttpClient http = HttpClient.newHttpClient();
    private String cookie;
    private Stream stream;

    private Visitor(String url, String cookie) {
        this.url = url;
        this.cookie = cookie;
        stream = new Stream("en");
    }

    /** A browser that was never here. */
    static Visitor at(WebChat chat) {
        return new Visitor(chat.url(), "");
    }

    /** Another page of the same browser, or the same after a reload. */
    Visitor another() {
        return new Visitor(url, cookie);
    }

    /** Follows the events anew, in another language. */
    void reads(String language) {
        stream.close();
        stream = new Stream(language);
    }

    record Event(String name, JsonNode data) {}

    /** The next event of a name that is as it should be; those before it are passed over. */
    JsonNode await(String name, Predicate<JsonNode> condition) {
        try {
            while (true) {
                Event event = stream.events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (event == null) {
                    throw new AssertionError("no such event \"" + name + "\" within " + PATIENCE_SECONDS + " s");
                }
                if (event.name().equals(name) && condition.test(event.data())) {
                    return event.data();
                }
                if (event.name().equals("end") && !name.equals("end")) {
                    throw new AssertionError("the stream has ended, and there was no such event \"" + name + "\"");
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    JsonNode await(String name) {
        return await(name, any -> true);
    }

    /** A turn, as soon as it is in a state. */
    JsonNode awaitTurn(long number, Turn.State state) {
        return await(
                "turn",
                turn -> turn.path("number").asLong() == number
                        && turn.path("state").asString().equals(state.name()));
    }

    HttpResponse<String> post(String path, String json) {
        return send(HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    HttpResponse<String> say(String text) {
        return post("api/say", JSON.writeValueAsString(Map.of("text", text)));
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create(url + path)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        try {
            HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
            keepCookie(answer);
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static String error(HttpResponse<String> answer) {
        return JSON.readTree(answer.body()).path("error").asString();
    }

    private void keepCookie(HttpResponse<?> answer) {
        answer.headers().firstValue("Set-Cookie").ifPresent(set -> cookie = set.substring(0, set.indexOf(';')));
    }

    @Override
    public void close() {
        stream.close();
    }

    private final class Stream implements AutoCloseable {
        final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        private final InputStream body;

        Stream(String language) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(url + "api/events")).header("Accept-Language", language);
            if (!cookie.isEmpty()) {
                request.header("Cookie", cookie);
            }
            try {
                HttpResponse<InputStream> answer = http.send(request.build(), BodyHandlers.ofInputStream());
                keepCookie(answer);
                body = answer.body();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            Thread reader = new Thread(this::read, "visitor");
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
                String name = "";
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("event: ")) {
                        name = line.substring(7);
                    } else if (line.startsWith("data: ")) {
                        events.add(new Event(name, JSON.readTree(line.substring(6))));
                    }
                }
            } catch (IOException e) {
                // It ends, one way or the other.
            }
            events.add(new Event("end", JSON.createObjectNode()));
        }

        @Override
        public void close() {
            try {
                body.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
