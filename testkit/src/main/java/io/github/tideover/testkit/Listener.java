package io.github.tideover.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLSocket;
import okhttp3.tls.HandshakeCertificates;
import org.jspecify.annotations.Nullable;

/** A port on loopback, and a daemon thread for each connection to it. */
final class Listener {
    private static final int CONNECTIONS_IN_LINE = 500;

    private final String name;
    private final ServerTime time;
    private final @Nullable HandshakeCertificates tls;
    private final Handler handler;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final int port;
    private ServerSocket socket;
    private @Nullable Thread accepting;
    private boolean closed;

    Listener(String name, ServerTime time, @Nullable HandshakeCertificates tls, Handler handler) {
        this.name = name;
        this.time = time;
        this.tls = tls;
        this.handler = handler;
        socket = listen(0);
        port = socket.getLocalPort();
    }

    /** What is done with a request. */
    @FunctionalInterface
    interface Handler {
        /** Returns whether the connection may be used again. */
        boolean answer(Received received, Connection connection) throws IOException;
    }

    int port() {
        return port;
    }

    synchronized void begin() {
        ServerSocket from = socket;
        accepting = start("accept", () -> accept(from));
    }

    /** Refuses connections, and ends those that are open. */
    synchronized void stop() {
        close(socket);
        awaitRefusal();
        sockets.forEach(Listener::close);
    }

    /** While a thread is still on its way out of a system call on the port, the system takes connections there. */
    private void awaitRefusal() {
        try {
            if (accepting != null) {
                accepting.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized void beginAgain() {
        if (closed) {
            throw new IllegalStateException(name + " is closed");
        }
        if (socket.isClosed()) {
            socket = listen(port);
            begin();
        }
    }

    synchronized void close() {
        closed = true;
        stop();
    }

    private static ServerSocket listen(int port) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(
                    new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port),
                    CONNECTIONS_IN_LINE);
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket from) {
        while (true) {
            try {
                Socket accepted = from.accept();
                sockets.add(accepted);
                start("connection", () -> serve(accepted));
            } catch (IOException over) {
                return;
            }
        }
    }

    private void serve(Socket accepted) {
        try (accepted;
                Socket socket = secured(accepted)) {
            Connection connection = new Connection(socket, time);
            boolean goesOn = true;
            while (goesOn) {
                Received received = connection.read();
                if (received == null) {
                    return;
                }
                goesOn = handler.answer(received, connection) && !received.isLast();
            }
        } catch (IOException gone) {
            // The client has hung up, which is what many a test is about.
        } finally {
            sockets.remove(accepted);
        }
    }

    private Socket secured(Socket accepted) throws IOException {
        if (tls == null) {
            return accepted;
        }
        SSLSocket secure =
                (SSLSocket) tls.sslContext().getSocketFactory().createSocket(accepted, null, accepted.getPort(), true);
        secure.setUseClientMode(false);
        return secure;
    }

    private Thread start(String what, Runnable task) {
        Thread thread = new Thread(task, name + "-" + what);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void close(Closeable each) {
        try {
            each.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
