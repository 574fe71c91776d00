package io.github.tideover.provider;

/** The version in the name of a Claude. */
final class ClaudeVersion {
    private static final String CLAUDE = "claude";
    private static final int OF_OTHERS = -1;
    private static final int NEWEST = Integer.MAX_VALUE;
    private static final int LONGEST_NUMBER = 2;

    private ClaudeVersion() {}

    /**
     * 406 for {@code claude-sonnet-4-6}, {@code anthropic.claude-sonnet-4-6-v1} and {@code claude-sonnet-4.6@20260217}; the
     * highest number for a name without one, and -1 for a name without Claude.
     *
     * @param name a name in small letters
     */
    static int of(String name) {
        int claude = name.indexOf(CLAUDE);
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
}
