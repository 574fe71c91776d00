package io.github.tideover.benchmarks.scorecard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Puts clients through sixteen faults of a provider, in both forms of a reply, and says how each came through.
 *
 * <p>A cell is mostly waiting, so many run at once. The fast profile has ours alone.
 */
public final class Scorecard {
    static final String OURS = "tideover";
    private static final String OURS_WITHOUT_STREAMS = "tideover without streams";
    private static final String HAND_ASSEMBLED = "handAssembled";

    /** Cells at once: few enough that two processors are idle most of the time. */
    private static final int AT_ONCE = 20;

    private static final long DEFAULTS_LIMIT_MILLIS = 12_000;

    private final Profile profile;
    private final Map<String, ScoredClient.Opener> clients = new LinkedHashMap<>();

    /** The fast run leaves little room, and is judged on machines that do other things besides; the full one is not. */
    private final @Nullable Stalls stalls;

    private Scorecard(Profile profile) {
        this.profile = profile;
        stalls = profile == Profile.FAST ? Stalls.watch() : null;
        clients.put(OURS, ScoredTideover::withBudget);
        if (profile == Profile.FULL) {
            clients.put(OURS_WITHOUT_STREAMS, ScoredTideover::withoutStreams);
            clients.put(HAND_ASSEMBLED, ScoredHandAssembled::new);
            clients.putAll(ScoredPeers.present());
        }
    }

    /**
     * {@code args}: {@code fast} or {@code full}, and the page to write if it is full. Ends with 1 if ours does not pass
     * everywhere.
     */
    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        Scorecard scorecard = new Scorecard(Profile.valueOf(args[0].toUpperCase(Locale.ROOT)));
        scorecard.warmUp();
        ScorecardPage page = scorecard.run();
        System.out.println();
        System.out.println(page.tables());
        if (scorecard.profile == Profile.FULL && args.length > 1) {
            Files.writeString(Path.of(args[1]), page.text(), UTF_8);
        }
        System.exit(page.isAllOurs() ? 0 : 1); // whatever threads hang
    }

    /** Loads each client's classes, so that the first cells do not pay for it. */
    private void warmUp() throws IOException {
        for (Map.Entry<String, ScoredClient.Opener> client : clients.entrySet()) {
            try (FaultyProvider provider = FaultyProvider.start(Scenario.S03, profile);
                    ScoredClient opened = client.getValue().open(provider.baseUrl(), profile)) {
                for (boolean streamed : new boolean[] {true, false}) {
                    provider.heal();
                    Screen screen = new Screen();
                    opened.ask(streamed, screen);
                    if (!HealthyAnswer.is(screen.text())) {
                        throw new IllegalStateException("it shows: " + screen.text());
                    }
                }
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(client.getKey() + " gets no answer from a healthy provider", e);
            }
        }
    }

    private ScorecardPage run() throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE, task -> {
            Thread thread = new Thread(task, "cell");
            thread.setDaemon(true);
            return thread;
        });
        double loadBefore = load();
        long began = System.nanoTime();
        List<Future<SilentRoute>> silences = new ArrayList<>();
        for (boolean streamed : new boolean[] {true, false}) {
            Cell atDefaults = silentCell((baseUrl, shortened) -> ScoredTideover.atDefaults(baseUrl), streamed);
            silences.add(pool.submit(() -> silentRoute("defaults", atDefaults, DEFAULTS_LIMIT_MILLIS)));
            Cell withThirty = silentCell(ScoredTideover::withThirtySeconds, streamed);
            long limit = profile.seconds(30).toMillis() + 1_000;
            silences.add(pool.submit(() -> silentRoute("first token and attempt 30 s", withThirty, limit)));
        }
        List<Future<Result>> results = new ArrayList<>();
        for (Cell cell : cells()) {
            results.add(pool.submit(() -> result(cell)));
        }
        List<SilentRoute> silentRoutes = new ArrayList<>();
        for (Future<SilentRoute> each : silences) {
            silentRoutes.add(each.get());
        }
        List<Result> all = new ArrayList<>();
        for (Future<Result> each : results) {
            all.add(each.get());
        }
        pool.shutdownNow();
        if (stalls != null) {
            System.out.printf("This machine held threads up for %d ms in all.%n", stalls.millisSince(began));
            stalls.close();
        }
        return new ScorecardPage(List.copyOf(clients.keySet()), all, silentRoutes, loadBefore, load());
    }

    /** Every cell, those that take long first. */
    private List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (Scenario scenario : Scenario.values()) {
            clients.forEach((name, opener) -> {
                cells.add(new Cell(name, opener, scenario, profile, true));
                cells.add(new Cell(name, opener, scenario, profile, false));
            });
        }
        cells.sort(Comparator.comparingInt(
                (Cell cell) -> -cell.scenario().bound() * cell.scenario().requests()));
        return cells;
    }

    private Cell silentCell(ScoredClient.Opener opener, boolean streamed) {
        return new Cell(OURS, opener, Scenario.S06, profile, streamed);
    }

    private SilentRoute silentRoute(String options, Cell cell, long limit) throws IOException, InterruptedException {
        return new SilentRoute(options, cell, limit, observe(cell));
    }

    private Observation observe(Cell cell) throws IOException, InterruptedException {
        long began = System.nanoTime();
        Observation seen = cell.run();
        return stalls == null ? seen : seen.stalledFor(stalls.millisSince(began));
    }

    private Result result(Cell cell) throws IOException, InterruptedException {
        Result result = Result.of(cell, observe(cell));
        System.out.printf("%-24s %-9s %s  %s%n", cell.client(), cell.form(), cell.scenario(), lineOf(result));
        return result;
    }

    private static String lineOf(Result result) {
        return result.figures() + ": " + result.story();
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }
}
