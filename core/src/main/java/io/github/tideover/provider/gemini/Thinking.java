package io.github.tideover.provider.gemini;

import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;

/**
 * How hard a model is to think, as it wants to be told: a level from generation 3 on, a number of tokens at 2.5. Levels and
 * numbers are those that Google's own compatible API puts in the place of an effort.
 *
 * @param level the level, or empty
 * @param budget the number of tokens, or {@link #NO_BUDGET}
 * @param adaptation what is not as it was asked for, or empty
 * @see <a href="https://ai.google.dev/gemini-api/docs/openai#thinking">the table of efforts</a>
 * @see <a href="https://ai.google.dev/gemini-api/docs/thinking">what each model takes</a>
 */
record Thinking(String level, int budget, String adaptation) {
    private static final int NO_BUDGET = Integer.MIN_VALUE;
    private static final int LOW = 1_024;
    private static final int MEDIUM = 8_192;
    private static final int HIGH = 24_576;
    /** Gemini 2.5 Pro thinks with no less. */
    private static final int LEAST_OF_PRO = 128;

    private static final Pattern TOKENS = Pattern.compile("-1|\\d{1,6}");

    static Thinking of(Model model, String effort) {
        String word = effort.toLowerCase(Locale.ROOT);
        if (TOKENS.matcher(word).matches()) {
            return new Thinking("", Integer.parseInt(word), "");
        }
        return model.thinksByLevel() ? level(model, word) : budget(model, word);
    }

    private static Thinking level(Model model, String word) {
        return switch (word) {
            case "low", "high" -> new Thinking(word.toUpperCase(Locale.ROOT), NO_BUDGET, "");
            case "medium" ->
                model.isPro() && model.generation() == 30 // Gemini 3 Pro has two levels, 3.1 Pro three
                        ? new Thinking("HIGH", NO_BUDGET, instead(model, word, "high"))
                        : new Thinking("MEDIUM", NO_BUDGET, "");
            case "minimal" ->
                model.isPro()
                        ? new Thinking("LOW", NO_BUDGET, instead(model, word, "low"))
                        : new Thinking("MINIMAL", NO_BUDGET, "");
            case "none" ->
                model.isPro()
                        ? new Thinking("LOW", NO_BUDGET, instead(model, word, "low"))
                        : new Thinking("MINIMAL", NO_BUDGET, instead(model, word, "minimal"));
            case "xhigh", "max" -> new Thinking("HIGH", NO_BUDGET, instead(model, word, "high"));
            default -> unknown(model);
        };
    }

    private static Thinking budget(Model model, String word) {
        return switch (word) {
            case "minimal", "low" -> new Thinking("", LOW, "");
            case "medium" -> new Thinking("", MEDIUM, "");
            case "high" -> new Thinking("", HIGH, "");
            case "none" ->
                model.isPro()
                        ? new Thinking("", LEAST_OF_PRO, instead(model, word, LEAST_OF_PRO + " tokens"))
                        : new Thinking("", 0, "");
            case "xhigh", "max" -> new Thinking("", HIGH, instead(model, word, "high"));
            default -> unknown(model);
        };
    }

    private static String instead(Model model, String word, String other) {
        return model.name() + " knows no reasoning effort " + word + "; " + other + " was asked for.";
    }

    private static Thinking unknown(Model model) {
        return left(model.name() + " does not know the reasoning effort; it was left out.");
    }

    private static Thinking left(String adaptation) {
        return new Thinking("", NO_BUDGET, adaptation);
    }

    /** Whether the model is left to itself. */
    boolean isDefault() {
        return level.isEmpty() && budget == NO_BUDGET;
    }

    void write(JsonGenerator out) {
        out.writeStartObject();
        if (level.isEmpty()) {
            out.writeNumberProperty("thinkingBudget", budget);
        } else {
            out.writeStringProperty("thinkingLevel", level);
        }
        out.writeEndObject();
    }
}
