package io.github.tideover.provider.gemini;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model, and what its name tells of its abilities. A name that states no generation, such as
 * {@code gemini-flash-latest}, is taken for one of the newest.
 *
 * @param name the name without {@code models/}
 * @param generation tenfold, so that 25 is 2.5
 */
record Model(String name, int generation) {
    private static final int NEWEST = 1000;
    private static final Pattern GENERATION = Pattern.compile("gemini-(\\d{1,2})(?:\\.(\\d))?(?![\\d.])");

    static Model of(String name) {
        String bare = name.startsWith("models/") ? name.substring("models/".length()) : name;
        Matcher stated = GENERATION.matcher(bare.toLowerCase(Locale.ROOT));
        if (!stated.lookingAt()) {
            return new Model(bare, NEWEST);
        }
        String fraction = stated.group(2);
        return new Model(
                bare, Integer.parseInt(stated.group(1)) * 10 + (fraction == null ? 0 : Integer.parseInt(fraction)));
    }

    /** Whether calls of tools must come back with a signature: https://ai.google.dev/gemini-api/docs/thought-signatures. */
    boolean signsCalls() {
        return generation >= 30;
    }

    /** Whether thinking, where there is some, is measured in levels, and not in tokens. */
    boolean thinksByLevel() {
        return generation >= 30;
    }

    boolean isPro() {
        return name.toLowerCase(Locale.ROOT).contains("-pro");
    }
}
