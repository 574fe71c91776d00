/**
 * A chat client that keeps an application useful while its chatbot is down.
 *
 * <p>Retrofit and Okio are automatic modules, so a run-time image cannot be linked from this one.
 */
module io.github.tideover {
    requires transitive okhttp3;
    requires transitive retrofit2;
    requires static transitive org.jspecify;
    requires static com.h2database.mvstore;
    requires com.fasterxml.jackson.annotation;
    requires com.github.benmanes.caffeine;
    requires io.github.resilience4j.bulkhead;
    requires io.github.resilience4j.circuitbreaker;
    requires okio;
    requires org.slf4j;
    requires tools.jackson.core;
    requires tools.jackson.databind;

    exports io.github.tideover;
    exports io.github.tideover.cache;
    exports io.github.tideover.chat;
    exports io.github.tideover.failure;
    exports io.github.tideover.outbox;
    exports io.github.tideover.provider;
    exports io.github.tideover.provider.anthropic;
    exports io.github.tideover.provider.custom;
    exports io.github.tideover.provider.gemini;
    exports io.github.tideover.provider.openai;
    exports io.github.tideover.provider.responses;
    exports io.github.tideover.status;
    exports io.github.tideover.tool;
}
