package io.github.tideover.examples.web;

import io.github.tideover.Conversation;
import io.github.tideover.ReplyStream;
import io.github.tideover.Tideover;
import io.github.tideover.cache.Embedder;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.cache.SimilarAnswers;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.outbox.Delivery;
import io.github.tideover.outbox.Outbox;
import io.github.tideover.outbox.OutboxMessage;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.StatusEvent;
import io.github.tideover.status.StatusWords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

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
    private final Path folder;
    private final Tideover tideover;

    private Assistant(
            String title,
            String rules,
            List<String> suggestions,
            List<Breakable> breakables,
            Path folder,
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
        Path folder = Files.createTempDirectory("tideover-web-chat");
        Tideover.Builder builder = Tideover.builder()
                .replyCache(ReplyCache.inMemory(1_000))
                .similarAnswers(SimilarAnswers.by(Embedder.lexical()))
                .outbox(Outbox.onDisk(folder))
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
        Breakable backup = Breakable.start("backup", "Lighthouse", "the backup", "small", System::nanoTime);
        builder.provider(main.provider()).alternate(backup.provider()).firstTokenTimeout(DEMO_PATIENCE);
        return new Assistant(
                Shop.NAME,
                "You answer the customers of a shop that sells lamps.",
                Shop.USUAL,
                List.of(main, backup),
                folder,
                builder.build());
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
        remove(folder);
    }

    private static void remove(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            Consumer<Path> delete = path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            };
            all.sorted(Comparator.reverseOrder()).forEach(delete);
        } catch (IOException e) {
            throw new UncheckedIOException("the outbox's folder cannot be removed: " + folder, e);
        }
    }
}
