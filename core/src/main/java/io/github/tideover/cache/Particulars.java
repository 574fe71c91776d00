package io.github.tideover.cache;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What makes two questions different however alike they sound: a number, a negation, a name, an opposite, or the same words the
 * other way round. No embedder tells these apart reliably, and the wrong order cancelled is worse than no answer.
 *
 * <p>Numbers and names are found in any language; opposites are English, and some negations German, Spanish and French too.
 */
final class Particulars {
    /** Sides between which a question decides; words of one side mean the same here. */
    private static final String[] OPPOSITES = {
        "open create | close delete terminate remove cancel",
        "enable activate | disable deactivate",
        "block freeze | unblock unfreeze",
        "blocked frozen | unblocked unfrozen",
        "include included | exclude excluded",
        "start begin | stop end | pause | resume",
        "add | remove delete",
        "increase raise | decrease reduce lower",
        "upgrade | downgrade",
        "buy order | sell | return",
        "before | after",
        "in | out",
        "on | off",
        "login | logout",
        "with | without",
        "accept accepted | reject rejected decline declined",
        "send sent | receive received",
        "deposit | withdraw withdrawal",
        "incoming | outgoing",
        "import | export",
        "upload | download",
        "minimum | maximum",
        "more | less fewer",
        "old | new",
        "cheap cheapest | expensive",
        "today | tomorrow | yesterday",
        "morning | afternoon | evening | night",
        "daily | weekly | monthly | yearly annual",
        "hour | day | week | month | year",
        "monday | tuesday | wednesday | thursday | friday | saturday | sunday | weekend",
        "january | february | march | april | june | july | august | september | october | november | december",
        "small | medium | large",
        "male men man | female women woman",
        "adult | child children",
        "left | right",
        "email | phone | post",
        "name | address",
        "debit | credit",
    };

    /** Words that may stand for each other. What is the same but for one other word asks for something else. */
    private static final String[] SYNONYMS = {
        "ship deliver send shipping delivery",
        "parcel package order shipment",
        "cost price charge fee",
        "item product article goods",
        "buy purchase order",
        "get receive",
        "shop store",
        "talk speak",
        "person human agent",
        "change update edit modify",
        "show display see view find",
        "minimum minimal least",
        "mobile phone cell",
        "id identity identification",
        "arrive come get",
        "reset renew recover",
        "accept take",
        "kid child",
        "fail decline reject",
    };

    private static final Map<String, Set<Integer>> MEANINGS = meanings();

    private static final Map<String, List<Side>> SIDES = sides();
    /** With "from" and "to" swapped, all other words may stand where they stood. */
    private static final Set<String> DIRECTIONS = Set.of("from", "to", "into", "before", "after", "than", "by");

    private static final Set<String> ASKS = Set.of("when", "where", "who", "why", "wann", "wo", "wer", "warum");
    /** From this share of common words on, another order is the same words the other way round. */
    private static final double NEARLY_ALL = 0.8;

    private final List<String> numbers;
    private final boolean isNegated;
    private final Set<String> names;
    private final Set<String> words;
    private final Map<Integer, Set<Integer>> sides;
    private final List<String> order;
    private final Set<String> telling;
    private final Set<String> asks;

    private Particulars(
            List<String> numbers,
            boolean isNegated,
            Set<String> names,
            Set<String> words,
            Map<Integer, Set<Integer>> sides,
            List<String> order,
            Set<String> telling,
            Set<String> asks) {
        this.numbers = numbers;
        this.isNegated = isNegated;
        this.names = names;
        this.words = words;
        this.sides = sides;
        this.order = order;
        this.telling = telling;
        this.asks = asks;
    }

    private record Side(int group, int place) {}

    static Particulars of(String question) {
        List<String> numbers = new ArrayList<>();
        boolean isNegated = false;
        Set<String> names = new HashSet<>();
        Set<String> words = new HashSet<>();
        Map<Integer, Set<Integer>> sides = new HashMap<>();
        List<String> order = new ArrayList<>();
        Set<String> telling = new HashSet<>();
        Set<String> asks = new HashSet<>();
        boolean isShouted = question.equals(question.toUpperCase(Locale.ROOT));
        boolean isFirst = true;
        for (String written : Words.asWritten(question)) {
            String word = Words.plain(written);
            boolean isNumber = Words.hasDigit(word);
            boolean isNegation = Words.isNegation(word);
            boolean isTelling = isNumber || Words.isTelling(word) && !isNegation;
            words.add(word);
            if (isNumber) {
                numbers.add(word);
            }
            isNegated |= isNegation;
            if (isTelling) {
                telling.add(word);
            }
            if (ASKS.contains(word)) {
                asks.add(word);
            }
            if (isTelling || DIRECTIONS.contains(word)) {
                order.add(word);
            }
            // A first word is written large whatever it is; in a text of capitals, nothing is a name.
            if (isTelling && !isFirst && !isShouted && Character.isUpperCase(written.charAt(0))) {
                names.add(word);
            }
            for (Side side : SIDES.getOrDefault(word, List.of())) {
                sides.computeIfAbsent(side.group(), any -> new HashSet<>()).add(side.place());
            }
            isFirst = false;
        }
        Collections.sort(numbers);
        return new Particulars(numbers, isNegated, names, words, sides, order, telling, asks);
    }

    /** Whether both may ask for the same thing, as far as particulars can tell. */
    boolean allow(Particulars other) {
        return numbers.equals(other.numbers)
                && isNegated == other.isNegated
                && other.words.containsAll(names)
                && words.containsAll(other.names)
                && !isOppositeOf(other)
                && !asksElse(other)
                && !isButForOneWord(other)
                && !isTheOtherWayRound(other);
    }

    private boolean isOppositeOf(Particulars other) {
        for (Map.Entry<Integer, Set<Integer>> mine : sides.entrySet()) {
            Set<Integer> theirs = other.sides.get(mine.getKey());
            if (theirs != null && !theirs.equals(mine.getValue())) {
                return true;
            }
        }
        return false;
    }

    /** When, where, who and why are four questions; how and what are put for any of them. */
    private boolean asksElse(Particulars other) {
        return !asks.isEmpty() && !other.asks.isEmpty() && Collections.disjoint(asks, other.asks);
    }

    private boolean isButForOneWord(Particulars other) {
        Set<String> mine = new HashSet<>(telling);
        Set<String> theirs = new HashSet<>(other.telling);
        mine.removeAll(other.telling);
        theirs.removeAll(telling);
        if (mine.size() != 1 || theirs.size() != 1) {
            return false;
        }
        String one = mine.iterator().next();
        String another = theirs.iterator().next();
        return isNegatedBy(one, another) || isNegatedBy(another, one) || !areAlike(one, another);
    }

    private static boolean areAlike(String one, String another) {
        int common = 0;
        while (common < Math.min(one.length(), another.length()) && one.charAt(common) == another.charAt(common)) {
            common++;
        }
        boolean isOneForm = common >= 3 && common >= Math.max(one.length(), another.length()) - 3;
        boolean isSynonym =
                !Collections.disjoint(MEANINGS.getOrDefault(one, Set.of()), MEANINGS.getOrDefault(another, Set.of()));
        boolean isOnOneSide =
                !Collections.disjoint(SIDES.getOrDefault(one, List.of()), SIDES.getOrDefault(another, List.of()));
        return isOneForm || isSynonym || isOnOneSide;
    }

    private static boolean isNegatedBy(String word, String other) {
        return other.endsWith(word)
                && Set.of("un", "in", "im", "ir", "dis", "non")
                        .contains(other.substring(0, other.length() - word.length()));
    }

    private static Map<String, Set<Integer>> meanings() {
        Map<String, Set<Integer>> meanings = new HashMap<>();
        for (int i = 0; i < SYNONYMS.length; i++) {
            for (String word : SYNONYMS[i].split(" ", -1)) {
                meanings.computeIfAbsent(Words.plain(word), any -> new HashSet<>())
                        .add(i);
            }
        }
        return meanings;
    }

    private boolean isTheOtherWayRound(Particulars other) {
        List<String> mine = new ArrayList<>(order);
        List<String> theirs = new ArrayList<>(other.order);
        mine.retainAll(other.order);
        theirs.retainAll(order);
        boolean isNearlyAll =
                mine.size() >= NEARLY_ALL * order.size() && theirs.size() >= NEARLY_ALL * other.order.size();
        return isNearlyAll && !mine.equals(theirs);
    }

    private static Map<String, List<Side>> sides() {
        Map<String, List<Side>> sides = new HashMap<>();
        for (int group = 0; group < OPPOSITES.length; group++) {
            String[] each = OPPOSITES[group].split(" \\| ", -1);
            for (int place = 0; place < each.length; place++) {
                for (String word : each[place].split(" ", -1)) {
                    sides.computeIfAbsent(Words.plain(word), any -> new ArrayList<>(1))
                            .add(new Side(group, place));
                }
            }
        }
        return sides;
    }
}
