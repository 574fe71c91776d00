package io.github.tideover.wire;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes a provider's words fit to be shown: one short line in which nothing looks like a key. Providers echo keys, whole
 * or in parts, in the message that rejects them.
 *
 * <p>Names of models and addresses stay readable, since they are what a person needs to see: a word is a key when it is
 * the configured one or a part of it, begins as keys do, is masked with stars, or is long and random.
 */
final class Redaction {
    private static final String REDACTED = "[redacted]";
    private static final int LONGEST_LINE = 200;
    private static final int LONG_WORD = 20;

    private static final Pattern CONTROLS_AND_SPACES = Pattern.compile("[\\s\\p{Cntrl}\\p{Cf}\\p{Z}]+");

    private static final Pattern CREDENTIALS = Pattern.compile("(?i)\\b(bearer|basic(?= \\S{12})) [^ \"',;<>]+");
    private static final Pattern LABELLED =
            Pattern.compile("(?i)((?:(?:key|token|secret|password)(?: provided)?[\"']? ?[:=] ?){1,4})[\"']?"
                    + "(?!\\[redacted)[^ \"',;<>]+");

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_+/=~*%.-]+");
    private static final Pattern KEY_PREFIX = Pattern.compile("(?<![A-Za-z0-9])(?:"
            + "(?:sk|rk|pk|ak|xai|gsk|csk|pplx|nvapi|tgp|hf|r8|fw|gh[opsu]|github_pat|glpat)[_-][A-Za-z0-9_*-]{4}"
            + "|AIza[A-Za-z0-9_*-]{4}|ya29\\.[A-Za-z0-9_*-]{4}|eyJ[A-Za-z0-9_*-]{8})");
    private static final Pattern MASKED = Pattern.compile("\\*{3}");
    private static final Pattern ESCAPE = Pattern.compile("%[0-9A-F]{2}");
    private static final Pattern PIECE = Pattern.compile("[A-Za-z0-9]+");

    /** A shorter text would be found in every second word. */
    private static final int SHORTEST_SECRET = 3;

    /** The end of a key, by which people are told which one is meant. */
    private static final int SHORTEST_END = 4;
    /** A part of a key from its middle or its beginning, where keys have what is no secret, such as {@code sk-proj-}. */
    private static final int SHORTEST_PART = 8;
    /** A shorter secret has parts that are words. */
    private static final int SHORTEST_IN_PARTS = 16;

    private static final Pattern DOTS = Pattern.compile("\\.{2,}");

    private final List<String> secrets;

    /** Hides what is configured to be secret as well as everything that looks like a key. */
    Redaction(Collection<String> secrets) {
        this.secrets = secrets.stream()
                .map(String::strip)
                .filter(secret -> secret.length() >= SHORTEST_SECRET)
                .flatMap(Redaction::spellings)
                .distinct()
                .toList();
    }

    /** As it is, and as an address has it, in which a provider may repeat it. */
    private static Stream<String> spellings(String secret) {
        String encoded = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        return Stream.of(
                secret,
                encoded,
                ESCAPE.matcher(encoded).replaceAll(escape -> escape.group().toLowerCase(Locale.ROOT)));
    }

    /** The text on one line of at most 200 characters, without keys. */
    String line(String text) {
        String line =
                CONTROLS_AND_SPACES.matcher(hideSecret(text)).replaceAll(" ").strip();
        line = CREDENTIALS.matcher(line).replaceAll("$1 " + REDACTED);
        line = LABELLED.matcher(line).replaceAll("$1" + REDACTED);
        line = WORD.matcher(line).replaceAll(word -> Matcher.quoteReplacement(hideKey(word.group())));
        return shorten(line);
    }

    /** Whether the text may be shown as it is. */
    boolean isHarmless(String text) {
        return line(text).equals(text);
    }

    /** Whether an id, which is random by nature, may be shown as it is. */
    boolean isHarmlessId(String id) {
        return hideSecret(id).equals(id) && !KEY_PREFIX.matcher(id).find();
    }

    private String hideSecret(String text) {
        String hidden = text;
        for (String secret : secrets) {
            hidden = hidden.replace(secret, REDACTED);
        }
        return hidden;
    }

    private String hideKey(String word) {
        String bare = word.endsWith(".") ? word.substring(0, word.length() - 1) : word;
        return looksLikeKey(bare) || isPartOfSecret(bare) ? REDACTED + word.substring(bare.length()) : word;
    }

    /** Whether the word, or what stands before or after dots in it, as in {@code sk-p...wxyz}, is cut from a secret. */
    private boolean isPartOfSecret(String word) {
        return DOTS.splitAsStream(word).anyMatch(part -> secrets.stream().anyMatch(secret -> isCutFrom(secret, part)));
    }

    private static boolean isCutFrom(String secret, String part) {
        boolean isEnd = part.length() >= SHORTEST_END && secret.endsWith(part);
        boolean isLong = part.length() >= SHORTEST_PART && secret.contains(part);
        return secret.length() >= SHORTEST_IN_PARTS && (isEnd || isLong);
    }

    private static boolean looksLikeKey(String word) {
        return KEY_PREFIX.matcher(word).find() || MASKED.matcher(word).find() || isRandom(word);
    }

    /**
     * A long word of letters and digits is random when one unbroken piece of it is long, or when it keeps changing
     * between capitals, small letters and digits. A model's name such as {@code claude-3-5-sonnet-20241022} does neither.
     */
    private static boolean isRandom(String word) {
        if (word.length() < LONG_WORD || !hasLetterAndDigit(word)) {
            return false;
        }
        int changes = 0;
        for (Matcher piece = PIECE.matcher(word); piece.find(); ) {
            if (piece.group().length() >= LONG_WORD && hasLetterAndDigit(piece.group())) {
                return true;
            }
            changes += changes(piece.group());
        }
        return changes >= word.length() / 5;
    }

    private static boolean hasLetterAndDigit(String word) {
        return word.chars().anyMatch(Character::isLetter) && word.chars().anyMatch(Character::isDigit);
    }

    private static int changes(String piece) {
        int changes = 0;
        for (int i = 1; i < piece.length(); i++) {
            boolean isCapitalised = i == 1 && Character.isUpperCase(piece.charAt(0));
            if (!isCapitalised && classOf(piece.charAt(i)) != classOf(piece.charAt(i - 1))) {
                changes++;
            }
        }
        return changes;
    }

    private static int classOf(char c) {
        return Character.isDigit(c) ? 0 : Character.isUpperCase(c) ? 1 : 2;
    }

    private static String shorten(String line) {
        if (line.length() <= LONGEST_LINE) {
            return line;
        }
        int end = LONGEST_LINE - 1;
        return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end) + "\u2026";
    }
}
