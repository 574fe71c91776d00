package io.github.tideover.testkit;

import io.github.tideover.chat.ChatReply;

/**
 * Assertions on what a client shows and how it treats a provider, for AssertJ, which the application brings. To be imported
 * beside AssertJ's own:
 *
 * <pre>{@code
 * import static io.github.tideover.testkit.TideoverAssertions.assertThat;
 * import static org.assertj.core.api.Assertions.assertThat;
 * }</pre>
 *
 * @since 0.1
 */
public final class TideoverAssertions {
    private TideoverAssertions() {}

    /**
     * Looks at a reply.
     *
     * @param reply the reply
     * @return assertions on it
     */
    public static ChatReplyAssert assertThat(ChatReply reply) {
        return new ChatReplyAssert(reply);
    }

    /**
     * Looks at how a provider was treated.
     *
     * @param server the provider
     * @return assertions on it
     */
    public static OutageServerAssert assertThat(OutageServer server) {
        return new OutageServerAssert(server);
    }

    /**
     * Looks at what a client showed.
     *
     * @param client the client
     * @return assertions on it
     */
    public static WatchedClientAssert assertThat(WatchedClient client) {
        return new WatchedClientAssert(client);
    }
}
