package io.github.tideover;

import static io.github.tideover.failure.FailureKind.NOT_ALLOWED;
import static io.github.tideover.failure.FailureKind.UNSUPPORTED;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rungs from which answers may come, and which of them are there for a request: a provider that may not see it, or whose
 * model cannot do what it asks, is not asked in any way. A model that is only worse suited is asked after the others.
 */
final class Ladder {
    private final List<Rung> rungs;
    private final List<Rung.Ask> asks;
    private final Way whole;
    /** Whether all that is known of the models could make a difference to a request. */
    private final boolean isParticular;

    private final long smallestWindow;

    Ladder(List<Rung> rungs) {
        this.rungs = List.copyOf(rungs);
        asks = rungs.stream()
                .filter(Rung.Ask.class::isInstance)
                .map(Rung.Ask.class::cast)
                .toList();
        whole = new Way(this.rungs, asks.size(), List.of(), null);
        isParticular = asks.stream().anyMatch(ask -> Demand.mayMiss(ask.capabilities()));
        smallestWindow = asks.stream().mapToLong(Rung.Ask::window).min().orElse(Rung.Ask.UNKNOWN_WINDOW);
    }

    /**
     * The rungs that are there for a request.
     *
     * @param rungs the rungs in the order in which they are asked
     * @param suited at which place those begin that are worse suited, and what is no provider
     * @param passedBy why the others are not there, or are asked later
     * @param nobody why no provider is there at all; null if one is
     */
    record Way(
            List<Rung> rungs,
            int suited,
            List<Failure> passedBy,
            @Nullable Failure nobody) {}

    /** Finds the way of a request. */
    Way wayOf(ChatRequest request) {
        boolean isOpen =
                request.allowedProviders().isEmpty() && request.requiredTags().isEmpty();
        boolean isShort = Demand.fitsSurely(request, smallestWindow);
        if (isOpen && isShort && (!isParticular || Demand.isPlain(request))) {
            return whole;
        }
        Demand demand = Demand.of(request);
        List<Failure> passedBy = new ArrayList<>(asks.size());
        List<Rung.Ask> able = new ArrayList<>(asks.size());
        Set<String> missing = new LinkedHashSet<>();
        boolean anyAllowed = false;
        for (Rung.Ask ask : asks) {
            String reason = whyNot(request, ask);
            List<String> lacking = demand.lackedBy(ask.capabilities());
            anyAllowed |= reason == null;
            if (reason != null) {
                passedBy.add(passed(ask, NOT_ALLOWED, NOT_ALLOWED.cause() + ": " + reason));
            } else if (!lacking.isEmpty()) {
                missing.addAll(lacking);
                passedBy.add(passed(ask, UNSUPPORTED, UNSUPPORTED.cause() + ": no " + String.join(", no ", lacking)));
            } else {
                able.add(ask);
            }
        }
        if (able.isEmpty()) {
            Failure nobody = anyAllowed
                    ? Failure.of(UNSUPPORTED)
                            .message("no model of this client can do what is asked: it takes "
                                    + String.join(", ", missing))
                            .build()
                    : Failure.of(NOT_ALLOWED).message(whyNobody(request)).build();
            passedBy.add(nobody);
            return new Way(List.of(), 0, passedBy, nobody);
        }
        return ordered(demand, isShort ? 0 : Demand.leastTokens(request), able, passedBy);
    }

    /** Puts those that are worse suited behind the others, if one of the others is known to be well suited. */
    private Way ordered(Demand demand, long tokens, List<Rung.Ask> able, List<Failure> passedBy) {
        List<List<String>> drawbacks = new ArrayList<>(able.size());
        for (Rung.Ask ask : able) {
            drawbacks.add(demand.drawbacksOf(ask, tokens));
        }
        boolean isOneSuited = false;
        for (int i = 0; i < able.size(); i++) {
            isOneSuited |= drawbacks.get(i).isEmpty() && demand.isSurelyMetBy(able.get(i), tokens);
        }
        List<Rung> order = new ArrayList<>(rungs.size());
        List<Rung> behind = new ArrayList<>(0);
        for (int i = 0; i < able.size(); i++) {
            Rung.Ask ask = able.get(i);
            if (drawbacks.get(i).isEmpty() || !isOneSuited) {
                order.add(ask);
            } else {
                behind.add(ask);
                passedBy.add(passed(
                        ask, UNSUPPORTED, "to be asked after the others: " + String.join(", ", drawbacks.get(i))));
            }
        }
        int suited = order.size();
        order.addAll(behind);
        rungs.stream().filter(rung -> !(rung instanceof Rung.Ask)).forEach(order::add);
        return new Way(order, suited, passedBy, null);
    }

    private static Failure passed(Rung.Ask ask, FailureKind kind, String message) {
        return Failure.of(kind).source(ask.route().name()).message(message).build();
    }

    /** Why a provider may not see a request; null if it may. */
    private static @Nullable String whyNot(ChatRequest request, Rung.Ask ask) {
        Set<String> allowed = request.allowedProviders();
        if (!allowed.isEmpty() && !allowed.contains(ask.provider())) {
            return "it is not among those allowed";
        }
        if (ask.tags().containsAll(request.requiredTags())) {
            return null;
        }
        return "it is not tagged "
                + request.requiredTags().stream()
                        .filter(tag -> !ask.tags().contains(tag))
                        .collect(Collectors.joining(", "));
    }

    private String whyNobody(ChatRequest request) {
        Set<String> own = asks.stream().map(Rung.Ask::provider).collect(Collectors.toCollection(LinkedHashSet::new));
        String strangers = request.allowedProviders().stream()
                .filter(name -> !own.contains(name))
                .collect(Collectors.joining("\", \"", "\"", "\""));
        String sentence = "no provider of this client may see the request";
        if (strangers.length() > 2) {
            return sentence + ": " + strangers + (strangers.contains("\", \"") ? " are" : " is")
                    + " allowed and not among its providers, which are " + String.join(", ", own);
        }
        return sentence + ": none that is allowed is tagged " + String.join(", ", request.requiredTags());
    }

    /** Whether an answer that a provider gave before may be given to a request. */
    boolean mayServe(ChatRequest request, String provider) {
        Set<String> allowed = request.allowedProviders();
        if (!allowed.isEmpty() && !allowed.contains(provider)) {
            return false;
        }
        // Of a provider that is not on this ladder nobody knows how it is tagged.
        return request.requiredTags().isEmpty()
                || asks.stream().anyMatch(ask -> ask.provider().equals(provider))
                        && asks.stream()
                                .filter(ask -> ask.provider().equals(provider))
                                .allMatch(ask -> ask.tags().containsAll(request.requiredTags()));
    }
}
