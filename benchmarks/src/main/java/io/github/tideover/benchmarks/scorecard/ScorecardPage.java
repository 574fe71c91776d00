package io.github.tideover.benchmarks.scorecard;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The scorecard in Markdown. All of it comes from what was seen; nothing is typed in by hand. */
final class ScorecardPage {
    private static final String INTRODUCTION = """
            # Failover scorecard

            What becomes of a call when its provider fails in one of sixteen ways: Tideover, and what else an application on the
            JVM may use. Written by `mvn -q -pl benchmarks -am -Pscorecard,peers -Dprofile=full -DskipTests verify`; nothing here
            is typed in by hand.

            The scenarios and the rules are those of FailoverBench (methodology v0.1, 2026), a public yardstick for clients and
            gateways, restated here and run by ourselves; its authors had no part in it.

            ## How to read it

            - A provider made for this fails, on loopback, as the row says. Its model `primary` has the fault, `fb-ok` is healthy.
              Every healthy answer is the same sixty words, streamed with 15 ms from word to word; an answer is whole if it
              equals these, whitespace aside.
            - Two views are scored together: what the caller got, and which attempts the provider saw.
            - **pass**: the caller got the whole answer (in S13: a clean error), and every check held. **partial**: the same, but a
              check that is good advice did not hold. **safe**: no answer, but an error in time. **fail**: a hang, a part taken for
              the whole, or a required check that did not hold.
            - Behind the verdict is how long the caller waited, and how many attempts went to `primary` + to `fb-ok`. In S15 these
              are the longest of twenty waits, and the attempts of all twenty.
            - All clients have the same budget: two retries, 30 s for a request or a pause in a stream, one fallback model, no cache.
            - A whole reply has the nearest fault that it can have, which is our reading and not the yardstick's: S07 headers at once
              and the body after 20 s; S08 and S14 an end in the middle of the body; S09 a third of the body, then silence; S10 one
              byte too many, which makes the JSON invalid; S11 no length. A client that asks the provider for a stream when its
              caller wants a whole reply meets the fault of a stream.
            - S15 asks for an answer to every request in the outage; without a fallback there is none.

            ## Who takes part

            - **tideover** with one alternate and that budget; everything else as it comes.
            - **tideover without streams** is the same with `streaming(false)`: otherwise most of its whole replies come as streams
              underneath, and are scored against the faults of streams.
            - **handAssembled** is what a careful developer builds: Retrofit, Resilience4j's retry with backoff that heeds
              `Retry-After`, a breaker for each model, and the fallback model where the first gave no answer.
            """;
    private static final String OPENAI_JAVA = """
            - **openai-java** $VERSION, with two retries and 30 s. It has no fallback of its own, so the best it can do in most rows is a
              clean error.
            """;
    private static final String LANGCHAIN4J = """
            - **langchain4j** $VERSION, its models for OpenAI-compatible providers, with 30 s; two retries for whole replies, none for
              streams, which have no such option. No fallback of its own.
            """;

    private final List<String> clients;
    private final List<Result> results;
    private final List<SilentRoute> silentRoutes;
    private final double loadBefore;
    private final double loadAfter;

    ScorecardPage(
            List<String> clients,
            List<Result> results,
            List<SilentRoute> silentRoutes,
            double loadBefore,
            double loadAfter) {
        this.clients = clients;
        this.results = results;
        this.silentRoutes = silentRoutes;
        this.loadBefore = loadBefore;
        this.loadAfter = loadAfter;
    }

    /** Whether ours passes every scenario in both forms, and keeps its own limits for a silent route. */
    boolean isAllOurs() {
        return results.stream()
                        .filter(each -> each.cell().client().equals(Scorecard.OURS))
                        .allMatch(each -> each.verdict() == Verdict.PASS)
                && silentRoutes.stream().allMatch(SilentRoute::isMet);
    }

    /** All that is measured. */
    String tables() {
        return table("Streaming", true) + table("Whole replies", false) + silentRoutes() + records() + notes();
    }

    String text() {
        return INTRODUCTION + peers() + machine() + tables().stripTrailing() + "\n";
    }

    private String peers() {
        return (clients.contains("openai-java")
                        ? OPENAI_JAVA.replace("$VERSION", System.getProperty("peers.openai"))
                        : "")
                + (clients.contains("langchain4j")
                        ? LANGCHAIN4J.replace("$VERSION", System.getProperty("peers.langchain4j"))
                        : "");
    }

    private String machine() {
        return String.format(
                Locale.ROOT,
                "%n%s, Java %s (%s), %d processors, %s %s. Load average %.1f at the start and %.1f at the end.%n%n",
                LocalDate.now(ZoneOffset.UTC),
                System.getProperty("java.runtime.version"),
                System.getProperty("java.vm.name"),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                loadBefore,
                loadAfter);
    }

    private String table(String title, boolean streamed) {
        StringBuilder table = new StringBuilder("## " + title + "\n\n| | fault |");
        clients.forEach(client -> table.append(' ').append(client).append(" |"));
        table.append("\n| --- | --- |").append(" --- |".repeat(clients.size())).append('\n');
        for (Scenario scenario : Scenario.values()) {
            table.append("| ")
                    .append(scenario)
                    .append(" | ")
                    .append(scenario.fault())
                    .append(" |");
            for (String client : clients) {
                table.append(' ')
                        .append(result(client, scenario, streamed).figures())
                        .append(" |");
            }
            table.append('\n');
        }
        for (Verdict verdict : Verdict.values()) {
            table.append("| | **")
                    .append(verdict.name().toLowerCase(Locale.ROOT))
                    .append("** |");
            clients.forEach(client ->
                    table.append(" **").append(count(client, verdict, streamed)).append("** |"));
            table.append('\n');
        }
        return table.append('\n').toString();
    }

    private Result result(String client, Scenario scenario, boolean streamed) {
        return results.stream()
                .filter(each -> each.cell().client().equals(client)
                        && each.cell().scenario() == scenario
                        && each.cell().streamed() == streamed)
                .findFirst()
                .orElseThrow();
    }

    private long count(String client, Verdict verdict, boolean streamed) {
        return results.stream()
                .filter(each -> each.cell().client().equals(client)
                        && each.cell().streamed() == streamed
                        && each.verdict() == verdict)
                .count();
    }

    private String silentRoutes() {
        StringBuilder table = new StringBuilder("""
                ## A silent route, beyond the yardstick

                S06 once more, for ours alone: the first provider accepts the request and says nothing. How long until the caller has
                the whole answer?

                | options | form | limit | waited | attempts | | |
                | --- | --- | ---: | ---: | --- | --- | --- |
                """);
        silentRoutes.forEach(each -> table.append(each.row()));
        return table.append('\n').toString();
    }

    /** What the yardstick wants to be known and does not judge. */
    private String records() {
        StringBuilder list = new StringBuilder("## On the record\n\n");
        for (String client : clients) {
            for (boolean streamed : new boolean[] {true, false}) {
                Result refusal = result(client, Scenario.S13, streamed);
                Result outage = result(client, Scenario.S15, streamed);
                list.append(String.format(
                        Locale.ROOT,
                        "- %s, %s: in S13 the fallback was %s and the provider's reason %s the caller; in S15 %.1f attempts for "
                                + "each request in the outage.%n",
                        client,
                        refusal.cell().form(),
                        refusal.seen().otherAttempts() > 0 ? "asked" : "not asked",
                        isReasonHandedOn(refusal.seen().call()) ? "reached" : "did not reach",
                        (double) outage.seen().attemptsInOutage()
                                / outage.seen().callsInOutage().size()));
            }
            List<Observation> whole = results.stream()
                    .filter(each ->
                            each.cell().client().equals(client) && !each.cell().streamed())
                    .map(Result::seen)
                    .toList();
            list.append(String.format(
                    Locale.ROOT,
                    "- %s, whole: %d of %d attempts asked the provider for a stream underneath.%n",
                    client,
                    whole.stream().mapToInt(Observation::streamedAttempts).sum(),
                    whole.stream().mapToInt(each -> each.attempts().size()).sum()));
        }
        return list.append('\n').toString();
    }

    private static boolean isReasonHandedOn(Call call) {
        return call.shows(FaultyProvider.POLICY_VIOLATION) || call.shows(FaultyProvider.POLICY_SENTENCE);
    }

    private String notes() {
        List<String> notes = new ArrayList<>();
        for (String client : clients) {
            for (boolean streamed : new boolean[] {true, false}) {
                for (Scenario scenario : Scenario.values()) {
                    Result result = result(client, scenario, streamed);
                    if (result.verdict() != Verdict.PASS) {
                        notes.add(String.format(
                                Locale.ROOT,
                                "- %s, %s, %s: **%s**. %s%n",
                                client,
                                result.cell().form(),
                                scenario,
                                result.verdict().name().toLowerCase(Locale.ROOT),
                                result.story()));
                    }
                }
            }
        }
        return notes.isEmpty() ? "" : "## What happened where it is not a pass\n\n" + String.join("", notes);
    }
}
