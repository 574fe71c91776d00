package io.github.tideover.status;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which maintenances were announced already: each is once, when it comes near, and again when its times change. Guarded by
 * the board's lock.
 */
final class MaintenanceNotices {
    private static final Duration LEAD = Duration.ofHours(24);
    /** More than are ahead at any time; the oldest is forgotten. */
    private static final int MOST = 256;

    private Duration lead = LEAD;

    private final Map<String, Times> told = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Times> eldest) {
            return size() > MOST;
        }
    };

    private record Times(Instant from, @Nullable Instant until) {}

    void lead(Duration lead) {
        this.lead = lead;
    }

    /** Whether it is to be announced now; from then on it counts as announced. */
    boolean isDue(String provider, PageReport.Maintenance maintenance, Instant now) {
        Instant from = maintenance.from().orElse(null);
        if (from == null || maintenance.isUnderWay() || !from.isAfter(now)) {
            return false;
        }
        String key = provider + " " + maintenance.id();
        Times times = new Times(from, maintenance.until().orElse(null));
        Times before = told.get(key);
        boolean isDue = before == null ? !from.minus(lead).isAfter(now) : !times.equals(before);
        if (isDue) {
            told.put(key, times);
        }
        return isDue;
    }
}
