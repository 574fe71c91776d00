/**
 * An outage in a box, for the tests of applications that chat.
 */
module io.github.tideover.testkit {
    requires transitive io.github.tideover;
    requires static transitive org.assertj.core;
    requires static transitive org.junit.jupiter.api;
    requires static transitive org.jspecify;
    requires okhttp3.tls;
    requires okio;
    requires org.slf4j;
    requires tools.jackson.databind;

    exports io.github.tideover.testkit;
}
