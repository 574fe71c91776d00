package io.github.tideover.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.ChatRequest.Setting;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolChoice;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a request for a model that cannot do all of it: one rule a test. */
class AdaptationTest {
    private static final Tool TOOL = Tool.function("f", "", Map.of());
    private static final ResponseFormat SCHEMA = ResponseFormat.jsonSchema("n", Map.of("type", "object"));

    private static Adaptation fit(ChatRequest.Builder request, Consumer<Capabilities.Builder> target) {
        Capabilities.Builder known = Capabilities.unknown().toBuilder();
        target.accept(known);
        return Adaptation.of(request.build(), "m", known.build());
    }

    private static ChatRequest.Builder ask() {
        return ChatRequest.builder().user("Hi");
    }

    private static ChatRequest.Builder everything() {
        return ask().temperature(1.5)
                .topP(0.5)
                .maxOutputTokens(1_000)
                .seed(7)
                .stop("a", "b")
                .reasoningEffort("xhigh")
                .tools(TOOL)
                .toolChoice(ToolChoice.REQUIRED)
                .parallelToolCalls(false)
                .responseFormat(SCHEMA);
    }

    @Test
    void whereNothingIsKnownTheRequestStaysAsItIs() {
        ChatRequest request = everything().build();
        Adaptation fit = Adaptation.of(request, "m", Capabilities.unknown());
        assertThat(fit.request()).isSameAs(request);
        assertThat(fit.sentences()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Ability.class)
    void aRequestThatAsksForNothingStaysAsItIs(Ability ability) {
        ChatRequest request = ask().build();
        Adaptation fit = Adaptation.of(
                request, "m", Capabilities.unknown().toBuilder().lacks(ability).build());
        assertThat(fit.request()).isSameAs(request);
        assertThat(fit.sentences()).isEmpty();
    }

    @Test
    void everythingThatIsChangedIsTold() {
        Adaptation fit = fit(everything(), c -> c.lacks(Ability.values()).maxOutputTokens(100));
        assertThat(fit.sentences())
                .containsExactly(
                        "temperature 1.5 was left out: m takes none",
                        "top_p 0.5 was left out: m takes none",
                        "the limit of 1000 tokens became 100, the most that m writes",
                        "the seed was left out: m takes none",
                        "the stop texts were left out: m takes none",
                        "the reasoning effort xhigh was left out: m takes none",
                        "that tools are called one at a time was left out: m cannot be held to it and may wish for several",
                        "that a tool must be called was left out: m cannot be told so",
                        "the JSON schema was put into the messages: m cannot be held to one beside tools");
        ChatRequest sent = fit.request();
        assertThat(sent.temperature()).isEmpty();
        assertThat(sent.topP()).isEmpty();
        assertThat(sent.maxOutputTokens()).hasValue(100);
        assertThat(sent.seed()).isEmpty();
        assertThat(sent.stop()).isEmpty();
        assertThat(sent.reasoningEffort()).isEmpty();
        assertThat(sent.parallelToolCalls()).isEmpty();
        assertThat(sent.toolChoice()).isEmpty();
        assertThat(sent.tools()).containsExactly(TOOL);
        assertThat(sent.responseFormat()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0.2, 0.2, 0", "1.0, 1.0, 0", "1.5, 1.0, 1"})
    void aTemperatureIsLoweredToTheHighest(double asked, double sent, int told) {
        Adaptation fit = fit(ask().temperature(asked), c -> c.maxTemperature(1));
        assertThat(fit.request().temperature()).hasValue(sent);
        assertThat(fit.sentences()).hasSize(told);
    }

    @Test
    void whatIsTheDefaultAnywayIsLeftOutInSilence() {
        Adaptation fit = fit(ask().temperature(1).topP(1), c -> c.lacks(Ability.TEMPERATURE, Ability.TOP_P));
        assertThat(fit.request().temperature()).isEmpty();
        assertThat(fit.request().topP()).isEmpty();
        assertThat(fit.sentences()).isEmpty();
    }

    @Test
    void topPGivesWayToTheTemperatureWhereBothAreTooMuch() {
        Consumer<Capabilities.Builder> target = c -> c.lacks(Ability.TOP_P_BESIDE_TEMPERATURE);
        Adaptation fit = fit(ask().temperature(0.2).topP(0.9), target);
        assertThat(fit.request().temperature()).hasValue(0.2);
        assertThat(fit.request().topP()).isEmpty();
        assertThat(fit.sentences()).containsExactly("top_p 0.9 was left out: m takes none beside a temperature");
        assertThat(fit(ask().topP(0.9), target).request().topP()).hasValue(0.9);
        assertThat(fit(ask().temperature(0.2).topP(0.9), target.andThen(c -> c.lacks(Ability.TEMPERATURE)))
                        .request()
                        .topP())
                .as("no temperature is left to give way to")
                .hasValue(0.9);
    }

    @Test
    void stopTextsBeyondTheMostAreLeftOut() {
        Adaptation fit = fit(ask().stop("a", "b", "c"), c -> c.maxStopTexts(2));
        assertThat(fit.request().stop()).containsExactly("a", "b");
        assertThat(fit.sentences()).containsExactly("the stop texts after the first 2 were left out: m takes no more");
        assertThat(fit(ask().stop("a", "b"), c -> c.maxStopTexts(2)).sentences())
                .isEmpty();
    }

    @ParameterizedTest(name = "{0} of {1}: {2}")
    @CsvSource({
        "low, low medium high, low",
        "none, low medium high, low",
        "minimal, none low medium, none",
        "none, minimal low, minimal",
        "xhigh, low medium high max, high",
        "max, low medium high xhigh, xhigh",
        "medium, low high, low",
        "HIGH, low medium, medium",
        "gut, low medium, gut",
        "2048, low medium, 2048",
    })
    void anEffortBecomesTheNearestThatAsksForNoMore(String asked, String known, String sent) {
        Adaptation fit = fit(ask().reasoningEffort(asked), c -> c.reasoningEfforts(known.split(" ")));
        assertThat(fit.request().reasoningEffort()).contains(sent);
        assertThat(fit.sentences())
                .isEqualTo(
                        asked.equals(sent)
                                ? List.of()
                                : List.of(
                                        "the reasoning effort " + asked + " became " + sent + ": m does not know it"));
    }

    @Test
    void whereNoChoiceOfToolsIsTakenNoneMeansThatThereAreNone() {
        Consumer<Capabilities.Builder> target = c -> c.lacks(Ability.TOOL_CHOICE);
        Adaptation none = fit(ask().tools(TOOL).toolChoice(ToolChoice.NONE), target);
        assertThat(none.request().tools()).isEmpty();
        assertThat(none.request().toolChoice()).isEmpty();
        assertThat(none.sentences()).containsExactly("the tools were left out: m cannot be told to call none");
        Adaptation auto = fit(ask().tools(TOOL).toolChoice(ToolChoice.AUTO), target);
        assertThat(auto.request().tools()).containsExactly(TOOL);
        assertThat(auto.request().toolChoice()).isEmpty();
        assertThat(auto.sentences()).as("which is the default").isEmpty();
    }

    @Test
    void aSchemaGoesToWhereTheInstructionsAre() {
        ChatRequest.Builder request = ChatRequest.builder()
                .system("Be brief.")
                .user("Hi")
                .system("Now.")
                .responseFormat(SCHEMA);
        Adaptation fit = fit(request, c -> c.lacks(Ability.JSON_SCHEMA).has(Ability.JSON));
        assertThat(fit.request().responseFormat()).contains(ResponseFormat.json());
        assertThat(fit.request().messages())
                .containsExactly(
                        Message.system("Be brief."),
                        Message.system("Answer with JSON that fits this JSON schema, and with nothing else:\n"
                                + "{\"type\":\"object\"}"),
                        Message.user("Hi"),
                        Message.system("Now."));
        assertThat(fit(request, c -> c.lacks(Ability.JSON_SCHEMA)).request().responseFormat())
                .as("whether it can be held to any JSON is not known")
                .isEmpty();
    }

    @Test
    void anyJsonIsLeftToTheMessages() {
        Adaptation fit = fit(ask().responseFormat(ResponseFormat.json()), c -> c.lacks(Ability.JSON));
        assertThat(fit.request().responseFormat()).isEmpty();
        assertThat(fit.request().messages()).hasSize(1);
        assertThat(fit.sentences()).containsExactly("the format JSON was left to the messages: m cannot be held to it");
    }

    @Test
    void aFormatBesideToolsIsLeftToTheMessagesThoughItCouldBeHadAlone() {
        Consumer<Capabilities.Builder> target =
                c -> c.has(Ability.JSON, Ability.JSON_SCHEMA).lacks(Ability.FORMAT_BESIDE_TOOLS);
        assertThat(fit(ask().responseFormat(SCHEMA), target).sentences()).isEmpty();
        Adaptation fit = fit(ask().responseFormat(SCHEMA).tools(TOOL), target);
        assertThat(fit.request().responseFormat()).isEmpty();
        assertThat(fit.request().tools()).containsExactly(TOOL);
        assertThat(fit.request().messages().get(0).text()).endsWith("{\"type\":\"object\"}");
        assertThat(fit.sentences())
                .containsExactly("the JSON schema was put into the messages: m cannot be held to one beside tools");
        Adaptation any = fit(ask().responseFormat(ResponseFormat.json()).tools(TOOL), target);
        assertThat(any.request().responseFormat()).isEmpty();
        assertThat(any.sentences())
                .containsExactly("the format JSON was left to the messages: m cannot be held to it beside tools");
    }

    @Test
    void whatTheApplicationSaysInTheProvidersWordsStaysItsBusiness() {
        ChatRequest.Builder request = everything()
                .extra("temperature", 2)
                .extra("top_p", 1)
                .extra("seed", 3)
                .extra("max_tokens", 5)
                .extra("stop", "x")
                .extra("reasoning_effort", "max")
                .extra("tool_choice", "auto")
                .extra("response_format", Map.of());
        ChatRequest asked = request.build();
        Adaptation fit = fit(request, c -> c.lacks(Ability.values()).maxOutputTokens(1));
        assertThat(fit.sentences()).isEmpty();
        assertThat(fit.request().temperature()).isEqualTo(asked.temperature());
    }

    @Test
    void allElseOfARequestStays() {
        ChatRequest asked = everything()
                .tenant("t")
                .allowedProviders("p")
                .requiredTags("eu")
                .extra("x", 1)
                .build();
        ChatRequest sent = fit(asked.toBuilder(), c -> c.lacks(Ability.SEED)).request();
        assertThat(sent.seed()).isEmpty();
        assertThat(sent.toBuilder().seed(7).build()).usingRecursiveComparison().isEqualTo(asked);
    }

    @ParameterizedTest
    @EnumSource(Setting.class)
    void aSettingCanBeLeftToTheProviderAgain(Setting setting) {
        ChatRequest asked = everything().build();
        ChatRequest without = asked.toBuilder().without(setting).build();
        Object left = switch (setting) {
            case TEMPERATURE -> without.temperature().isPresent();
            case TOP_P -> without.topP().isPresent();
            case MAX_OUTPUT_TOKENS -> without.maxOutputTokens().isPresent();
            case SEED -> without.seed().isPresent();
            case REASONING_EFFORT -> without.reasoningEffort().isPresent();
            case TOOL_CHOICE -> without.toolChoice().isPresent();
            case PARALLEL_TOOL_CALLS -> without.parallelToolCalls().isPresent();
            case RESPONSE_FORMAT -> without.responseFormat().isPresent();
        };
        assertThat(left).isEqualTo(false);
    }
}
