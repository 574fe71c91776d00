package io.github.tideover.status;

/** The state of a whole, given the states of its parts. */
final class Rollup {
    private int parts;
    private int major;
    private int maintenance;
    private int partial;
    private int degraded;
    private int recovering;

    void begin() {
        parts = 0;
        major = 0;
        maintenance = 0;
        partial = 0;
        degraded = 0;
        recovering = 0;
    }

    void add(ServiceState part) {
        parts++;
        switch (part) {
            case OPERATIONAL -> {}
            case DEGRADED -> degraded++;
            case PARTIAL_OUTAGE -> partial++;
            case MAJOR_OUTAGE -> major++;
            case MAINTENANCE -> maintenance++;
            case RECOVERING -> recovering++;
        }
    }

    ServiceState state() {
        if (parts > 0 && major + maintenance == parts) {
            return major > 0 ? ServiceState.MAJOR_OUTAGE : ServiceState.MAINTENANCE;
        }
        if (major + maintenance + partial > 0) {
            return ServiceState.PARTIAL_OUTAGE;
        }
        if (recovering > 0) {
            return ServiceState.RECOVERING;
        }
        return degraded > 0 ? ServiceState.DEGRADED : ServiceState.OPERATIONAL;
    }
}
