package io.github.tideover.wire;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** A server on a bare socket, for answers that no well-behaved server would give. Each connection gets one answer. */
public final class RawServer implements Closeable {
    private final ServerSocket listener;
    private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    /** Answers one connection, after its request was read. */
    public interface Answer {
        void write(OutputStream out) throws IOException;
    }

    public RawServer(Answer answer) throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> accept(answer), "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    /** Where it listens, ending in a slash. */
    public String baseUrl() {
        return "http://127.0.0.1:" + listener.getLocalPort() + "/v1/";
    }

    /** What was received, head and body, one text for each request. */
    public List<String> requests() {
        return requests;
    }

    private void accept(Answer answer) {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                Thread thread = new Thread(() -> serve(socket, answer), "raw-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket, Answer answer) {
        try (socket) {
            requests.add(readRequest(socket.getInputStream()));
            answer.write(socket.getOutputStream());
            socket.getOutputStream().flush();
        } catch (IOException gone) {
            // The client has hung up, which is what many a test is about.
        }
    }

    private static String readRequest(InputStream in) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            request.write(in.read());
            head = request.toString(StandardCharsets.ISO_8859_1);
        }
        String length = "content-length: ";
        int at = head.toLowerCase(Locale.ROOT).indexOf(length);
        if (at >= 0) {
            int end = head.indexOf('\r', at);
            request.write(in.readNBytes(Integer.parseInt(head.substring(at + length.length(), end))));
        }
        return request.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        synchronized (sockets) {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
