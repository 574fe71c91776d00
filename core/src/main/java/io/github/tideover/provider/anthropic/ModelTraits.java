package io.github.tideover.provider.anthropic;

/**
 * What a model takes, as far as the models of Anthropic differ in it and their names tell. A name of Anthropic's that is not
 * understood is taken for the newest, and what is not named Claude, a model of somebody else's, for one that takes everything.
 *
 * <p>After Anthropic's migration guide (platform.claude.com/docs/en/about-claude/models/migration-guide) and its pages on
 * effort and on structured outputs, as of October 2026.
 */
final class ModelTraits {
    private static final String CLAUDE = "claude";
    private static final int OF_OTHERS = -1;
    private static final int NEWEST = Integer.MAX_VALUE;
    private static final int LONGEST_NUMBER = 2;

    private static final int CLAUDE_4 = 400;
    private static final int CLAUDE_4_5 = 405;
    private static final int CLAUDE_4_6 = 406;
    private static final int CLAUDE_4_7 = 407;

    private final String name;
    private final int version;

    ModelTraits(String name) {
        this.name = name;
        this.version = version(name);
    }

    /** Temperature and top_p: Opus 4.7 and what came after it refuse them, but for their default. */
    boolean takesSampling() {
        return version < CLAUDE_4_7;
    }

    /** Temperature beside top_p: refused since Opus 4.1, and advised against before. */
    boolean takesBothSamplings() {
        return version == OF_OTHERS;
    }

    /** {@code output_config.effort}: Opus since 4.5, Sonnet since 4.6, all newer lines; no Haiku of the 4th generation. */
    boolean takesEffort() {
        if (version == OF_OTHERS) {
            return true;
        }
        if (has("haiku") && version < CLAUDE_4 + 100) {
            return false;
        }
        return version >= (has("opus") ? CLAUDE_4_5 : CLAUDE_4_6);
    }

    /** The effort {@code xhigh}, which came with Opus 4.7. */
    boolean takesExtraHighEffort() {
        return version == OF_OTHERS || version >= CLAUDE_4_7;
    }

    /** {@code output_config.format}: the models since 4.5. */
    boolean takesFormat() {
        return version == OF_OTHERS || version >= CLAUDE_4_5;
    }

    /** Whether it is known to write more than 4,096 tokens: every Claude since the 4th generation does. */
    boolean writesLong() {
        return version >= CLAUDE_4;
    }

    private boolean has(String line) {
        return indexOf(name, line) >= 0;
    }

    /** 406 for {@code claude-sonnet-4-6}, {@code anthropic.claude-sonnet-4-6-v1} and {@code claude-sonnet-4.6@20260217}. */
    private static int version(String name) {
        int claude = indexOf(name, CLAUDE);
        if (claude < 0) {
            return OF_OTHERS;
        }
        int at = claude + CLAUDE.length();
        while (at < name.length()) {
            int end = endOfNumber(name, at);
            if (end == at) {
                at++;
            } else if (end - at > LONGEST_NUMBER) {
                at = end; // a date
            } else {
                return Integer.parseInt(name, at, end, 10) * 100 + minor(name, end);
            }
        }
        return NEWEST;
    }

    private static int minor(String name, int endOfMajor) {
        if (endOfMajor == name.length() || (name.charAt(endOfMajor) != '-' && name.charAt(endOfMajor) != '.')) {
            return 0;
        }
        int start = endOfMajor + 1;
        int end = endOfNumber(name, start);
        return end == start || end - start > LONGEST_NUMBER ? 0 : Integer.parseInt(name, start, end, 10);
    }

    private static int endOfNumber(String name, int from) {
        int at = from;
        while (at < name.length() && name.charAt(at) >= '0' && name.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    private static int indexOf(String name, String word) {
        for (int at = 0; at <= name.length() - word.length(); at++) {
            if (name.regionMatches(true, at, word, 0, word.length())) {
                return at;
            }
        }
        return -1;
    }
}
