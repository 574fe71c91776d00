package io.github.tideover.benchmarks.scorecard;

import io.github.tideover.ReplyStream;
import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.provider.Provider;

/** Ours: one alternate, no cache and no last words, which would answer everything. */
final class ScoredTideover implements ScoredClient {
    private final Tideover tideover;

    private ScoredTideover(Tideover tideover) {
        this.tideover = tideover;
    }

    /** The budget that all clients have. What it does not name is as it comes, or shortened with the rest. */
    static ScoredTideover withBudget(String baseUrl, Profile profile) {
        return withBudget(baseUrl, profile, true);
    }

    /** The same for a provider that is never asked for a stream: whole replies then meet the faults of whole replies. */
    static ScoredTideover withoutStreams(String baseUrl, Profile profile) {
        return withBudget(baseUrl, profile, false);
    }

    private static ScoredTideover withBudget(String baseUrl, Profile profile, boolean canStream) {
        Tideover.Builder builder = builder(baseUrl, canStream)
                .retryPolicy(RetryPolicy.builder().maxAttempts(3).build())
                .attemptTimeout(profile.seconds(30))
                .stallTimeout(profile.seconds(30));
        if (profile == Profile.FAST) {
            builder.retryPolicy(RetryPolicy.builder()
                            .maxAttempts(3)
                            .firstDelay(profile.seconds(0.25))
                            .overloadDelay(profile.seconds(1))
                            .longestDelay(profile.seconds(8))
                            .build())
                    .firstTokenTimeout(profile.seconds(10))
                    .timeout(profile.seconds(120))
                    .streamTimeout(profile.seconds(600));
        }
        return new ScoredTideover(builder.build());
    }

    /** Nothing but a provider and an alternate. */
    static ScoredTideover atDefaults(String baseUrl) {
        return new ScoredTideover(builder(baseUrl, true).build());
    }

    /** Told to wait for 30 s, whatever it may have learned. */
    static ScoredTideover withThirtySeconds(String baseUrl, Profile profile) {
        return new ScoredTideover(builder(baseUrl, true)
                .firstTokenTimeout(profile.seconds(30))
                .attemptTimeout(profile.seconds(30))
                .build());
    }

    private static Tideover.Builder builder(String baseUrl, boolean canStream) {
        Provider provider = Provider.openAiCompatible(baseUrl).apiKey(API_KEY).streaming(canStream);
        return Tideover.builder()
                .provider(provider.model(FaultyProvider.PRIMARY))
                .alternate(provider.model(FaultyProvider.FALLBACK));
    }

    @Override
    public void ask(boolean streamed, Screen screen) {
        ChatRequest request = ChatRequest.of(QUESTION);
        if (!streamed) {
            ChatReply reply = tideover.chat(request);
            screen.show(reply.text());
            report(reply, screen);
            return;
        }
        try (ReplyStream stream = tideover.stream(request)) {
            for (StreamEvent event : stream.events()) {
                if (event instanceof StreamEvent.Text piece) {
                    screen.show(piece.text());
                } else if (event instanceof StreamEvent.Restarted) {
                    screen.clear();
                } else if (event instanceof StreamEvent.Completed completed) {
                    report(completed.reply(), screen);
                }
            }
        }
    }

    private static void report(ChatReply reply, Screen screen) {
        screen.report(reply.model(), reply.usage().totalTokens());
    }

    @Override
    public void close() {
        tideover.close();
    }
}
