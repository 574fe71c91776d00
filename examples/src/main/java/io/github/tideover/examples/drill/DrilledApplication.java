package io.github.tideover.examples.drill;

import io.github.tideover.Tideover;
import io.github.tideover.testkit.OutageServer;
import java.util.Optional;

/**
 * The application that a drill is for: its own client, with the drill's servers in the place of its providers. Everything else
 * (timeouts, retries, cache, last resort) is to be as in production, since that is what the drill tries out.
 *
 * <p>A class that implements this needs to be public, with a public constructor that takes nothing. {@link SampleApplication} is
 * the one that is used if none is named.
 */
@FunctionalInterface
public interface DrilledApplication {
    /**
     * Builds the client. The drill closes it. It is called twice: the first client only warms the machine up.
     *
     * @param provider stands for the provider; it plays the outage. {@code provider.provider(Dialect.MESSAGES)} and the like
     *     say how to reach it in the application's own dialect; {@code provider.statusPage()} is its status page
     * @param backup stands for the application's alternate, which is well all the time; empty if the drill is to do without
     * @return a new client
     */
    Tideover client(OutageServer provider, Optional<OutageServer> backup);
}
