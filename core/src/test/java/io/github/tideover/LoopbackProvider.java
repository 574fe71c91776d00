package io.github.tideover;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A provider on a bare loopback socket, which keeps its connections open as real ones do and behaves exactly as badly as
 * it is told. What it does may be changed while it is asked.
 */
final class LoopbackProvider implements AutoCloseable {
    /** How the names of its threads begin. */
    static final String THREADS = "loopback-provider";

    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();
    private volatile Behaviour behaviour = says("Hello");
    private volatile boolean closed;

    LoopbackProvider() {
        try {
            listener = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        start(this::accept);
    }

    /** What it does with a request. The connection stays open if this returns true. */
    @FunctionalInterface
    interface Behaviour {
        boolean answer(Wire wire) throws IOException;
    }

    /**
     * A request that came.
     *
     * @param at when its head was read, on the system's monotonic clock
     * @param head its first line and its headers
     * @param body its body
     */
    record Asked(long at, String head, String body) {
        boolean streamed() {
            return body.contains("\"stream\":true");
        }
    }

    LoopbackProvider does(Behaviour next) {
        behaviour = next;
        return this;
    }

    /** The address under which its API lies. */
    String baseUrl() {
        return "http://127.0.0.1:" + listener.getLocalPort() + "/v1/";
    }

    /** What came so far, in order. */
    List<Asked> asked() {
        return List.copyOf(asked);
    }

    /** Answers in the way it is asked for: whole or as a stream of words. */
    static Behaviour says(String text) {
        return wire -> wire.asked().streamed()
                ? wire.send(200, "text/event-stream", TideoverTest.events(true, text.split("(?<= )")))
                : wire.send(200, "application/json", completion(text));
    }

    static String completion(String text) {
        return "{\"id\":\"c1\",\"model\":\"small-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                + "\"content\":\"" + text + "\"},\"finish_reason\":\"stop\"}],"
                + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}";
    }

    static Behaviour fails(int status, String body, String... headers) {
        return wire -> wire.send(status, "application/json", body, headers);
    }

    static Behaviour fails(int status) {
        return fails(status, "{\"error\":{\"message\":\"no\"}}");
    }

    /** Takes the request and says nothing until the client hangs up. */
    static Behaviour isSilent() {
        return wire -> {
            wire.pause(Duration.ofMinutes(10));
            return false;
        };
    }

    /** Begins with some text, then sends the rest byte by byte. */
    static Behaviour drips(Duration between, String atOnce, String then) {
        return wire -> {
            wire.raw(atOnce);
            for (byte each : then.getBytes(StandardCharsets.UTF_8)) {
                wire.pause(between);
                wire.out().write(each);
                wire.out().flush();
            }
            return false;
        };
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                if (closed) {
                    socket.close();
                }
                start(() -> serve(socket));
            } catch (IOException over) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            boolean goOn = true;
            while (goOn) {
                Asked next = read(in);
                if (next == null) {
                    return;
                }
                asked.add(next);
                goOn = behaviour.answer(new Wire(next, socket, in, out));
            }
        } catch (IOException gone) {
            // The client has hung up, which is what many a test is about.
        } finally {
            sockets.remove(socket);
        }
    }

    private static Asked read(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int last = 0;
        while (last != 0x0D0A0D0A) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            bytes.write(next);
            last = last << 8 | next;
        }
        String head = bytes.toString(StandardCharsets.ISO_8859_1);
        long at = System.nanoTime();
        String name = "content-length: ";
        int length = head.toLowerCase(Locale.ROOT).indexOf(name);
        int size =
                length < 0 ? 0 : Integer.parseInt(head.substring(length + name.length(), head.indexOf('\r', length)));
        byte[] body = in.readNBytes(size);
        return body.length < size ? null : new Asked(at, head, new String(body, StandardCharsets.UTF_8));
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, THREADS);
        thread.setDaemon(true);
        thread.start();
    }

    /** Hangs up on everybody, in the middle of whatever is under way. */
    void hangUp() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            listener.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        hangUp();
    }

    /** One request, and the connection on which it is to be answered. */
    static final class Wire {
        private final Asked asked;
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        Wire(Asked asked, Socket socket, InputStream in, OutputStream out) {
            this.asked = asked;
            this.socket = socket;
            this.in = in;
            this.out = out;
        }

        Asked asked() {
            return asked;
        }

        OutputStream out() {
            return out;
        }

        void raw(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        boolean send(int status, String type, String body, String... headers) throws IOException {
            return send(status, type, body.getBytes(StandardCharsets.UTF_8), headers);
        }

        boolean send(int status, String type, byte[] body, String... headers) throws IOException {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Said\r\nContent-Type: " + type
                    + "\r\nContent-Length: " + body.length + "\r\n");
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            out.write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
            out.write(body);
            out.flush();
            return true;
        }

        /** Lets time pass; throws as soon as the client hangs up. */
        void pause(Duration time) throws IOException {
            socket.setSoTimeout(Math.toIntExact(time.toMillis()));
            try {
                if (in.read() < 0) {
                    throw new SocketException("the client has hung up");
                }
                throw new AssertionError("a request came before the last one was answered");
            } catch (SocketTimeoutException passed) {
                socket.setSoTimeout(0);
            }
        }
    }
}
