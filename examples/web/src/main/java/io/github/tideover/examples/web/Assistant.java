package io.github.tideover.examples.web;

import io.github.tideover.Conversation;
import io.github.tideover.ReplyStream;
import io.github.tideover.Tideover;
import io.github.tideover.cache.Embedder;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.cache.SimilarAnswers;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.examples.embedded.TemporaryFolder;
import io.github.tideover.outbox.Delivery;
import io.github.tideover.outbox.Outbox;
import io.github.tideover.outbox.OutboxMessage;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.StatusEvent;
import io.github.tideover.status.StatusWords;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The client that answers, with every rung of the ladder: a provider, a backup if the sample brings its own, what was answered
 * before, an outbox in a folder of its own, words for when even that is full.
 */
final class Assistant implements AutoCloseable {
    private static final String LAST_RESORT =
            "I can't reach the assistant right now, and too many questions wait already. Please ask again in a few minutes.";
    /** Nobody who watches a demo waits for the usual ten seconds to see a silent provider left. */
    private static final Duration DEMO_PATIENCE = Duration.ofSeconds(5);

    private final String title;
    private final String rules;
    private final List<String> suggestions;
    private final List<Breakable> breakables;
    private final TemporaryFolder folder;
    private final Tideover tideover;

    private Assistant(
            String title,
            String rules,
            List<String> suggestions,
            List<Breakable> breakables,
            TemporaryFolder folder,
            Tideover tideover) {
        this.title = title;
        this.rules = rules;
        this.suggestions = suggestions;
        this.breakables = breakables;
        this.folder = folder;
        this.tideover = tideover;
    }

    /** Who hears what becomes of things when no call waits. */
    interface Listener {
        void delivered(Delivery delivery);

        void changed(OutboxMessage message);

        void told(StatusEvent event);
    }

    /**
     * Begins to answer.
     *
     * @param provider whom to ask; empty for a provider and a backup of its own
     * @throws IOException if there is no room for the outbox's folder
     */
    static Assistant start(Optional<Provider> provider, Listener listener) throws IOException {
        return start(TemporaryFolder.named("tideover-web-chat"), provider, listener);
    }

    /** Begins to answer, with a folder that goes with it, or at once if this fails. */
    static Assistant start(TemporaryFolder folder, Optional<Provider> provider, Listener listener) {
        List<Breakable> breakables = new ArrayList<>();
        try {
            Tideover.Builder builder = Tideover.builder()
                    .replyCache(ReplyCache.inMemory(1_000))
                    .similarAnswers(SimilarAnswers.by(Embedder.lexical()))
                    .outbox(Outbox.onDisk(folder.path()))
                    .onDelivered(listener::delivered)
                    .onOutbox(listener::changed)
                    .lastResort(LAST_RESORT)
                    .statusWords(StatusWords.english().zone(ZoneId.systemDefault()))
                    .onStatus(listener::told);
            if (provider.isPresent()) {
                Provider real = provider.get();
                return new Assistant(
                        "Chat with " + real.model().orElseThrow(),
                        "Answer in plain text, without Markdown: your words are shown as they are.",
                        List.of(),
                        List.of(),
                        folder,
                        builder.provider(real).build());
            }
            Breakable main = Breakable.start("main", "Harbour", "the provider", "large", System::nanoTime);
            breakables.add(main);
            Breakable backup = Breakable.start("backup", "Lighthouse", "the backup", "small", System::nanoTime);
            breakables.add(backup);
            builder.provider(main.provider()).alternate(backup.provider()).firstTokenTimeout(DEMO_PATIENCE);
            return new Assistant(
                    Shop.NAME,
                    "You answer the customers of a shop that sells lamps.",
                    Shop.USUAL,
                    List.copyOf(breakables),
                    folder,
                    builder.build());
        } catch (RuntimeException e) { // servers left running would go on listening
            breakables.forEach(Breakable::close);
            folder.close();
            throw e;
        }
    }

    String title() {
        return title;
    }

    List<String> suggestions() {
        return suggestions;
    }

    /** The providers that can be broken: none, if they are somebody else's. */
    List<Breakable> breakables() {
        return breakables;
    }

    Tideover tideover() {
        return tideover;
    }

    /**
     * Begins a conversation.
     *
     * @param tenant whose it is: what was kept for one browser is not shown to another
     * @param conversation by what the outbox knows it, so that what is kept is answered in order
     * @return says something and gives the answer as it comes
     */
    Function<String, ReplyStream> conversation(String tenant, String conversation) {
        ChatRequest beginning = ChatRequest.builder()
                .system(rules)
                .tenant(tenant)
                .conversation(conversation)
                .build();
        if (breakables.isEmpty()) {
            Conversation remembered = tideover.conversation(beginning);
            return remembered::stream;
        }
        // The shop's providers know nothing of what was said before, so each question stands alone, and an answer that
        // was kept
        // fits wherever in the chat it is asked again.
        return text -> tideover.stream(beginning.toBuilder().user(text).build());
    }

    /** Closes the client first: what waits in the outbox is not sent any more, and goes with its folder. */
    @Override
    public void close() {
        tideover.close();
        breakables.forEach(Breakable::close);
        folder.close();
    }
}
