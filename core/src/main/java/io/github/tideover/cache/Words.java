package io.github.tideover.cache;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The words of a question, and which of them say little or much. */
final class Words {
    /** English, German, Spanish and French words that a question has whatever it is about. */
    private static final Set<String> FUNCTION_WORDS = setOf(
            "a an the and or of to in on at for with by from as is are was were be been am it its this that these those",
            "i me my mine we us our you your yours he she they them their i'm i've i'd do does did doing done have has had",
            "having can could will would shall should may might must if then so just please some any there here about into",
            "up out get got go going want wanted need like know tell let help hi hello hey thanks thank way possible able",
            "der die das ein eine ich mein meine ist sind und oder zu im in auf mit von bitte kann",
            "el la los las un una yo mi es son y o de en con por favor puedo",
            "le les une je mon ma est sont et ou du des dans avec pour puis");

    private static final Set<String> QUESTION_WORDS =
            setOf("how what why when where who which whose wie warum wann wo wer");

    private static final Set<String> NEGATIONS = setOf(
            "not no never none nothing nobody without cannot neither nor unable nicht kein keine keinen nie niemals ohne",
            "nunca sin ningún ninguna pas jamais sans aucun aucune");

    /** "One" is left out, for it stands for anything: "a new one". */
    private static final Map<String, String> NUMBER_WORDS = Map.ofEntries(
            Map.entry("zero", "0"),
            Map.entry("first", "1st"),
            Map.entry("second", "2nd"),
            Map.entry("third", "3rd"),
            Map.entry("fourth", "4th"),
            Map.entry("fifth", "5th"),
            Map.entry("two", "2"),
            Map.entry("three", "3"),
            Map.entry("four", "4"),
            Map.entry("five", "5"),
            Map.entry("six", "6"),
            Map.entry("seven", "7"),
            Map.entry("eight", "8"),
            Map.entry("nine", "9"),
            Map.entry("ten", "10"),
            Map.entry("eleven", "11"),
            Map.entry("twelve", "12"));

    private Words() {}

    private static Set<String> setOf(String... lines) {
        return Set.of(Stream.of(lines)
                .flatMap(line -> Stream.of(line.split(" ", -1)))
                .map(Words::withoutEnding)
                .distinct()
                .toArray(String[]::new));
    }

    /** Splits a text into its words as they are written. Apostrophes within a word belong to it. */
    static List<String> asWritten(String text) {
        String plain = Normalizer.normalize(text, Normalizer.Form.NFKC).replace('\u2019', '\'');
        List<String> words = new ArrayList<>();
        int begin = -1;
        for (int i = 0; i <= plain.length(); i++) {
            boolean isInside = i < plain.length() && isInside(plain, i, begin >= 0);
            if (isInside && begin < 0) {
                begin = i;
            } else if (!isInside && begin >= 0) {
                words.add(plain.substring(begin, i));
                begin = -1;
            }
        }
        return words;
    }

    private static boolean isInside(String text, int at, boolean begun) {
        char c = text.charAt(at);
        if (Character.isLetterOrDigit(c)
                || Character.isSurrogate(c)
                || Character.getType(c) == Character.NON_SPACING_MARK) {
            return true;
        }
        boolean isBetween = begun && at + 1 < text.length();
        boolean joins = c == '\'' && isBetween && Character.isLetter(text.charAt(at + 1));
        boolean isPartOfNumber = (c == '.' || c == ',')
                && isBetween
                && Character.isDigit(text.charAt(at - 1))
                && Character.isDigit(text.charAt(at + 1));
        return joins || isPartOfNumber;
    }

    /** A word in the form in which words are compared. */
    static String plain(String written) {
        String word = written.toLowerCase(Locale.ROOT);
        if (word.endsWith("'s")) {
            word = word.substring(0, word.length() - 2);
        }
        String number = NUMBER_WORDS.get(word);
        if (number != null) {
            return number;
        }
        return withoutEnding(word);
    }

    private static String withoutEnding(String word) {
        boolean isPlural = word.length() > 3 && word.endsWith("s") && !word.endsWith("ss") && !word.endsWith("us");
        return isPlural && !hasDigit(word) ? word.substring(0, word.length() - 1) : word;
    }

    static boolean hasDigit(String word) {
        return word.chars().anyMatch(Character::isDigit);
    }

    static boolean isNegation(String word) {
        return NEGATIONS.contains(word) || word.endsWith("n't");
    }

    /** Whether a word says what the question is about, and not only that it is one. */
    static boolean isTelling(String word) {
        return !FUNCTION_WORDS.contains(word) && !QUESTION_WORDS.contains(word);
    }

    static boolean isQuestionWord(String word) {
        return QUESTION_WORDS.contains(word);
    }
}
