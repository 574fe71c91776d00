package io.github.tideover.wire;

/** Who we say we are. */
final class UserAgent {
    static final String VALUE = "tideover/" + version();

    private UserAgent() {}

    private static String version() {
        String version = UserAgent.class.getPackage().getImplementationVersion();
        if (version == null) {
            version = UserAgent.class.getModule().getDescriptor() == null
                    ? null
                    : UserAgent.class.getModule().getDescriptor().rawVersion().orElse(null);
        }
        return version == null ? "dev" : version;
    }
}
