package io.github.tideover.examples;

import io.github.tideover.Tideover;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.examples.embedded.Breakage;
import io.github.tideover.examples.embedded.TemporaryFolder;
import io.github.tideover.failure.ChatException;
import io.github.tideover.outbox.Outbox;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.ServiceState;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The desk of a lamp shop: a customer-service bot in one file, to copy from. What is kept for a customer is served to no other, each
 * is told in their own language how the service is, and what nobody can answer now is answered later, by mail.
 *
 * <pre>{@code
 * mvn -q -ntp -pl examples -am compile exec:java -Dexec.mainClass=io.github.tideover.examples.Desk
 * }</pre>
 *
 * <p>Without a key it asks two providers on this machine, which go down and come back. With {@code OPENAI_API_KEY} it asks OpenAI,
 * with a model on this machine (Ollama) standing by, and nothing is made to fail.
 */
public final class Desk implements AutoCloseable {
    private static final Customer BEN = new Customer("ben", Locale.ENGLISH, false);
    private static final Customer ANNA = new Customer("anna", Locale.GERMAN, false);
    private static final Customer GUEST = new Customer("guest", Locale.GERMAN, true);

    // region: desk
    private static final String SYSTEM = "You serve customers of Lamplight, a shop for lamps. Promise nothing.";

    /** Who asks. A guest has no address that an answer could be sent to later. */
    record Customer(String id, Locale language, boolean isGuest) {}

    /** What the desk says itself, where no model does. */
    private record Words(String later, String never) {
        static Words in(Locale language) {
            return language.equals(Locale.GERMAN)
                    ? new Words(
                            "Das kann ich gerade nicht beantworten. Die Antwort kommt per Mail.",
                            "Das kann ich gerade nicht beantworten. Rufen Sie uns bitte an: 555 0100.")
                    : new Words(
                            "I cannot answer that right now. The answer will come to you by mail.",
                            "I cannot answer that right now. Please call us: 555 0100.");
        }
    }

    private final Tideover tideover;
    private final Set<String> mailed = ConcurrentHashMap.newKeySet();

    /** Opens the desk. Mail is handed a customer and a text. */
    Desk(Provider provider, Provider alternate, Path folder, BiConsumer<String, String> mail) {
        tideover = Tideover.builder()
                .provider(provider)
                .alternate(alternate) // asked when the provider does not answer
                .replyCache(ReplyCache.inMemory(10_000)) // then: what this customer was told before
                .outbox(Outbox.onDisk(folder)) // then: later, also after a restart
                .lastResort("Sorry.") // then: words of our own, in the customer's language
                .onDelivered(answer -> {
                    if (mailed.add(answer.id())) { // after a crash the same one may come again
                        mail.accept(
                                answer.tenant().orElseThrow(), answer.reply().text());
                    }
                })
                .build();
    }

    /** Answers a customer: by a model, or in our own words. */
    String answer(Customer customer, String question) {
        Words words = Words.in(customer.language());
        try {
            ChatReply reply = tideover.chat(ChatRequest.builder()
                    .system(SYSTEM)
                    .user(question)
                    .tenant(customer.id()) // what is kept for one is served to no other
                    .queueable(!customer.isGuest())
                    .build());
            return switch (reply.origin()) {
                case QUEUED -> words.later();
                case CANNED -> words.never();
                default -> reply.text();
            };
        } catch (ChatException e) { // refused for what it says, for example: asking again would not help
            return words.never();
        }
    }

    /** What stands above the chat; empty while all is well. */
    String banner(Customer customer) {
        boolean isWell = tideover.status().state() == ServiceState.OPERATIONAL;
        return isWell ? "" : tideover.status().headline(customer.language());
    }
    // end

    /** Closes its connections. What still waits for an answer is sent by the next desk that opens the same folder. */
    @Override
    public void close() {
        tideover.close();
    }

    private void serves(Customer customer, String question, PrintStream out) {
        out.println(customer.id() + "> " + question);
        if (!banner(customer).isEmpty()) {
            out.println("     (" + banner(customer) + ")");
        }
        out.println("     " + answer(customer, question));
    }

    /** An outage of both providers, in a few seconds. */
    static void anOutage(Path folder, PrintStream out) throws InterruptedException {
        CountDownLatch isMailed = new CountDownLatch(1);
        try (Playground both = Playground.start();
                Desk desk = new Desk(both.main().provider(), both.spare().provider(), folder, (customer, text) -> {
                    out.println("Mail to " + customer + ": " + text);
                    isMailed.countDown();
                })) {
            out.println("All is well.");
            desk.serves(BEN, "Where is my order?", out);
            desk.serves(ANNA, "Wo ist meine Bestellung?", out);
            out.println("The first provider is overloaded.");
            both.breaks(Breakage.OVERLOADED, Playground.MAIN);
            desk.serves(BEN, "Can I send it back?", out);
            out.println("So is the second.");
            both.breaks(Breakage.OVERLOADED, Playground.SPARE);
            desk.serves(BEN, "Where is my order?", out);
            desk.serves(ANNA, "Kann ich sie zurückgeben?", out);
            desk.serves(GUEST, "Wann haben Sie offen?", out);
            out.println("Both are back.");
            both.repairs();
            if (!isMailed.await(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException(
                        "the answer did not come: " + desk.tideover.outbox().list());
            }
        }
    }

    /**
     * Serves a few customers.
     *
     * @param args none
     * @throws IOException if there can be no temporary folder
     * @throws InterruptedException if the thread is interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        String key = System.getenv().getOrDefault("OPENAI_API_KEY", "");
        try (TemporaryFolder folder = TemporaryFolder.named("desk")) {
            if (key.isBlank()) {
                anOutage(folder.path(), System.out);
                return;
            }
            Provider openAi = Provider.openAi(key).model("gpt-5-mini");
            Provider ollama = Provider.ollama().model("llama3.2");
            BiConsumer<String, String> mail =
                    (customer, text) -> System.out.println("Mail to " + customer + ": " + text);
            try (Desk desk = new Desk(openAi, ollama, folder.path(), mail)) {
                desk.serves(BEN, "How do I clean a paper lampshade?", System.out);
                desk.serves(ANNA, "Welche Birne passt in eine Leselampe?", System.out);
            }
        }
    }
}
