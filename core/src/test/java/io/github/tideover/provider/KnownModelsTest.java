package io.github.tideover.provider;

import static io.github.tideover.provider.Ability.CONTINUATION;
import static io.github.tideover.provider.Ability.FILES;
import static io.github.tideover.provider.Ability.FORMAT_BESIDE_TOOLS;
import static io.github.tideover.provider.Ability.FORMAT_STREAMED;
import static io.github.tideover.provider.Ability.IMAGES;
import static io.github.tideover.provider.Ability.IMAGE_ADDRESSES;
import static io.github.tideover.provider.Ability.JSON_SCHEMA;
import static io.github.tideover.provider.Ability.REASONING_EFFORT;
import static io.github.tideover.provider.Ability.SEED;
import static io.github.tideover.provider.Ability.STOP;
import static io.github.tideover.provider.Ability.STREAMING;
import static io.github.tideover.provider.Ability.TEMPERATURE;
import static io.github.tideover.provider.Ability.TOOLS;
import static io.github.tideover.provider.Ability.TOOL_CHOICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.tideover.provider.KnownModels.Rule;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of models, and what an application says beyond it. */
class KnownModelsTest {
    static List<Rule> rules() {
        return KnownModels.rules();
    }

    private static Optional<Rule> ruleFor(Vendor vendor, String model) {
        return rules().stream().filter(rule -> rule.knows(vendor, model)).findFirst();
    }

    // --- the table itself

    @ParameterizedTest
    @MethodSource("rules")
    void eachRuleIsReachedByItsExampleAtEachOfItsProviders(Rule rule) {
        for (Vendor vendor : rule.vendors()) {
            assertThat(ruleFor(vendor, rule.example()))
                    .as("the first rule that knows %s at %s", rule.example(), vendor)
                    .containsSame(rule);
        }
    }

    @Test
    void noExampleIsThatOfTwoRules() {
        assertThat(rules()).extracting(Rule::example).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void whatARuleSaysHoldsTogether(Rule rule) {
        Capabilities known = toldBy(rule);
        assertThat(known.maxOutputTokens().orElse(0))
                .isLessThanOrEqualTo(known.contextWindow().orElse(Integer.MAX_VALUE));
        if (known.lacks(IMAGES)) {
            assertThat(known.lacks(IMAGE_ADDRESSES))
                    .as("whoever reads no image")
                    .isTrue();
            assertThat(known.imageTypes()).isEmpty();
        }
        if (known.lacks(REASONING_EFFORT)) {
            assertThat(known.reasoningEfforts()).isEmpty();
        }
        List<String> order = List.of("none", "minimal", "low", "medium", "high", "xhigh", "max");
        assertThat(order).containsAll(known.reasoningEfforts());
        assertThat(known.reasoningEfforts()).isSortedAccordingTo((a, b) -> order.indexOf(a) - order.indexOf(b));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aRuleSaysSomething(Rule rule) {
        assertThat(toldBy(rule)).doesNotHaveToString(Capabilities.unknown().toString());
    }

    private static Capabilities toldBy(Rule rule) {
        Capabilities.Builder builder = Capabilities.unknown().toBuilder();
        rule.says().accept(builder);
        return builder.build();
    }

    @ParameterizedTest
    @EnumSource(Vendor.class)
    void ofAModelNobodyKnowsNoAbilityIsDenied(Vendor vendor) {
        Capabilities known = KnownModels.byChatCompletions(vendor, "nobody-knows-1");
        assertThat(known.contextWindow()).isEmpty();
        assertThat(known.maxOutputTokens()).isEmpty();
        if (vendor != Vendor.OLLAMA) {
            assertThat(EnumSet.of(IMAGES, IMAGE_ADDRESSES, FILES, TOOLS)).noneMatch(known::lacks);
        }
    }

    // --- names

    @ParameterizedTest(name = "{0} at {1}: window {2}")
    @CsvSource({
        "gpt-4, OPENAI, 8192",
        "gpt-4-0613, OPENAI, 8192",
        "gpt-4-turbo-2024-04-09, OPENAI, 128000",
        "gpt-4o-2024-08-06, OPENAI, 128000",
        "gpt-4o-audio-preview, OPENAI, 0",
        "gpt-4.1-nano-2025-04-14, OPENAI, 1047576",
        "gpt-5, OPENAI, 400000",
        "gpt-5-2025-08-07, OPENAI, 400000",
        "gpt-5-nano, OPENAI, 400000",
        "gpt-5.1, OPENAI, 400000",
        "gpt-5.2-2025-12-11, OPENAI, 400000",
        "gpt-5.4, OPENAI, 1050000",
        "gpt-5.4-mini, OPENAI, 400000",
        "gpt-5.5, OPENAI, 1050000",
        "openai/gpt-5-mini, OPENROUTER, 400000",
        "gpt-5-mini, AZURE, 0",
        "gpt-5-mini, ANOTHER, 0",
        "o3, OPENAI, 200000",
        "o3-mini, OPENAI, 200000",
        "gpt-9, OPENAI, 0",
        "claude-sonnet-4-5, OPENAI, 0",
        "anthropic/claude-opus-4.8, OPENROUTER, 1000000",
        "google/gemini-2.5-pro, OPENROUTER, 1048576",
        "deepseek-chat, DEEPSEEK, 1000000",
        "grok-4-0709, XAI, 256000",
        "x-ai/grok-4, OPENROUTER, 256000",
    })
    void aModelIsKnownByItsNameWhereItIsToBeTrusted(String model, Vendor vendor, int window) {
        assertThat(KnownModels.byChatCompletions(vendor, model).contextWindow().orElse(0))
                .isEqualTo(window);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "llama3.2, no",
        "llama3.2:1b, no",
        "llama3.2-vision:11b, yes",
        "llama3.3, no",
        "meta-llama/Llama-3.3-70B-Instruct, no",
        "meta-llama/Llama-3.2-11B-Vision-Instruct, yes",
        "meta-llama/llama-3.2-90b-vision-instruct, yes",
        "accounts/fireworks/models/llama-v3p3-70b-instruct, no",
        "accounts/fireworks/models/llama-v3p2-11b-vision-instruct, yes",
        "llama-3.3-70b-versatile, no",
        "llama4, yes",
        "meta-llama/Llama-4-Scout-17B-16E-Instruct, yes",
        "openai/gpt-oss-120b, no",
        "gpt-oss:20b, no",
        "qwen3:8b, no",
        "Qwen/Qwen3-32B, no",
        "qwen2.5-coder:7b, no",
        "Qwen/Qwen2.5-VL-7B-Instruct, yes",
        "qwen3-vl:8b, yes",
        "qwen3.5:27b, ?",
        "qwen2.5-omni, ?",
        "gemma3:4b, yes",
        "gemma3:1b, ?",
        "gemma3n:e4b, ?",
        "deepseek-r1:8b, no",
        "deepseek-ai/DeepSeek-V3.1, no",
        "mistral-nemo, ?",
        "llava, ?",
    })
    void publishedWeightsReadTheSameWhereverTheyRun(String model, String images) {
        for (Vendor vendor : Set.of(Vendor.OLLAMA, Vendor.ANOTHER, Vendor.TOGETHER, Vendor.OPENROUTER)) {
            Capabilities known = KnownModels.byChatCompletions(vendor, model);
            assertThat(known.has(IMAGES) ? "yes" : known.lacks(IMAGES) ? "no" : "?")
                    .as("%s at %s", model, vendor)
                    .isEqualTo(images);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        // continues, schema, temperature, window, output
        "claude-2.1, ?, no, ?, 0, 4096",
        "claude-3-haiku-20240307, yes, no, yes, 200000, 4096",
        "claude-3-5-haiku-latest, yes, no, yes, 200000, 8192",
        "claude-3-7-sonnet-20250219, yes, no, yes, 200000, 64000",
        "claude-opus-4-20250514, yes, no, yes, 200000, 32000",
        "claude-sonnet-4-0, yes, no, yes, 200000, 64000",
        "claude-opus-4-5-20251101, yes, yes, yes, 200000, 64000",
        "claude-haiku-4-5, yes, yes, yes, 200000, 64000",
        "us.anthropic.claude-sonnet-4-6-v1:0, no, yes, yes, 1000000, 64000",
        "claude-opus-4-6, no, yes, yes, 1000000, 128000",
        "claude-opus-4-8, no, yes, no, 1000000, 128000",
        "claude-sonnet-5, no, yes, no, 1000000, 128000",
        "claude-next, no, yes, no, 1000000, 128000",
        "kimi-k3, ?, ?, ?, 0, 0",
    })
    void aClaudeIsKnownByItsVersion(
            String model, String continues, String schema, String temperature, int window, int output) {
        Capabilities known = KnownModels.byMessages(model);
        assertThat(told(known, CONTINUATION)).isEqualTo(continues);
        assertThat(told(known, JSON_SCHEMA)).isEqualTo(schema);
        assertThat(told(known, TEMPERATURE)).isEqualTo(temperature);
        assertThat(known.contextWindow().orElse(0)).isEqualTo(window);
        assertThat(known.maxOutputTokens().orElse(0)).isEqualTo(output);
        assertThat(known.lacks(SEED)).isTrue();
        assertThat(known.maxTemperature()).hasValue(1);
    }

    @ParameterizedTest(name = "{0}: effort {1}, output {2}")
    @CsvSource({
        "gemini-1.5-pro, no, 8192",
        "gemini-2.0-flash-001, no, 8192",
        "models/gemini-2.5-pro, yes, 65536",
        "gemini-3-pro-preview, yes, 65536",
        "gemini-flash-latest, yes, 65536",
        "gemini-2.5-flash-image, ?, 0",
        "gemma-3-27b-it, ?, 0",
    })
    void aGeminiIsKnownByItsGeneration(String model, String effort, int output) {
        Capabilities known = KnownModels.byGemini(model);
        assertThat(told(known, REASONING_EFFORT)).isEqualTo(effort);
        assertThat(known.maxOutputTokens().orElse(0)).isEqualTo(output);
        assertThat(known.maxStopTexts()).hasValue(5);
    }

    @ParameterizedTest(name = "{0} at {1}")
    @CsvSource({
        // beside tools, in a stream, schema
        "llama-3.3-70b-versatile, GROQ, no, no, no",
        "openai/gpt-oss-120b, GROQ, no, no, yes",
        "openai/gpt-oss-safeguard-20b, GROQ, no, no, no",
        "openai/gpt-oss-120b, TOGETHER, ?, ?, ?",
        "command-a-03-2025, COHERE, no, ?, yes",
        "grok-3, XAI, no, ?, yes",
        "grok-4, XAI, yes, ?, yes",
        "google/gemini-2.5-pro, OPENROUTER, no, ?, yes",
        "google/gemini-3-pro-preview, OPENROUTER, yes, ?, yes",
        "gpt-5-mini, OPENAI, yes, ?, yes",
        "o3-mini, OPENAI, yes, ?, yes",
        "anthropic/claude-opus-4.8, OPENROUTER, yes, ?, yes",
    })
    void whereAFormatIsTaken(String model, Vendor vendor, String besideTools, String streamed, String schema) {
        Capabilities known = KnownModels.byChatCompletions(vendor, model);
        assertThat(told(known, FORMAT_BESIDE_TOOLS)).isEqualTo(besideTools);
        assertThat(told(known, FORMAT_STREAMED)).isEqualTo(streamed);
        assertThat(told(known, JSON_SCHEMA)).isEqualTo(schema);
    }

    private static String told(Capabilities known, Ability ability) {
        return known.has(ability) ? "yes" : known.lacks(ability) ? "no" : "?";
    }

    @Test
    void theResponsesApiHasNeitherStopTextsNorSeedWhateverTheModel() {
        for (Vendor vendor : Vendor.values()) {
            Capabilities known = KnownModels.byResponses(vendor, "gpt-4o");
            assertThat(known.lacks(STOP)).isTrue();
            assertThat(known.lacks(SEED)).isTrue();
        }
        assertThat(KnownModels.byResponses("gpt-4o").has(IMAGES)).isTrue();
    }

    // --- what is said of a provider

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "https://api.openai.com/v1/, OPENAI",
        "https://eu.api.openai.com/v1/, OPENAI",
        "https://API.OPENAI.COM/v1/, OPENAI",
        "https://api.openai.com.example.org/v1/, ANOTHER",
        "https://myapi.openai.com/v1/, ANOTHER",
        "https://mine.openai.azure.com/openai/v1/, AZURE",
        "https://api.groq.com/openai/v1/, GROQ",
        "https://api.together.ai/v1/, TOGETHER",
        "http://localhost:11434/v1/, OLLAMA",
        "http://127.0.0.1:11434/v1/, OLLAMA",
        "http://gpu.example.com:11434/v1/, ANOTHER",
        "http://localhost:8000/v1/, ANOTHER",
    })
    void aServerIsKnownByItsHost(String baseUrl, Vendor vendor) {
        Provider provider = Provider.openAiCompatible(baseUrl).model("nobody-knows-1");
        assertThat(provider.capabilities())
                .hasToString(
                        KnownModels.byChatCompletions(vendor, "nobody-knows-1").toString());
        okhttp3.HttpUrl url = okhttp3.HttpUrl.get(baseUrl);
        assertThat(Vendor.at(url.host(), url.port(), provider.isLocal())).isEqualTo(vendor);
    }

    @Test
    void whatIsSaidOfAProviderHoldsWhateverItsModel() {
        Provider told = Provider.openAi("k")
                .capabilities(c -> c.lacks(IMAGES).contextWindow(10_000))
                .model("gpt-5-mini");
        assertThat(told.capabilities().lacks(IMAGES)).isTrue();
        assertThat(told.capabilities().has(TOOLS)).isTrue();
        assertThat(told.capabilities().contextWindow()).hasValue(10_000);
        Capabilities other =
                told.model("gpt-4").capabilities(c -> c.has(IMAGES)).capabilities();
        assertThat(other.has(IMAGES)).as("what is said last").isTrue();
        assertThat(other.contextWindow()).hasValue(10_000);
        assertThat(Provider.openAi("k").model("gpt-5-mini").capabilities().has(IMAGES))
                .isTrue();
    }

    /** With thinking switched off in DeepSeek's own words, the application says so here too. */
    @Test
    void deepSeekThinksUnaskedAndThenChoosesItsToolsItself() {
        Provider deepSeek = Provider.deepSeek("k").model("deepseek-v4-pro");
        assertThat(deepSeek.capabilities().lacks(TOOL_CHOICE)).isTrue();
        assertThat(deepSeek.capabilities(c -> c.has(TOOL_CHOICE)).capabilities().lacks(TOOL_CHOICE))
                .isFalse();
    }

    @Test
    void whatWasKnownCanBeMadeUnknown() {
        Capabilities known = Provider.ollama()
                .model("llama3.2")
                .capabilities(c -> c.unknown(IMAGES, TOOL_CHOICE))
                .capabilities();
        assertThat(known.lacks(IMAGES)).isFalse();
        assertThat(known.has(IMAGES)).isFalse();
        assertThat(known.lacks(TOOL_CHOICE)).isFalse();
    }

    @Test
    void streamingAndContinuingAreAbilitiesLikeTheOthers() {
        Provider plain = Provider.openAiCompatible("https://chat.example.com/v1/");
        assertThat(plain.capabilities().lacks(STREAMING)).isFalse();
        assertThat(plain.streaming(false).capabilities().lacks(STREAMING)).isTrue();
        assertThat(plain.capabilities().has(CONTINUATION)).isFalse();
        assertThat(plain.continuesReplies(true).capabilities().has(CONTINUATION))
                .isTrue();
        assertThat(Provider.anthropic("k")
                        .model("claude-haiku-4-5")
                        .continuesReplies(false)
                        .capabilities()
                        .has(CONTINUATION))
                .isFalse();
    }

    @Test
    void tagsAddUp() {
        Provider plain = Provider.openAi("k");
        assertThat(plain.tags()).isEmpty();
        assertThat(plain.tags("eu").tags("no-training", "eu").model("m").tags()).containsExactly("eu", "no-training");
        assertThatIllegalArgumentException().isThrownBy(() -> plain.tags(" ")).withMessage("tag must not be blank");
    }

    @Test
    void whatCannotBeIsRefusedByTheSetter() {
        Provider provider = Provider.openAi("k");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.capabilities(c -> c.contextWindow(0)))
                .withMessage("contextWindow must be at least 1, not 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.capabilities(c -> c.maxTemperature(2.5)))
                .withMessage("maxTemperature must be above 0 and at most 2, not 2.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.capabilities(c -> c.imageTypes("png")))
                .withMessage("imageTypes are media types such as image/png, not \"png\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.capabilities(c -> c.fileTypes()))
                .withMessage("fileTypes needs a media type; for none, say that the ability is lacking");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.capabilities(c -> c.reasoningEfforts()))
                .withMessageStartingWith("reasoningEfforts needs a word");
        assertThatNullPointerException().isThrownBy(() -> provider.capabilities(null));
        assertThat(Arrays.stream(Ability.values()).map(Ability::words)).doesNotHaveDuplicates();
    }
}
