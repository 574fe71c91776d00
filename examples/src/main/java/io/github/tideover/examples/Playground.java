package io.github.tideover.examples;

import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.examples.embedded.Breakage;
import io.github.tideover.testkit.OutageServer;
import java.time.Duration;
import java.util.List;

/** Two providers on this machine, one to be asked first and one to stand by, that know what a lamp shop is asked. */
final class Playground implements AutoCloseable {
    static final String MAIN = "main";
    static final String SPARE = "spare";
    static final String BOTH = "both";
    static final List<String> NAMES = List.of(MAIN, SPARE, BOTH);

    /** Where chance begins: with this number, the demo's brownout begins with errors, whichever of its requests comes first. */
    private static final long SEED = 95;

    private final OutageServer main;
    private final OutageServer spare;

    private Playground(OutageServer main, OutageServer spare) {
        this.main = main;
        this.spare = spare;
        repairs();
    }

    /**
     * Starts both, and they are well.
     *
     * @throws java.io.UncheckedIOException if this machine lets nobody listen on its loopback address
     */
    static Playground start() {
        OutageServer main = server(MAIN);
        try {
            return new Playground(main, server(SPARE));
        } catch (RuntimeException e) {
            main.close();
            throw e;
        }
    }

    private static OutageServer server(String name) {
        return OutageServer.builder().name(name).seed(SEED).answers(Answers::to).start();
    }

    OutageServer main() {
        return main;
    }

    OutageServer spare() {
        return spare;
    }

    /** A client of both. Its limits have defaults for real services; whoever plays has less patience. */
    Tideover.Builder client() {
        return Tideover.builder()
                .provider(main.provider().model("large"))
                .alternate(spare.provider().model("small"))
                .connectTimeout(Duration.ofSeconds(1))
                .firstTokenTimeout(Duration.ofMillis(1_200))
                .stallTimeout(Duration.ofSeconds(2))
                .streamTimeout(Duration.ofSeconds(6))
                .retryPolicy(RetryPolicy.builder()
                        .firstDelay(Duration.ofMillis(100))
                        .overloadDelay(Duration.ofMillis(250))
                        .longestDelay(Duration.ofMillis(500))
                        .build());
    }

    /** Breaks the one that is named so, or both. */
    void breaks(Breakage way, String whom) {
        if (!whom.equals(SPARE)) {
            way.breaks(main);
        }
        if (!whom.equals(MAIN)) {
            way.breaks(spare);
        }
    }

    void repairs() {
        Breakage.mends(main);
        Breakage.mends(spare);
    }

    @Override
    public void close() {
        main.close();
        spare.close();
    }

    /** Who is asked, for a line each. */
    @Override
    public String toString() {
        return """
                Asked first: main/large at %s
                Its backup:  spare/small at %s
                """.formatted(main.baseUrl(), spare.baseUrl());
    }
}
