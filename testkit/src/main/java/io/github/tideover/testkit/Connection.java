package io.github.tideover.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 on a socket, from the server's end: one request after the other, and answers that may be as wrong as they like.
 * Used by one thread.
 */
final class Connection {
    private static final int LARGEST_HEAD = 64 * 1024;
    private static final int LARGEST_BODY = 64 * 1024 * 1024;
    /** How soon a time that is moved by hand is looked at again. */
    private static final int LOOK_MILLIS = 5;

    private final Socket socket;
    private final ServerTime time;
    private final InputStream in;
    private final OutputStream out;

    Connection(Socket socket, ServerTime time) throws IOException {
        this.socket = socket;
        this.time = time;
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        out = new BufferedOutputStream(socket.getOutputStream());
    }

    /** The client has closed its end. */
    static final class ClientLeft extends SocketException {
        private static final long serialVersionUID = 1;

        ClientLeft() {
            super("the client has hung up");
        }
    }

    /** The next request; null if the client has closed the connection instead. */
    @Nullable
    Received read() throws IOException {
        String head = head();
        if (head == null) {
            return null;
        }
        String[] lines = head.split("\r\n", -1);
        String[] first = lines[0].split(" ", -1);
        if (first.length != 3) {
            throw new ProtocolException("no HTTP request");
        }
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                headers.put(
                        lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                        lines[i].substring(colon + 1).strip());
            }
        }
        if (headers.containsKey("expect")) {
            write("HTTP/1.1 100 Continue\r\n\r\n");
        }
        boolean isChunked = headers.getOrDefault("transfer-encoding", "")
                .toLowerCase(Locale.ROOT)
                .contains("chunked");
        byte[] body = isChunked ? chunks() : in.readNBytes(size(headers.getOrDefault("content-length", "0"), 10));
        return new Received(first[0], first[1], headers, new String(body, UTF_8));
    }

    private @Nullable String head() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int last = 0;
        while (last != 0x0D0A0D0A) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            if (bytes.size() == LARGEST_HEAD) {
                throw new ProtocolException("a request's head is too large");
            }
            bytes.write(next);
            last = last << 8 | next;
        }
        return bytes.toString(ISO_8859_1);
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int size = size(line(), 16);
            body.write(in.readNBytes(size));
            line();
            if (size == 0) {
                return body.toByteArray();
            }
            if (body.size() > LARGEST_BODY) {
                throw new ProtocolException("a request's body is too large");
            }
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new ClientLeft();
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private static int size(String text, int radix) throws ProtocolException {
        try {
            int size = Integer.parseInt(text, radix);
            if (size >= 0 && size <= LARGEST_BODY) {
                return size;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new ProtocolException("no size of a request's body");
    }

    /** Sends an answer, all of it. */
    void send(int status, String type, String body, Map<String, String> headers) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        head(status, type, headers, "Content-Length: " + bytes.length);
        out.write(bytes);
        out.flush();
    }

    /** Announces a body and sends less of it. */
    void sendPart(int status, String type, byte[] body, int part, Map<String, String> headers) throws IOException {
        head(status, type, headers, "Content-Length: " + body.length);
        out.write(body, 0, part);
        out.flush();
    }

    void beginStream(Map<String, String> headers) throws IOException {
        head(200, "text/event-stream; charset=utf-8", headers, "Transfer-Encoding: chunked");
        out.flush();
    }

    void stream(String events) throws IOException {
        if (events.isEmpty()) {
            return; // an empty chunk would be the end
        }
        byte[] bytes = events.getBytes(UTF_8);
        out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(ISO_8859_1));
        out.write(bytes);
        write("\r\n");
    }

    void endStream() throws IOException {
        write("0\r\n\r\n");
    }

    private void head(int status, String type, Map<String, String> headers, String framing) throws IOException {
        StringBuilder head = new StringBuilder(
                "HTTP/1.1 " + status + " " + reason(status) + "\r\nContent-Type: " + type + "\r\n" + framing + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        out.write(head.append("\r\n").toString().getBytes(ISO_8859_1));
    }

    static String reason(int status) {
        return status < 300 ? "OK" : status < 500 ? "Client Error" : "Server Error";
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(ISO_8859_1));
        out.flush();
    }

    /** Resets the connection, as a machine does that has lost its memory of it. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Lets time pass up to a moment; throws as soon as the client hangs up. */
    void pauseUntil(long moment) throws IOException {
        for (long left = moment - time.now(); left > 0; left = moment - time.now()) {
            look(time.isManual() ? LOOK_MILLIS : (int) Math.min(60_000, TimeUnit.NANOSECONDS.toMillis(left) + 1));
        }
    }

    /** Waits for the client to hang up. */
    void silence() throws IOException {
        while (true) {
            look(60_000);
        }
    }

    private void look(int millis) throws IOException {
        in.mark(1);
        socket.setSoTimeout(millis);
        try {
            if (in.read() < 0) {
                throw new ClientLeft();
            }
            in.reset();
            // A client that does not wait for its answer has sent the next request: it is there.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
        } catch (SocketTimeoutException passed) {
            // It is still there.
        } finally {
            socket.setSoTimeout(0);
        }
    }
}
