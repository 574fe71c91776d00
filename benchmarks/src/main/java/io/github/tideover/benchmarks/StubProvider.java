package io.github.tideover.benchmarks;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A chat provider on loopback that costs its client nothing but reading: every byte it sends is ready before the first call.
 *
 * <p>It runs in a process of its own, so that the CPU time and the allocation measured here are the client's alone.
 */
public final class StubProvider implements AutoCloseable {
    /** Events in one streamed reply: one that names the role, one that gives the finish reason, a token in each other. */
    static final int EVENTS = 5_000;

    /** What a whole reply says: as much as makes its JSON 300 bytes long. */
    static final String TEXT = "It ships Monday.";

    /** Asked for this model, it falls silent after the first tokens of a stream, for as long as the client stays. */
    static final String SILENT_MODEL = "silent-model";

    /** The tokens it says before. */
    static final int TOKENS_BEFORE_SILENCE = 10;

    /** As models write: mostly plain words, now and then something JSON has to escape. */
    private static final List<String> TOKENS = List.of(
            " the",
            " circuit",
            " breaker",
            ".",
            " opens",
            ",",
            " after",
            " five",
            " failures",
            " and",
            " then",
            " rejects",
            " calls",
            " at",
            " once",
            " until",
            " a",
            " trial",
            " call",
            " succeeds",
            "\n\n",
            " It",
            " is",
            " like",
            " the",
            " one",
            " in",
            " a",
            " house",
            ":",
            " it",
            " protects",
            " what",
            " is",
            " behind",
            " it",
            ";",
            " \"",
            "closed",
            "\"",
            " means",
            " healthy",
            " –",
            " so",
            " to",
            " say");

    /** Tokens in one streamed reply, and the characters in them all. */
    static final int STREAMED_TOKENS = EVENTS - 2;

    static final int STREAMED_CHARACTERS =
            IntStream.range(1, EVENTS - 1).map(i -> token(i).length()).sum();

    private static final int EVENTS_IN_A_BLOCK = 50;

    private final Process process;
    private final String baseUrl;

    private StubProvider(Process process, int port) {
        this.process = process;
        this.baseUrl = "http://127.0.0.1:" + port + "/v1/";
    }

    /** Starts one, and waits until it listens. */
    public static StubProvider start() throws IOException {
        String java = System.getProperty("java.home") + "/bin/java";
        Process process = new ProcessBuilder(
                        java,
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StubProvider.class.getName())
                .redirectError(Redirect.INHERIT)
                .start();
        BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        String port = said.readLine();
        if (port == null) {
            throw new EOFException("the stub provider ended before it was ready");
        }
        return new StubProvider(process, Integer.parseInt(port));
    }

    /** Where it answers. */
    public String baseUrl() {
        return baseUrl;
    }

    @Override
    public void close() {
        process.destroy();
    }

    /** Serves until standard input ends, which it does when the benchmark's process is gone. */
    public static void main(String[] args) throws IOException {
        byte[] begun = begunReply();
        Map<Speech, Said> dialects = new EnumMap<>(Speech.class);
        for (Speech speech : Speech.values()) {
            dialects.put(speech, new Said(wholeReply(speech.whole()), streamedReply(speech.events())));
        }
        Said completions = new Said(wholeReply(), streamedReply(Speech.COMPLETIONS.events()));
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread acceptor = new Thread(() -> {
            while (true) {
                try {
                    Socket client = server.accept();
                    client.setTcpNoDelay(true);
                    Thread connection = new Thread(() -> serve(client, completions, dialects, begun));
                    connection.setDaemon(true);
                    connection.start();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        acceptor.setDaemon(true);
        acceptor.start();
        System.out.println(server.getLocalPort());
        while (System.in.read() != -1) {}
    }

    /** What one dialect's requests are answered with. */
    @SuppressWarnings("ArrayRecordComponent") // written out as they are, never compared
    private record Said(byte[] whole, byte[] streamed) {}

    /** A request: where it goes, and its body. */
    private record Asked(String path, String body) {
        boolean wantsStream() {
            return body.contains("\"stream\":true") || path.contains("stream");
        }

        Said answer(Said completions, Map<Speech, Said> dialects) {
            for (Map.Entry<Speech, Said> dialect : dialects.entrySet()) {
                if (dialect.getKey().isAskedAt(path)) {
                    return dialect.getValue();
                }
            }
            return completions;
        }
    }

    private static void serve(Socket client, Said completions, Map<Speech, Said> dialects, byte[] begun) {
        try (client) {
            InputStream in = new BufferedInputStream(client.getInputStream(), 16 * 1024);
            OutputStream out = client.getOutputStream();
            for (Asked asked = read(in); asked != null; asked = read(in)) {
                Said said = asked.answer(completions, dialects);
                boolean stops = asked.body().contains(SILENT_MODEL);
                out.write(stops ? begun : asked.wantsStream() ? said.streamed() : said.whole());
            }
        } catch (IOException e) {
            // The client hung up. There will be another.
        }
    }

    /** The next request, or null when the client is done. */
    private static Asked read(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder(512);
        while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.append((char) next);
        }
        String lower = head.toString().toLowerCase(Locale.ROOT);
        int length = lower.indexOf("content-length: ");
        if (length < 0) {
            throw new IOException("only requests of a known length are understood here");
        }
        int start = length + "content-length: ".length();
        byte[] body = in.readNBytes(Integer.parseInt(lower.substring(start, lower.indexOf('\r', start))));
        return new Asked(head.substring(0, head.indexOf("\r")), new String(body, StandardCharsets.UTF_8));
    }

    private static byte[] wholeReply() {
        String body = "{\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion\","
                + "\"created\":1763800000,\"model\":\"small-model-24-08\",\"choices\":[{\"index\":0,"
                + "\"message\":{\"role\":\"assistant\",\"content\":\"" + TEXT + "\"},\"finish_reason\":\"stop\"}],"
                + "\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10,\"total_tokens\":29}}";
        return wholeReply(body);
    }

    private static byte[] wholeReply(String body) {
        String head = """
                HTTP/1.1 200 OK\r
                Date: Sun, 22 Nov 2026 12:00:00 GMT\r
                Content-Type: application/json\r
                Content-Length: $LENGTH\r
                x-request-id: req_81c7e4d0\r
                openai-processing-ms: 312\r
                x-ratelimit-remaining-requests: 4999\r
                x-ratelimit-remaining-tokens: 199984\r
                \r
                """;
        return utf8(head.replace("$LENGTH", String.valueOf(body.length())) + body);
    }

    private static byte[] streamedReply(IntFunction<String> event) throws IOException {
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        reply.write(headOfStream());
        for (int first = 0; first < EVENTS; first += EVENTS_IN_A_BLOCK) {
            byte[] bytes = block(first, event);
            reply.write(utf8(Integer.toHexString(bytes.length) + "\r\n"));
            reply.write(bytes);
            reply.write(utf8("\r\n"));
        }
        reply.write(utf8("0\r\n\r\n"));
        return reply.toByteArray();
    }

    /** The body of one streamed reply, and nothing around it. */
    static byte[] eventStream() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int first = 0; first < EVENTS; first += EVENTS_IN_A_BLOCK) {
            body.writeBytes(block(first, Speech.COMPLETIONS.events()));
        }
        return body.toByteArray();
    }

    /** As many events as are sent at once. */
    private static byte[] block(int first, IntFunction<String> event) {
        StringBuilder block = new StringBuilder();
        for (int i = first; i < first + EVENTS_IN_A_BLOCK; i++) {
            block.append(event.apply(i));
        }
        return utf8(block.toString());
    }

    private static byte[] begunReply() {
        StringBuilder events = new StringBuilder();
        for (int i = 0; i <= TOKENS_BEFORE_SILENCE; i++) {
            events.append(event(i));
        }
        byte[] bytes = utf8(events.toString());
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        reply.writeBytes(headOfStream());
        reply.writeBytes(utf8(Integer.toHexString(bytes.length) + "\r\n"));
        reply.writeBytes(bytes);
        reply.writeBytes(utf8("\r\n"));
        return reply.toByteArray();
    }

    private static byte[] headOfStream() {
        return utf8("""
                HTTP/1.1 200 OK\r
                Date: Sun, 22 Nov 2026 12:00:00 GMT\r
                Content-Type: text/event-stream; charset=utf-8\r
                Transfer-Encoding: chunked\r
                x-request-id: req_81c7e4d1\r
                openai-processing-ms: 97\r
                \r
                """);
    }

    /** One event of a chat completion. */
    static String event(int i) {
        String token = "";
        String delta;
        String finish = "null";
        if (i == 0) {
            delta = "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}";
        } else if (i == EVENTS - 1) {
            delta = "{}";
            finish = "\"stop\"";
        } else {
            token = token(i);
            delta = "{\"content\":\"" + json(token) + "\"}";
        }
        // As the real one does: noise that makes every event as long as the next, so that nobody can guess the tokens.
        return "data: {\"id\":\"chatcmpl-C2P2HtMJhPkWjQ2adKerkdVilXmRL\",\"object\":\"chat.completion.chunk\","
                + "\"created\":1754688929,\"model\":\"small-model\",\"service_tier\":\"default\","
                + "\"system_fingerprint\":\"fp_07871e2ad8\",\"choices\":[{\"index\":0,\"delta\":" + delta
                + ",\"logprobs\":null,\"finish_reason\":" + finish + "}],\"usage\":null,\"obfuscation\":\""
                + noise(i, 16 - token.length()) + "\"}\n\n";
    }

    /** A token as it stands in JSON, without quotes. */
    static String json(String token) {
        return token.replace("\"", "\\\"").replace("\n", "\\n");
    }

    static String token(int i) {
        return TOKENS.get(i % TOKENS.size());
    }

    static String noise(int seed, int length) {
        StringBuilder noise = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            noise.append((char) ('a' + (seed * 31 + i * 17) % 26));
        }
        return noise.toString();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
