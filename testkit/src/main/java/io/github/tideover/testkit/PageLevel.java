package io.github.tideover.testkit;

import java.util.Locale;

/**
 * What a status page says of a component, in the words of Atlassian's Statuspage
 * (<a href="https://support.atlassian.com/statuspage/docs/top-level-status-and-incident-impact-calculations/">what they
 * mean</a>).
 *
 * @since 0.1
 */
public enum PageLevel {
    /** All is well. */
    OPERATIONAL("none"),
    /** Slow, or not quite well. */
    DEGRADED_PERFORMANCE("minor"),
    /** Down for some. */
    PARTIAL_OUTAGE("major"),
    /** Down for all. */
    MAJOR_OUTAGE("critical"),
    /** Down on purpose. */
    UNDER_MAINTENANCE("maintenance");

    private final String indicator;

    PageLevel(String indicator) {
        this.indicator = indicator;
    }

    /** The word for the whole page, and for the impact of an incident. */
    String indicator() {
        return indicator;
    }

    /** The word for a component. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
