package io.github.tideover.benchmarks.scorecard;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An OpenAI-compatible provider on loopback that fails as a scenario says.
 *
 * <p>Its model {@value #PRIMARY} has the fault, every other is healthy. It answers in the form it was asked for, whole or
 * streamed, which need not be the form in which the client's caller asked.
 */
final class FaultyProvider implements AutoCloseable {
    static final String PRIMARY = "primary";
    static final String FALLBACK = "fb-ok";

    /** What the provider of S13 says, as a code and in words, to be handed on to the caller. */
    static final String POLICY_VIOLATION = "content_policy_violation";

    static final String POLICY_SENTENCE = "Your request was rejected as a result of our safety system.";

    /** What the fallback of S14 says to a client that wants its half answer continued. No caller should ever see it. */
    static final String NO_CONTINUATION = "the last message must not be the assistant's";

    /** How many tokens of a stream come before the connection dies. */
    static final int TOKENS_BEFORE_BREAK = 40;

    /** How many tokens of a stream come before it stalls. */
    static final int TOKENS_BEFORE_STALL = 20;

    /** Which event of a stream is no JSON, counted from one. */
    static final int GARBAGE_EVENT = 10;

    private static final double TOKEN_SECONDS = 0.015;
    private static final double FIRST_TOKEN_SECONDS = 20;
    private static final double STALL_SECONDS = 30;
    private static final double SILENCE_SECONDS = 120;
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Scenario scenario;
    private final Profile profile;
    private final ServerSocket listener;
    private final List<Attempt> attempts = new CopyOnWriteArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile long begin = System.nanoTime();
    private volatile boolean healed;
    private volatile boolean closed;

    private FaultyProvider(Scenario scenario, Profile profile) throws IOException {
        this.scenario = scenario;
        this.profile = profile;
        listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    }

    /** One request, as the provider saw it; {@code millis} are those since the scenario began. */
    record Attempt(String model, long millis, boolean streamed) {
        boolean isPrimary() {
            return model.equals(PRIMARY);
        }
    }

    static FaultyProvider start(Scenario scenario, Profile profile) throws IOException {
        FaultyProvider provider = new FaultyProvider(scenario, profile);
        inBackground(provider::accept);
        return provider;
    }

    String baseUrl() {
        return "http://127.0.0.1:" + listener.getLocalPort() + "/v1/";
    }

    /** Starts the scenario's clock. */
    void begin() {
        begin = System.nanoTime();
    }

    long millis() {
        return (System.nanoTime() - begin) / 1_000_000;
    }

    /** What came so far, in order. */
    List<Attempt> attempts() {
        return List.copyOf(attempts);
    }

    /** Ends the fault: from now on every model is healthy. */
    void heal() {
        healed = true;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!closed) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                inBackground(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            Wire wire = new Wire(socket);
            while (answer(wire)) {
                // the same connection once more
            }
        } catch (IOException e) {
            // The client hung up, which is its right.
        } finally {
            sockets.remove(socket);
        }
    }

    /** Answers one request; false if the connection is to be closed after it. */
    private boolean answer(Wire wire) throws IOException {
        String head = wire.readHead();
        if (head == null) {
            return false;
        }
        byte[] body = wire.readBody(head);
        if (!head.startsWith("POST ") || !head.split(" ", 3)[1].endsWith("/chat/completions")) {
            return wire.whole(404, error("not_found", "there is only chat/completions"));
        }
        Asked asked = Asked.of(MAPPER.readTree(body));
        int sameModelBefore;
        synchronized (attempts) {
            sameModelBefore = (int) attempts.stream()
                    .filter(each -> each.model().equals(asked.model()))
                    .count();
            attempts.add(new Attempt(asked.model(), millis(), asked.streamed()));
        }
        if (!asked.model().equals(PRIMARY)) {
            boolean refuses = scenario == Scenario.S14 && asked.lastRole().equals("assistant");
            return refuses ? wire.whole(400, error("invalid_request", NO_CONTINUATION)) : healthy(wire, asked);
        }
        return healed ? healthy(wire, asked) : faulty(wire, asked, sameModelBefore == 0);
    }

    private boolean faulty(Wire wire, Asked asked, boolean isFirst) throws IOException {
        switch (scenario) {
            case S01 -> {
                String header = "Retry-After: " + profile.retryAfterSeconds();
                return isFirst ? wire.whole(429, tooMany(), header) : healthy(wire, asked);
            }
            case S02 -> {
                return wire.whole(429, tooMany());
            }
            case S03 -> {
                return isFirst ? wire.whole(500, error("server_error", "it broke")) : healthy(wire, asked);
            }
            case S04, S16 -> {
                return wire.whole(503, overloaded());
            }
            case S05 -> {
                return isFirst ? wire.reset() : healthy(wire, asked);
            }
            case S06 -> {
                wire.pause(profile.seconds(SILENCE_SECONDS));
                return false;
            }
            case S07 -> {
                return late(wire, asked);
            }
            case S08, S14 -> {
                return broken(wire, asked, TOKENS_BEFORE_BREAK, Duration.ZERO);
            }
            case S09 -> {
                return broken(wire, asked, TOKENS_BEFORE_STALL, profile.seconds(STALL_SECONDS));
            }
            case S10 -> {
                return garbled(wire, asked);
            }
            case S11 -> {
                return withoutTheEnd(wire, asked);
            }
            case S12 -> {
                return wire.whole(
                        400, error("context_length_exceeded", "This model's maximum context length is 8192 tokens."));
            }
            case S13 -> {
                return wire.whole(400, error(POLICY_VIOLATION, POLICY_SENTENCE));
            }
            case S15 -> {
                return millis() < profile.outage().toMillis() ? wire.whole(503, overloaded()) : healthy(wire, asked);
            }
        }
        throw new AssertionError(scenario);
    }

    private boolean healthy(Wire wire, Asked asked) throws IOException {
        if (!asked.streamed()) {
            return wire.whole(200, HealthyAnswer.completion(asked.model()));
        }
        wire.beginStream();
        return stream(wire, asked);
    }

    /** S07: headers at once, and nothing behind them for a while. */
    private boolean late(Wire wire, Asked asked) throws IOException {
        if (asked.streamed()) {
            wire.beginStream();
            wire.pause(profile.seconds(FIRST_TOKEN_SECONDS));
            return stream(wire, asked);
        }
        byte[] body = HealthyAnswer.completion(asked.model()).getBytes(UTF_8);
        wire.head(200, "application/json", "Content-Length: " + body.length);
        wire.pause(profile.seconds(FIRST_TOKEN_SECONDS));
        wire.write(body);
        return true;
    }

    /** S08, S09 and S14: a part of the answer, perhaps a silence, and the connection dies. */
    private boolean broken(Wire wire, Asked asked, int tokens, Duration silence) throws IOException {
        if (asked.streamed()) {
            wire.beginStream();
            wire.chunk(HealthyAnswer.roleEvent(asked.model()));
            tokens(wire, asked, 0, tokens);
        } else {
            String body = HealthyAnswer.completion(asked.model());
            wire.head(200, "application/json", "Content-Length: " + body.length());
            wire.write(body.substring(0, body.length() * tokens / HealthyAnswer.TOKENS.size())
                    .getBytes(UTF_8));
        }
        if (!silence.isZero()) {
            wire.pause(silence);
        }
        return false;
    }

    /** S10: one event too many, and it is no JSON; or a quotation mark in the middle of the text of a whole reply. */
    private boolean garbled(Wire wire, Asked asked) throws IOException {
        if (!asked.streamed()) {
            String body = HealthyAnswer.completion(asked.model());
            int middle = body.indexOf(HealthyAnswer.TEXT) + HealthyAnswer.TEXT.length() / 2;
            return wire.whole(200, body.substring(0, middle) + '"' + body.substring(middle));
        }
        int before = GARBAGE_EVENT - 2; // the event with the role comes first
        wire.beginStream();
        wire.chunk(HealthyAnswer.roleEvent(asked.model()));
        tokens(wire, asked, 0, before);
        wire.chunk("data: {\"id\":\"chatcmpl-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\u00a7\n\n");
        tokens(wire, asked, before, HealthyAnswer.TOKENS.size());
        return finish(wire, asked);
    }

    /** S11: everything is there, and the body ends cleanly, but nobody says that this was the end. */
    private boolean withoutTheEnd(Wire wire, Asked asked) throws IOException {
        if (!asked.streamed()) {
            wire.head(200, "application/json", "Connection: close");
            wire.write(HealthyAnswer.completion(asked.model()).getBytes(UTF_8));
            return false;
        }
        wire.beginStream();
        wire.chunk(HealthyAnswer.roleEvent(asked.model()));
        tokens(wire, asked, 0, HealthyAnswer.TOKENS.size());
        finishReason(wire, asked);
        wire.endStream();
        return true;
    }

    private boolean stream(Wire wire, Asked asked) throws IOException {
        wire.chunk(HealthyAnswer.roleEvent(asked.model()));
        tokens(wire, asked, 0, HealthyAnswer.TOKENS.size());
        return finish(wire, asked);
    }

    private void tokens(Wire wire, Asked asked, int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            if (i > 0) {
                wire.pause(profile.seconds(TOKEN_SECONDS));
            }
            wire.chunk(HealthyAnswer.tokenEvent(asked.model(), HealthyAnswer.TOKENS.get(i)));
        }
    }

    private static boolean finish(Wire wire, Asked asked) throws IOException {
        finishReason(wire, asked);
        wire.chunk("data: [DONE]\n\n");
        wire.endStream();
        return true;
    }

    private static void finishReason(Wire wire, Asked asked) throws IOException {
        wire.chunk(HealthyAnswer.finishEvent(asked.model(), !asked.includeUsage()));
        if (asked.includeUsage()) {
            wire.chunk(HealthyAnswer.usageEvent(asked.model()));
        }
    }

    private static String tooMany() {
        return error("rate_limit_exceeded", "Rate limit reached for requests.");
    }

    private static String overloaded() {
        return error("server_overloaded", "The server is overloaded or not ready yet.");
    }

    private static String error(String code, String message) {
        return "{\"error\":{\"message\":\"" + message + "\",\"type\":\"" + code + "\",\"param\":null,\"code\":\"" + code
                + "\"}}";
    }

    private static void inBackground(Runnable task) {
        Thread thread = new Thread(task, "faulty-provider");
        thread.setDaemon(true);
        thread.start();
    }

    /** What of a request matters here. */
    private record Asked(String model, boolean streamed, boolean includeUsage, String lastRole) {
        static Asked of(JsonNode body) {
            JsonNode messages = body.path("messages");
            return new Asked(
                    body.path("model").asString(""),
                    body.path("stream").asBoolean(false),
                    body.path("stream_options").path("include_usage").asBoolean(false),
                    messages.path(messages.size() - 1).path("role").asString(""));
        }
    }

    /** A connection. */
    private static final class Wire {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        Wire(Socket socket) throws IOException {
            this.socket = socket;
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        }

        /** The next request's head; null if there is none. */
        @Nullable
        String readHead() throws IOException {
            List<String> lines = new ArrayList<>();
            for (String line = readLine(); line != null; line = readLine()) {
                if (line.isEmpty()) {
                    return String.join("\n", lines);
                }
                lines.add(line);
            }
            return null;
        }

        byte[] readBody(String head) throws IOException {
            String length = header(head, "content-length");
            if (length != null) {
                return in.readNBytes(Integer.parseInt(length));
            }
            if (header(head, "transfer-encoding") == null) {
                return new byte[0];
            }
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            int size;
            do {
                size = Integer.parseInt(readLineThatMustBe(), 16);
                body.write(in.readNBytes(size));
                readLineThatMustBe();
            } while (size > 0);
            return body.toByteArray();
        }

        private static @Nullable String header(String head, String name) {
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse(null);
        }

        private String readLineThatMustBe() throws IOException {
            String line = readLine();
            if (line == null) {
                throw new EOFException();
            }
            return line;
        }

        private @Nullable String readLine() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b == '\n') {
                    return line.toString(ISO_8859_1).stripTrailing();
                }
                line.write(b);
            }
            return null;
        }

        boolean whole(int status, String json, String... headers) throws IOException {
            byte[] body = json.getBytes(UTF_8);
            List<String> all = new ArrayList<>(List.of(headers));
            all.add("Content-Length: " + body.length);
            head(status, "application/json", all.toArray(String[]::new));
            write(body);
            return true;
        }

        void head(int status, String type, String... headers) throws IOException {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " As told\r\nContent-Type: " + type + "\r\n");
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            write(head.append("\r\n").toString().getBytes(ISO_8859_1));
        }

        void beginStream() throws IOException {
            head(200, "text/event-stream", "Transfer-Encoding: chunked");
        }

        void chunk(String event) throws IOException {
            byte[] data = event.getBytes(UTF_8);
            ByteArrayOutputStream chunk = new ByteArrayOutputStream();
            chunk.writeBytes((Integer.toHexString(data.length) + "\r\n").getBytes(ISO_8859_1));
            chunk.writeBytes(data);
            chunk.writeBytes("\r\n".getBytes(ISO_8859_1));
            write(chunk.toByteArray());
        }

        void endStream() throws IOException {
            write("0\r\n\r\n".getBytes(ISO_8859_1));
        }

        void write(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        /** Closes in the way that makes the other side see a reset and no end. */
        boolean reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
            return false;
        }

        /** Lets time pass, and throws as soon as the client hangs up. */
        void pause(Duration time) throws IOException {
            socket.setSoTimeout((int) Math.max(1, time.toMillis()));
            try {
                in.read();
                throw new SocketException("the client has hung up");
            } catch (SocketTimeoutException e) {
                socket.setSoTimeout(0);
            }
        }
    }
}
