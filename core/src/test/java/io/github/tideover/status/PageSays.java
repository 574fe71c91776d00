package io.github.tideover.status;

import java.time.Instant;

/** What a provider's status page may say, for tests of other packages. */
public final class PageSays {
    private PageSays() {}

    public static PageReport that(ServiceState api, Instant fetchedAt) {
        return PageReport.builder("https://status.example.com", fetchedAt)
                .component(PageReport.Component.of("API", api))
                .build();
    }
}
