package io.github.tideover.examples.web;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request to the web server, and its answer. */
final class Visit {
    /** The largest message has 4,000 characters, which JSON may write with six bytes each. */
    static final int LARGEST_BODY = 32 * 1024;

    private final HttpExchange exchange;

    Visit(HttpExchange exchange) {
        this.exchange = exchange;
    }

    String method() {
        return exchange.getRequestMethod();
    }

    String path() {
        return exchange.getRequestURI().getPath();
    }

    @Nullable
    String header(String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }

    Locale language() {
        return StatusView.language(header("Accept-Language"));
    }

    /** The value of a cookie. */
    Optional<String> cookie(String name) {
        String all = header("Cookie");
        if (all != null) {
            for (String each : all.split(";", -1)) {
                String cookie = each.strip();
                if (cookie.startsWith(name + "=")) {
                    return Optional.of(cookie.substring(name.length() + 1));
                }
            }
        }
        return Optional.empty();
    }

    /** A cookie that no script reads and that no other site's request carries. */
    void setCookie(String name, String value) {
        exchange.getResponseHeaders().add("Set-Cookie", name + "=" + value + "; Path=/; HttpOnly; SameSite=Strict");
    }

    void setHeader(String name, String value) {
        exchange.getResponseHeaders().set(name, value);
    }

    /**
     * The body, as JSON.
     *
     * @throws Refusal if it is none, or too large
     */
    <T extends Record> T json(Class<T> type, String example) throws IOException {
        String contentType = header("Content-Type");
        // A form of another site's cannot be sent with this type, not without asking first.
        if (contentType == null || !contentType.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            throw new Refusal(415, "Send JSON, with the header Content-Type: application/json");
        }
        byte[] body;
        try (InputStream in = exchange.getRequestBody()) {
            body = in.readNBytes(LARGEST_BODY + 1);
        }
        if (body.length > LARGEST_BODY) {
            throw new Refusal(413, "The body is too large; " + LARGEST_BODY + " bytes are taken.");
        }
        return Json.read(new String(body, StandardCharsets.UTF_8), type, example);
    }

    void send(int status, String type, String body) throws IOException {
        send(status, type, body.getBytes(StandardCharsets.UTF_8));
    }

    void send(int status, String type, byte[] body) throws IOException {
        setHeader("Content-Type", type);
        if (method().equals("HEAD")) {
            setHeader("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    void sendJson(Object value) throws IOException {
        setHeader("Cache-Control", "no-store");
        send(200, "application/json; charset=utf-8", Json.write(value));
    }

    /** Begins an answer that goes on: server-sent events. */
    OutputStream sendEvents() throws IOException {
        setHeader("Content-Type", "text/event-stream; charset=utf-8");
        setHeader("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    /** Whether a status has gone out, so that no other can. */
    boolean isAnswered() {
        return exchange.getResponseCode() != -1;
    }

    void end() {
        exchange.close();
    }
}
