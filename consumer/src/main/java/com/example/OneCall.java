package com.example;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.tideover.Tideover;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.provider.Provider;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Asks a small provider on this machine one question, and weighs the jars it took. Exits with 1 if either is wrong. */
public final class OneCall {
    private static final String REPLY = """
            {
              "id": "chatcmpl-1",
              "object": "chat.completion",
              "created": 1767225600,
              "model": "m",
              "choices": [
                {
                  "index": 0,
                  "message": {"role": "assistant", "content": "Your order ships Monday."},
                  "finish_reason": "stop"
                }
              ],
              "usage": {"prompt_tokens": 1, "completion_tokens": 5, "total_tokens": 6}
            }
            """;

    /** What the second answer is to fill. */
    private record Shipment(String day) {}

    public static void main(String[] args) throws IOException {
        long largest = Long.parseLong(args[0]);
        boolean modular = OneCall.class.getModule().isNamed();
        long bytes = sizeOfJars(System.getProperty(modular ? "jdk.module.path" : "java.class.path"));
        System.out.printf(
                "Java %d, %s path: the jars take %,d bytes of at most %,d%n",
                Runtime.version().feature(), modular ? "module" : "class", bytes, largest);
        check(bytes > 0 && bytes <= largest, "the runtime is empty or too large");

        HttpServer provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        provider.createContext("/", OneCall::answer);
        provider.start();
        String address = "http://127.0.0.1:" + provider.getAddress().getPort() + "/v1/";
        try (Tideover tideover = Tideover.builder()
                .provider(Provider.openAiCompatible(address).apiKey("k").model("m"))
                .build()) {
            ChatReply reply = tideover.chat("hi");
            System.out.println("reply: " + reply.text() + " (live: " + reply.isLive() + ")");
            check(reply.text().equals("Your order ships Monday."), "not the reply that was sent");
            check(reply.isLive(), "a reply from the provider must be live");
            check(tideover.chat("hi", Shipment.class).value().day().equals("Monday"), "not the record that was sent");
        } finally {
            provider.stop(0);
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String request = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            boolean expected = exchange.getRequestURI().getPath().equals("/v1/chat/completions")
                    && "Bearer k".equals(exchange.getRequestHeaders().getFirst("Authorization"))
                    && request.contains("\"hi\"");
            String reply = request.contains("json_schema")
                    ? REPLY.replace("Your order ships Monday.", "{\\\"day\\\":\\\"Monday\\\"}")
                    : REPLY;
            byte[] body = (expected ? reply : "{}").getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(expected ? 200 : 400, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static long sizeOfJars(String path) throws IOException {
        long bytes = 0;
        for (Path entry : Stream.of(path.split(File.pathSeparator)).map(Path::of).toList()) {
            if (entry.toString().endsWith(".jar")) bytes += Files.size(entry);
        }
        return bytes;
    }

    private static void check(boolean holds, String otherwise) {
        if (holds) return;
        System.err.println("failed: " + otherwise);
        System.exit(1);
    }
}
