package io.github.tideover.examples.web;

import io.github.tideover.examples.embedded.Breakage;
import io.github.tideover.provider.Provider;
import io.github.tideover.testkit.OutageServer;
import io.github.tideover.testkit.SeenRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A provider on this machine that is broken and mended by hand. Safe for use by many threads. */
final class Breakable implements AutoCloseable {
    private final String id;
    private final String role;
    private final String model;
    private final OutageServer server;
    private final LongSupplier nanos;
    private final long began;
    private @Nullable Breakage way;

    private Breakable(String id, String role, String model, OutageServer server, LongSupplier nanos) {
        this.id = id;
        this.role = role;
        this.model = model;
        this.server = server;
        this.nanos = nanos;
        began = nanos.getAsLong();
        Breakage.mends(server);
    }

    /**
     * Starts one that is well.
     *
     * @param id by what the panel knows it
     * @param name by what users know it
     * @param role what it is to the chat
     */
    static Breakable start(String id, String name, String role, String model, LongSupplier nanos) {
        return new Breakable(
                id,
                role,
                model,
                OutageServer.builder().name(name).answers(Shop::answer).start(),
                nanos);
    }

    String id() {
        return id;
    }

    String name() {
        return server.name();
    }

    String role() {
        return role;
    }

    Provider provider() {
        return server.provider().model(model);
    }

    synchronized void breaks(Breakage next) {
        next.breaks(server);
        way = next;
    }

    synchronized void mends() {
        Breakage.mends(server);
        way = null;
    }

    synchronized Optional<Breakage> way() {
        return Optional.ofNullable(way);
    }

    /** What it was asked so far, in order. */
    List<SeenRequest> requests() {
        return server.requests();
    }

    /** How long ago a request came. */
    Duration ageOf(SeenRequest request) {
        Duration age = Duration.ofNanos(nanos.getAsLong() - began).minus(request.at());
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** Waits until no request is under way. */
    void awaitQuiet() {
        server.awaitQuiet();
    }

    @Override
    public void close() {
        server.close();
    }
}
