package io.github.tideover.examples.drill;

import io.github.tideover.Tideover;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.status.StatusPages;
import io.github.tideover.testkit.OutageServer;
import java.util.Optional;

/** An application as it may be: a provider with its status page, a backup, a cache, and words for when nobody answers. */
public final class SampleApplication implements DrilledApplication {
    /** Makes the application. */
    public SampleApplication() {}

    @Override
    public Tideover client(OutageServer provider, Optional<OutageServer> backup) {
        Tideover.Builder builder = Tideover.builder()
                .provider(provider.provider())
                .statusPages(StatusPages.ofProviders()
                        .page(provider.name(), provider.statusPage().page()))
                .replyCache(ReplyCache.inMemory(1_000))
                .lastResort("I cannot reach the assistant right now. Please ask again in a few minutes.");
        backup.ifPresent(server -> builder.alternate(server.provider()));
        return builder.build();
    }
}
