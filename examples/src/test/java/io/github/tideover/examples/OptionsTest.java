package io.github.tideover.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.examples.Options.Mode;
import io.github.tideover.provider.Provider;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    private static final Map<String, String> NOTHING_SET = Map.of();
    private static final Map<String, String> KEY_SET = Map.of("OPENAI_API_KEY", "sk-test-key");

    private static Options parse(Map<String, String> environment, String... args) {
        return Options.parse(args, environment);
    }

    private static Provider provider(Map<String, String> environment, String... args) {
        return parse(environment, args).provider().orElseThrow();
    }

    @Test
    void withNothingSetItIsTheDemo() {
        assertThat(parse(NOTHING_SET).mode()).isEqualTo(Mode.DEMO);
        assertThat(parse(Map.of("OPENAI_API_KEY", " ")).mode()).isEqualTo(Mode.DEMO);
    }

    @Test
    void aKeyMeansOpenAiWithAModelThatCanBeChosen() {
        assertThat(parse(KEY_SET).mode()).isEqualTo(Mode.CHAT);
        assertThat(provider(KEY_SET).name()).isEqualTo("openai");
        assertThat(provider(KEY_SET).model()).contains("gpt-5-mini");
        Map<String, String> modelSet = Map.of("OPENAI_API_KEY", "sk-test-key", "OPENAI_MODEL", "from-environment");
        assertThat(provider(modelSet).model()).contains("from-environment");
        assertThat(provider(modelSet, "--model", "from-line").model()).contains("from-line");
    }

    @Test
    void aBaseUrlMeansThatServerWhateverKeyIsSet() {
        Provider provider = provider(KEY_SET, "--base-url=http://localhost:11434/v1", "--model", "llama3.2");
        assertThat(provider.baseUrl()).isEqualTo("http://localhost:11434/v1/");
        assertThat(provider.model()).contains("llama3.2");
    }

    @Test
    void theDemoAndTheChatToPlayWithCanBeForced() {
        assertThat(parse(KEY_SET, "--demo").mode()).isEqualTo(Mode.DEMO);
        assertThat(parse(KEY_SET, "--play").mode()).isEqualTo(Mode.PLAY);
        assertThat(parse(KEY_SET, "--play").provider()).isEmpty();
    }

    @Test
    void nothingIsKeptInAFileUnlessOneIsNamed() {
        assertThat(parse(KEY_SET).history()).isEmpty();
        assertThat(parse(NOTHING_SET, "--play").history()).isEmpty();
        assertThat(parse(KEY_SET, "--history", "typed.txt").history()).contains(Path.of("typed.txt"));
        assertThat(parse(NOTHING_SET, "--play", "--history=typed.txt").history())
                .contains(Path.of("typed.txt"));
    }

    @Test
    void helpIsHelpWhateverElseIsThere() {
        assertThat(parse(NOTHING_SET, "--help", "--demo").mode()).isEqualTo(Mode.HELP);
        assertThat(Options.HELP)
                .contains("--base-url", "--model", "--key", "--demo", "--play", "--history", "gpt-5-mini");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --modle x                      | there is no option --modle; --help lists those there are
            hello                          | the argument is not an option; --help lists the options
            --model                        | --model needs a value after it
            --base-url --model m           | --base-url needs a value after it
            --model= --base-url http://a/  | --model needs a value after it
            --demo=yes                     | --demo takes no value
            --demo --demo                  | --demo is given twice
            --demo --model m               | --demo brings its own providers; leave out --model, or --demo
            --play --model m               | --play brings its own providers; leave out --model, or --play
            --play --demo                  | --play goes without --demo; leave out --demo, or --play
            --demo --history f             | --demo goes without --history; leave out --history, or --demo
            --history f                    | --history is for a chat: with --play, --base-url or OPENAI_API_KEY
            --base-url http://localhost/v1 | --base-url needs --model beside it: which of the server's models to ask
            --key k                        | --key belongs to --base-url; for OpenAI set OPENAI_API_KEY
            --model m                      | --model needs --base-url, or OPENAI_API_KEY in the environment
            --base-url localhost --model m | baseUrl is not an http(s) address, such as https://chat.example.com/v1/: localhost/
            """)
    void whatMakesNoSenseIsRefusedInASentence(String line, String sentence) {
        assertThatThrownBy(() -> parse(NOTHING_SET, line.split(" ")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence);
    }
}
