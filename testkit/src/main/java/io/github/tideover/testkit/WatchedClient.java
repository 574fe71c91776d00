package io.github.tideover.testkit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A client under test, whoever wrote it: something that is asked a question and shows a text or fails. What it showed is held
 * against what its providers had to say.
 *
 * <pre>{@code
 * WatchedClient client = WatchedClient.of(question -> tideover.chat(question).text(), service);
 * client.ask("When is high tide?");
 * assertThat(client).neverShowedATruncatedAnswer();
 * }</pre>
 *
 * <p>Safe for use by many threads.
 *
 * @since 0.1
 */
public final class WatchedClient {
    /** How much of a provider's text may be at the beginning of words that are the application's own. */
    private static final int CHANCE = 12;

    private final Asking client;
    private final List<OutageServer> servers;
    private final Queue<Ask> asks = new ConcurrentLinkedQueue<>();

    private WatchedClient(Asking client, List<OutageServer> servers) {
        this.client = client;
        this.servers = servers;
    }

    /**
     * What a client does for its user.
     *
     * @since 0.1
     */
    @FunctionalInterface
    public interface Asking {
        /**
         * Asks, and waits for what is shown in the end.
         *
         * @param question what the user says
         * @return the text that the user is shown as the answer
         * @throws Exception if there is no answer, and the user is told so
         */
        @Nullable
        String ask(String question) throws Exception;
    }

    /** One question, and what came of it. */
    record Ask(@Nullable String shown, @Nullable Exception failure, Duration took) {}

    /**
     * Watches a client.
     *
     * @param client how it is asked
     * @param servers the providers that it is pointed at
     * @return the client, watched
     * @throws IllegalArgumentException if there is no server
     */
    public static WatchedClient of(Asking client, OutageServer... servers) {
        if (servers.length == 0) {
            throw new IllegalArgumentException(
                    "name the servers that the client asks, or nobody knows what it was told");
        }
        return new WatchedClient(requireNonNull(client, "client == null"), List.of(servers));
    }

    /**
     * Asks the client.
     *
     * @param question what the user says
     * @return what the client shows
     * @throws Exception whatever the client throws
     */
    public @Nullable String ask(String question) throws Exception {
        long start = System.nanoTime();
        try {
            String shown = client.ask(requireNonNull(question, "question == null"));
            asks.add(new Ask(shown, null, Duration.ofNanos(System.nanoTime() - start)));
            return shown;
        } catch (Exception e) {
            asks.add(new Ask(null, e, Duration.ofNanos(System.nanoTime() - start)));
            throw e;
        }
    }

    /**
     * Asks the client, and keeps to itself if that fails: the assertions know of it.
     *
     * @param question what the user says
     * @return whether it showed an answer
     */
    public boolean tries(String question) {
        try {
            ask(question);
            return true;
        } catch (Exception kept) {
            if (kept instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return false;
        }
    }

    List<Ask> asks() {
        return List.copyOf(asks);
    }

    /**
     * What was shown as an answer and is none, by the rules of {@link WatchedClientAssert#neverShowedATruncatedAnswer}: for
     * who wants to report it rather than to fail.
     *
     * @return in sentences that do not say what was shown, an unmodifiable list; empty if there was no such answer
     */
    public List<String> complaints() {
        List<String> told = servers.stream()
                .flatMap(server -> server.requests().stream())
                .map(SeenRequest::intended)
                .filter(Objects::nonNull)
                .map(WatchedClient::folded)
                .distinct()
                .toList();
        List<String> complaints = new ArrayList<>();
        int number = 0;
        for (Ask ask : asks) {
            number++;
            if (ask.failure() == null) {
                String complaint = complaint(ask.shown() == null ? "" : folded(ask.shown()), told);
                if (complaint != null) {
                    complaints.add("answer " + number + " " + complaint);
                }
            }
        }
        return List.copyOf(complaints);
    }

    private static @Nullable String complaint(String shown, List<String> told) {
        if (told.contains(shown)) {
            return null;
        }
        if (shown.isEmpty()) {
            return "is empty";
        }
        for (String whole : told) {
            int same = common(shown, whole);
            if (same == shown.length()) {
                return "has the first " + same + " of " + whole.length()
                        + " characters, and was shown as if it were whole";
            }
            if (same >= Math.min(CHANCE, whole.length())) {
                return "begins as a provider's answer does, goes on in another way after " + same
                        + " characters, and was shown as if it were whole";
            }
        }
        return null;
    }

    private static int common(String one, String other) {
        int length = Math.min(one.length(), other.length());
        int same = 0;
        while (same < length && one.charAt(same) == other.charAt(same)) {
            same++;
        }
        return same;
    }

    private static String folded(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }

    @Override
    public String toString() {
        long failed = asks.stream().filter(ask -> ask.failure() != null).count();
        return "a client that was asked " + asks.size() + " times and failed " + failed + " times";
    }
}
