package io.github.tideover.examples.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A drill in plain words. */
record Verdict(boolean isSurvived, String title, List<String> sentences) {
    static Verdict of(Summary summary, List<Goal> goals) {
        boolean isSurvived = goals.stream().allMatch(Goal::isMet);
        long missed = goals.stream().filter(goal -> !goal.isMet()).count();
        List<String> sentences = new ArrayList<>();
        Numbers ours = summary.tideover();
        summary.record()
                .stoppedAt()
                .ifPresent(at -> sentences.add("The drill was stopped after " + Words.time(at) + ", before its end."));
        sentences.add(answers(ours));
        if (ours.calls() > 0) {
            sentences.add("Users waited " + Words.time(ours.median()) + " in the median and "
                    + Words.time(ours.longest()) + " at most.");
        }
        summary.bare().ifPresent(bare -> sentences.add(bare(bare)));
        attempts(summary, sentences);
        notice(summary, sentences);
        return new Verdict(
                isSurvived,
                isSurvived ? "Survived" : "Not survived: " + Words.count(missed, "goal") + " missed",
                List.copyOf(sentences));
    }

    private static String answers(Numbers ours) {
        List<String> sources = new ArrayList<>();
        List<String> rest = new ArrayList<>();
        for (Outcome outcome : Outcome.values()) {
            int count = ours.of(outcome);
            if (count > 0) {
                if (outcome.isAnswer()) {
                    sources.add(count + " " + outcome.brief());
                } else if (outcome == Outcome.QUEUED) {
                    rest.add(count + (count == 1 ? " was " : " were ") + outcome.brief());
                } else {
                    rest.add(count + " got " + outcome.brief());
                }
            }
        }
        String answered = ours.answered() == ours.calls() && ours.calls() > 0
                ? "All " + Words.count(ours.calls(), "call") + " were answered"
                : "Of " + Words.count(ours.calls(), "call") + ", " + ours.answered()
                        + (ours.answered() == 1 ? " was answered" : " were answered");
        return answered + (sources.isEmpty() ? "" : ": " + Words.list(sources)) + "."
                + (rest.isEmpty() ? "" : " " + capital(Words.list(rest)) + ".");
    }

    private static String bare(Numbers bare) {
        int without = bare.calls() - bare.answered();
        return "The bare client left " + (without == 0 ? "none" : String.valueOf(without)) + " of "
                + (bare.calls() == 1 ? "the same call" : "the same " + bare.calls() + " calls")
                + " without an answer, and its longest wait was " + Words.time(bare.longest()) + ".";
    }

    private static void attempts(Summary summary, List<String> sentences) {
        summary.tideover().attemptsPerTroubledCall().ifPresent(ours -> {
            String words = "In trouble, the provider was asked " + ratio(ours) + " times for each call";
            sentences.add(words
                    + summary.bare()
                            .map(Numbers::attemptsPerTroubledCall)
                            .filter(theirs -> theirs.isPresent())
                            .map(theirs -> ", and " + ratio(theirs.getAsDouble()) + " times by the bare client")
                            .orElse("")
                    + ".");
        });
    }

    private static void notice(Summary summary, List<String> sentences) {
        List<String> facts = new ArrayList<>();
        summary.noticedAfter()
                .ifPresent(after ->
                        facts.add("Tideover said that something is wrong " + Words.time(after) + " after it began"));
        summary.tideover()
                .backAfter()
                .ifPresent(after -> facts.add((facts.isEmpty() ? "The" : "the") + " provider answered again "
                        + Words.time(after) + " after it was well"));
        if (!facts.isEmpty()) {
            sentences.add(String.join(", and ", facts) + ".");
        }
    }

    static String ratio(double number) {
        return String.format(Locale.ROOT, "%.2f", number);
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}
