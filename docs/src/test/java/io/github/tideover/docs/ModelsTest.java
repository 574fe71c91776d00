package io.github.tideover.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.provider.Ability;
import io.github.tideover.provider.Capabilities;
import io.github.tideover.provider.KnownModels;
import io.github.tideover.provider.Provider;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of models in docs/configuration.md has what the code knows, row by row. */
class ModelsTest {
    private static final Map<String, Provider> PROVIDERS = Map.of(
            "OpenAI", Provider.openAi("k"),
            "Anthropic", Provider.anthropic("k"),
            "Gemini", Provider.gemini("k"),
            "Mistral", Provider.mistral("k"),
            "DeepSeek", Provider.deepSeek("k"),
            "xAI", Provider.xAi("k"),
            "Cohere", Provider.cohere("k"),
            "Perplexity", Provider.perplexity("k"),
            "Groq", Provider.groq("k"),
            "anywhere", Provider.vllm());

    @Test
    void theTableIsWhatTheCodeKnows() throws ReflectiveOperationException {
        List<String> rows = Pages.rows(Pages.page("docs/configuration.md"), "What models can do").stream()
                .map(cells -> "| " + String.join(" | ", cells) + " |")
                .toList();
        assertThat(rows).isEqualTo(table());
    }

    private static List<String> table() throws ReflectiveOperationException {
        Method rules = KnownModels.class.getDeclaredMethod("rules");
        rules.setAccessible(true);
        List<String> rows = new ArrayList<>();
        for (Object rule : (Collection<?>) rules.invoke(null)) {
            String owner = (String) valueOf(rule, "owner");
            String example = (String) valueOf(rule, "example");
            Capabilities known = PROVIDERS.get(owner).model(example).capabilities();
            rows.add("| "
                    + String.join(
                            " | ",
                            owner,
                            "`" + example + "`",
                            told(known, Ability.IMAGES),
                            told(known, Ability.FILES),
                            told(known, Ability.TOOLS),
                            told(known, Ability.JSON_SCHEMA),
                            known.reasoningEfforts().isEmpty()
                                    ? told(known, Ability.REASONING_EFFORT)
                                    : known.reasoningEfforts().stream().collect(Collectors.joining(", ")),
                            told(known.contextWindow()),
                            told(known.maxOutputTokens()))
                    + " |");
        }
        return rows;
    }

    private static Object valueOf(Object rule, String name) throws ReflectiveOperationException {
        Method accessor = rule.getClass().getDeclaredMethod(name);
        accessor.setAccessible(true);
        return accessor.invoke(rule);
    }

    private static String told(Capabilities known, Ability ability) {
        return known.has(ability) ? "yes" : known.lacks(ability) ? "no" : "?";
    }

    private static String told(OptionalInt tokens) {
        return tokens.isPresent() ? String.format(Locale.ROOT, "%,d", tokens.getAsInt()) : "?";
    }
}
