package io.github.tideover;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A host that takes connections and says nothing, and keeps what it was sent. */
final class QuietHost implements Closeable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<byte[]> received = new CopyOnWriteArrayList<>();

    QuietHost() throws IOException {
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** How many connections were made. */
    int connections() {
        return sockets.size();
    }

    /** What was sent over each connection that was closed again. */
    List<byte[]> received() {
        return new ArrayList<>(received);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                start(() -> read(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void read(Socket socket) {
        try (socket) {
            received.add(socket.getInputStream().readAllBytes());
        } catch (SocketException reset) {
            received.add(new byte[0]);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "quiet-host");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
