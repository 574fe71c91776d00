package io.github.tideover.examples.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    private static Options parse(String line, Map<String, String> environment) {
        return Options.parse(line.isBlank() ? new String[0] : line.split(" "), environment);
    }

    @Test
    void withoutAnythingTheProviderIsItsOwnAndThePortTheUsualOne() {
        Options options = parse("", Map.of());
        assertThat(options.provider()).isEmpty();
        assertThat(options.port()).isEqualTo(8080);
        assertThat(parse("--port=9000", Map.of()).port()).isEqualTo(9000);
    }

    @Test
    void aKeyMeansOpenAiUnlessTheDemoIsWanted() {
        Map<String, String> environment = Map.of("OPENAI_API_KEY", "sk-1");
        assertThat(parse("", environment).provider().orElseThrow().model()).contains("gpt-5-mini");
        assertThat(parse("--model m", environment).provider().orElseThrow().model())
                .contains("m");
        assertThat(parse("--demo", environment).provider()).isEmpty();
    }

    @Test
    void anotherServerIsAskedUnderItsOwnAddress() {
        assertThat(parse("--base-url http://localhost:11434/v1 --model llama3.2", Map.of())
                        .provider()
                        .orElseThrow()
                        .baseUrl())
                .isEqualTo("http://localhost:11434/v1/");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --port                     | --port needs a value after it
            --port 80808               | --port needs a number from 0 to 65535, not 80808
            --port x                   | --port needs a number from 0 to 65535, not x
            --prot 80                  | there is no option --prot; --help lists those there are
            hello                      | the argument is not an option; --help lists the options
            --port 1 --port 2          | --port is given twice
            --demo=1                   | --demo takes no value
            --base-url http://a/v1/    | --base-url needs --model beside it: which of the server's models to ask
            --model m                  | --model needs --base-url, or OPENAI_API_KEY in the environment
            --key k                    | --key belongs to --base-url; for OpenAI set OPENAI_API_KEY
            --demo --model m           | --demo brings its own providers; leave out --model, or --demo
            """)
    void whatCannotBeMeantIsToldInOneSentence(String line, String sentence) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse(line, Map.of()))
                .withMessage(sentence);
    }

    private static String run(int expected, boolean isError, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = WebChat.run(
                args,
                Map.of(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        assertThat(status).isEqualTo(expected);
        return (isError ? err : out).toString(StandardCharsets.UTF_8);
    }

    @Test
    void theHelpNamesEveryOption() {
        assertThat(run(0, false, "--help"))
                .contains("--port N", "--base-url URL", "--model M", "--key K", "--demo", "--help", "gpt-5-mini");
    }

    @Test
    void wrongUseEndsWithASentence() {
        assertThat(run(2, true, "--prot")).isEqualTo("there is no option --prot; --help lists those there are\n");
    }

    @Test
    void aPortThatIsTakenIsToldWithAWayOut() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(run(1, true, "--port", Integer.toString(taken.getLocalPort())))
                    .isEqualTo("Port " + taken.getLocalPort()
                            + " is taken; choose another with --port, or --port 0 for any that is free.\n");
        }
    }

    @Test
    void whenItRunsItSaysWhereAndEndsWhenItIsInterrupted() throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CountDownLatch said = new CountDownLatch(1);
        PrintStream screen = new PrintStream(out, true, StandardCharsets.UTF_8) {
            @Override
            public void println(String line) {
                super.println(line);
                if (line.startsWith("Ctrl-C")) {
                    said.countDown();
                }
            }
        };
        Thread running = new Thread(() -> WebChat.run(new String[] {"--port", "0"}, Map.of(), screen, System.err));
        running.start();
        assertThat(said.await(20, TimeUnit.SECONDS)).isTrue();
        running.interrupt();
        running.join(20_000);
        assertThat(running.isAlive()).isFalse();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .matches("(?s)Chat: +http://localhost:\\d+/\n.*control\n.*status\nCtrl-C ends it\\.\n");
    }
}
