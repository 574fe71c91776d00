package io.github.tideover.benchmarks.scorecard;

import java.util.List;

/** What a healthy provider says: always the same sixty words, with the model's name and token counts. */
final class HealthyAnswer {
    static final String TEXT =
            "When the tide goes out a harbour does not close: boats made fast to it lie still and wait, "
                    + "lamps along the quay stay lit, people go on with their work, and when the water comes back, as it does "
                    + "twice in every day, each of them floats again as though there had been nothing at all to wait for.";

    /** Its tokens: a word each, with the space before it. */
    static final List<String> TOKENS = List.of(TEXT.split("(?= )"));

    private static final String USAGE = "{\"prompt_tokens\":9,\"completion_tokens\":60,\"total_tokens\":69}";

    private HealthyAnswer() {}

    /** Whether a text is the answer, all of it and nothing else. Whitespace does not count. */
    static boolean is(String text) {
        return fold(text).equals(fold(TEXT));
    }

    static int wordsIn(String text) {
        String folded = fold(text);
        return folded.isEmpty() ? 0 : folded.split(" ").length;
    }

    /** The whole reply. */
    static String completion(String model) {
        return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1754688929,\"model\":\"" + model
                + "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + TEXT
                + "\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":" + USAGE + "}";
    }

    /** The event before the first token. */
    static String roleEvent(String model) {
        return choice(model, "{\"role\":\"assistant\",\"content\":\"\"}", "null", "");
    }

    static String tokenEvent(String model, String token) {
        return choice(model, "{\"content\":\"" + token + "\"}", "null", "");
    }

    /** The event that says the text is complete, with the token counts unless they come in an event of their own. */
    static String finishEvent(String model, boolean withUsage) {
        return choice(model, "{}", "\"stop\"", withUsage ? ",\"usage\":" + USAGE : "");
    }

    /** The event with the token counts alone, for who asked for it. */
    static String usageEvent(String model) {
        return "data: {" + chunk(model) + ",\"choices\":[],\"usage\":" + USAGE + "}\n\n";
    }

    private static String choice(String model, String delta, String finishReason, String usage) {
        return "data: {" + chunk(model) + ",\"choices\":[{\"index\":0,\"delta\":" + delta
                + ",\"logprobs\":null,\"finish_reason\":" + finishReason + "}]" + usage + "}\n\n";
    }

    private static String chunk(String model) {
        return "\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1754688929,\"model\":\"" + model
                + "\"";
    }

    private static String fold(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }
}
