package io.github.tideover.examples.web;

import io.github.tideover.Tideover;
import io.github.tideover.examples.embedded.Breakage;
import io.github.tideover.status.RouteStatus;
import io.github.tideover.status.ServiceState;
import io.github.tideover.testkit.Fault;
import io.github.tideover.testkit.SeenRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Breaks and mends the providers that the sample brings with it, and shows what they are asked. */
final class ControlPanel {
    static final String EXAMPLE = "{\"provider\": \"main\", \"way\": \"overloaded\"}";
    static final String WELL = "well";

    private static final int BAR_SECONDS = 5;
    private static final int BARS = 36;
    private static final int MOST_REQUESTS = 8;

    private final Assistant assistant;

    ControlPanel(Assistant assistant) {
        this.assistant = assistant;
    }

    /**
     * What is to be broken, and how.
     *
     * @param provider its id
     * @param way the {@linkplain Breakage#word() word} of a way, or {@value #WELL}
     */
    record Switch(@Nullable String provider, @Nullable String way) {}

    /** Whether there is something to break. */
    boolean canBreak() {
        return !assistant.breakables().isEmpty();
    }

    void turn(Switch to) {
        Breakable breakable = assistant.breakables().stream()
                .filter(each -> each.id().equals(to.provider()))
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        400,
                        "There is no such provider; there are "
                                + assistant.breakables().stream()
                                        .map(Breakable::id)
                                        .collect(Collectors.joining(" and "))
                                + "."));
        String way = to.way() == null ? "" : to.way();
        if (way.equals(WELL)) {
            breakable.mends();
        } else {
            breakable.breaks(Breakage.of(way)
                    .orElseThrow(() -> new Refusal(
                            400,
                            "There is no such way; there are " + WELL + ", "
                                    + Arrays.stream(Breakage.values())
                                            .map(Breakage::word)
                                            .collect(Collectors.joining(", "))
                                    + ".")));
        }
    }

    View view(Locale language) {
        Tideover tideover = assistant.tideover();
        return new View(
                StatusView.of(tideover.status(), language),
                tideover.status().routes().stream().map(ControlPanel::route).toList(),
                tideover.outbox().list().stream()
                        .filter(message -> message.state().isOpen())
                        .count(),
                Arrays.stream(Breakage.values())
                        .map(way -> new Way(way.word(), way.label(), way.sentence()))
                        .toList(),
                assistant.breakables().stream().map(ControlPanel::provider).toList());
    }

    private static Route route(RouteStatus route) {
        return new Route(
                route.provider(),
                route.model(),
                route.state(),
                route.nextTry().map(time -> time.toEpochMilli()).orElse(0L));
    }

    private static ProviderView provider(Breakable breakable) {
        List<SeenRequest> all = breakable.requests();
        int[] answered = new int[BARS];
        int[] failed = new int[BARS];
        int[] open = new int[BARS];
        List<Request> latest = new ArrayList<>();
        // From the last one back: they are in order, and only those of the last minutes are looked at.
        for (int i = all.size() - 1; i >= 0; i--) {
            SeenRequest request = all.get(i);
            long seconds = breakable.ageOf(request).toSeconds();
            int bar = (int) Math.min(BARS, seconds / BAR_SECONDS);
            if (bar < BARS) {
                int[] of = switch (request.ending()) {
                    case ANSWERED -> answered;
                    case UNDER_WAY -> open;
                    case REFUSED, BROKEN, LEFT -> failed;
                };
                of[BARS - 1 - bar]++;
            }
            if (latest.size() < MOST_REQUESTS) {
                latest.add(new Request(
                        request.number(),
                        seconds,
                        request.ending(),
                        request.fault().orElse(null)));
            }
            if (bar == BARS && latest.size() == MOST_REQUESTS) {
                break;
            }
        }
        List<Bar> bars = new ArrayList<>(BARS);
        for (int i = 0; i < BARS; i++) {
            bars.add(new Bar(answered[i], failed[i], open[i]));
        }
        return new ProviderView(
                breakable.id(),
                breakable.name(),
                breakable.role(),
                breakable.way().map(Breakage::word).orElse(WELL),
                all.size(),
                BAR_SECONDS,
                bars,
                latest);
    }

    /**
     * What the panel shows.
     *
     * @param waiting how many questions wait in the outbox
     * @param ways how a provider can be broken
     */
    record View(StatusView status, List<Route> routes, long waiting, List<Way> ways, List<ProviderView> providers) {}

    /** A way to break a provider. */
    record Way(String word, String label, String sentence) {}

    /**
     * What the client believes of a provider and model.
     *
     * @param nextTry when it is asked again at the earliest, in milliseconds since the epoch; 0 for at any time
     */
    record Route(String provider, String model, ServiceState state, long nextTry) {}

    /**
     * A provider, and what it was asked.
     *
     * @param way how it is broken, or {@value #WELL}
     * @param asked how many requests it was sent so far
     * @param bars what became of the requests of the last minutes, the latest last
     * @param latest the last requests, the latest first
     */
    record ProviderView(
            String id,
            String name,
            String role,
            String way,
            int asked,
            int barSeconds,
            List<Bar> bars,
            List<Request> latest) {}

    /** What became of the requests of a few seconds. */
    record Bar(int answered, int failed, int open) {}

    /** A request, and how many seconds ago it came. */
    record Request(
            int number,
            long age,
            SeenRequest.Ending ending,
            @Nullable Fault fault) {}
}
