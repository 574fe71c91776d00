package io.github.tideover.examples;

import io.github.tideover.Tideover;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.examples.embedded.Breakage;
import io.github.tideover.outbox.OutboxMessage;
import io.github.tideover.status.OutageReport;
import io.github.tideover.status.StatusHistory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What begins with a slash is said to the chat itself, and to nobody else. */
final class Commands {
    private static final String QUIT = "/quit";

    private final Tideover tideover;
    private final Optional<Playground> playground;
    private final Screen screen;
    private final Clock clock;
    private final Map<String, String> help = new LinkedHashMap<>();

    /**
     * Makes the commands of a chat.
     *
     * @param playground the providers that may be broken, with an outbox beside them; empty if they are somebody's real ones
     */
    Commands(Tideover tideover, Optional<Playground> playground, Screen screen, Clock clock) {
        this.tideover = tideover;
        this.playground = playground;
        this.screen = screen;
        this.clock = clock;
        help.put("/status", "how the service is: since when, why, until when, and each provider's figures");
        if (playground.isPresent()) {
            help.put("/break", "WAY: breaks the first provider in one of ten ways; WAY spare, the other one; WAY both");
            help.put("/repair", "mends both");
        }
        help.put("/report", "the report of the last outage, in Markdown");
        if (playground.isPresent()) {
            help.put("/queue", "what is kept to be answered later");
        }
        help.put("/help", "this");
        help.put(QUIT, "ends the chat, as Ctrl-D does");
    }

    static boolean isCommand(String line) {
        return line.startsWith("/");
    }

    /** What may come next after these words of a command, and what each of it means. */
    Map<String, String> completions(List<String> words) {
        if (words.isEmpty()) {
            return help;
        }
        Map<String, String> next = new LinkedHashMap<>();
        if (playground.isPresent() && words.get(0).equals("/break")) {
            if (words.size() == 1) {
                Arrays.stream(Breakage.values()).forEach(way -> next.put(way.word(), way.label()));
            } else if (words.size() == 2) {
                next.put(Playground.SPARE, "the second provider");
                next.put(Playground.BOTH, "both providers");
            }
        }
        return next;
    }

    /**
     * Does what it says.
     *
     * @return whether the chat goes on
     */
    boolean run(String line) {
        List<String> words = List.of(line.strip().split("\\s+"));
        List<String> rest = words.subList(1, words.size());
        String command = words.get(0).toLowerCase(Locale.ROOT);
        if (!help.containsKey(command)) {
            screen.note(unknown(command), Screen.Tone.UNSURE);
        } else if (command.equals("/break")) {
            breaks(playground.orElseThrow(), rest);
        } else if (!rest.isEmpty()) {
            screen.note(command + " stands alone, without " + String.join(" ", rest) + ".", Screen.Tone.UNSURE);
        } else {
            switch (command) {
                case "/status" ->
                    screen.note(
                            new StatusText(clock.getZone()).of(tideover.status(), tideover.health(), clock.instant()));
                case "/repair" -> repair(playground.orElseThrow());
                case "/report" -> report(tideover.statusHistory());
                case "/queue" -> queue();
                case "/help" ->
                    help.forEach((name, meaning) -> screen.note(String.format(Locale.ROOT, "%-8s %s", name, meaning)));
                default -> {
                    return false;
                }
            }
        }
        return true;
    }

    private String unknown(String command) {
        boolean isForPlay = command.equals("/break") || command.equals("/repair") || command.equals("/queue");
        return isForPlay
                ? command + " is for the chat with providers of its own, which --play starts."
                : "There is no " + command + ". There is " + String.join(", ", help.keySet())
                        + "; a question that begins with a slash has a space before it.";
    }

    private void breaks(Playground stage, List<String> words) {
        Optional<Breakage> way = words.isEmpty() ? Optional.empty() : Breakage.of(words.get(0));
        String whom = words.size() < 2 ? Playground.MAIN : words.get(1).toLowerCase(Locale.ROOT);
        if (way.isEmpty() || words.size() > 2 || !Playground.NAMES.contains(whom)) {
            String wrong = words.isEmpty()
                    ? "/break needs a way: "
                    : way.isEmpty()
                            ? "There is no way called " + words.get(0) + ". "
                            : "After the way comes nothing, " + Playground.SPARE + " or " + Playground.BOTH + ", not "
                                    + String.join(" ", words.subList(1, words.size())) + ". Ways: ";
            screen.note(
                    wrong
                            + Arrays.stream(Breakage.values())
                                    .map(Breakage::word)
                                    .collect(Collectors.joining(", ", "", "."))
                            + " For example: /break silent, /break overloaded both.",
                    Screen.Tone.UNSURE);
            return;
        }
        stage.breaks(way.get(), whom);
        screen.story(
                (whom.equals(Playground.BOTH) ? "Both providers: " : "The provider " + whom + ": ")
                        + way.get().sentence(),
                Screen.Tone.BAD);
    }

    private void repair(Playground stage) {
        stage.repairs();
        screen.story("Both providers are mended.", Screen.Tone.GOOD);
    }

    private void report(StatusHistory history) {
        Optional<OutageReport> last = history.reports().stream().findFirst();
        if (history.ongoing().isPresent()) {
            screen.note("It is not over. The report so far:");
            screen.note(history.ongoing().get().toMarkdown());
        } else if (last.isPresent()) {
            screen.note(last.get().toMarkdown());
        } else {
            screen.note("There was no outage, so there is no report. Trouble that stays DEGRADED has none.");
        }
    }

    private void queue() {
        List<OutboxMessage> kept = tideover.outbox().list();
        if (kept.isEmpty()) {
            screen.note("Nothing waits for an answer.");
        }
        Instant now = clock.instant();
        kept.forEach(message -> screen.note(
                message.state() + " for " + StatusText.time(Duration.between(message.acceptedAt(), now)) + ": "
                        + tideover.outbox()
                                .request(message.id())
                                .map(Commands::question)
                                .orElse("(answered a moment ago)")));
    }

    static String question(ChatRequest request) {
        return request.messages().get(request.messages().size() - 1).text().replace('\n', ' ');
    }
}
