package io.github.tideover;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** A future whose stages run on the client's threads: on two processors the JDK's default starts a thread for every stage. */
class ClientFuture<T> extends CompletableFuture<T> {
    private final Executor executor;

    ClientFuture(Executor executor) {
        this.executor = executor;
    }

    @Override
    public Executor defaultExecutor() {
        return executor;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new ClientFuture<>(executor);
    }
}
