package io.github.tideover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.provider.Provider;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jackson's data binding is large: a JVM that fills no record loads none of it. */
@Timeout(60)
class DataBindingIsLoadedLateTest {
    record Order(int number) {}

    /** One call, and with an argument one that fills a record. */
    public static final class Program {
        private Program() {}

        public static void main(String[] args) {
            String answer = "{\\\"number\\\":7}";
            try (LoopbackProvider server = new LoopbackProvider().does(LoopbackProvider.says(answer));
                    Tideover tideover = Tideover.builder()
                            .provider(
                                    Provider.openAiCompatible(server.baseUrl()).model("m"))
                            .build()) {
                System.out.println("said " + tideover.chat("Which order?").text());
                try (ReplyStream stream = tideover.stream("Which order?")) {
                    System.out.println("said " + stream.reply().text());
                }
                if (args.length > 0) {
                    System.out.println("read "
                            + tideover.chat("Which order?", Order.class).value().number());
                }
            }
        }
    }

    private static List<String> printed(String... args) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-Xlog:class+load:stdout",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName());
        builder.command().addAll(List.of(args));
        Process process = builder.redirectErrorStream(true).start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            List<String> all = lines.lines().toList();
            assertThat(process.waitFor()).as(String.join("\n", all)).isZero();
            return all;
        }
    }

    private static boolean isDataBinding(String line) {
        return line.contains("tools.jackson.databind.") || line.contains("com.fasterxml.jackson.annotation.");
    }

    @Test
    void aPlainChatAndAStreamLoadNoDataBinding() throws Exception {
        List<String> printed = printed();
        assertThat(printed).anyMatch(line -> line.equals("said {\"number\":7}"));
        assertThat(printed).noneMatch(DataBindingIsLoadedLateTest::isDataBinding);
    }

    @Test
    void aRecordLoadsIt() throws Exception {
        List<String> printed = printed("record");
        assertThat(printed).anyMatch(line -> line.equals("read 7"));
        assertThat(printed).anyMatch(DataBindingIsLoadedLateTest::isDataBinding);
    }
}
