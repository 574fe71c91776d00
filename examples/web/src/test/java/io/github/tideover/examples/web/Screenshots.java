package io.github.tideover.examples.web;

import io.github.tideover.examples.embedded.Breakage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.openqa.selenium.OutputType;

/**
 * Makes the pictures of the documentation in Chromium: the web chat from the running program, and a drill's timeline from the page
 * that the drill has written.
 *
 * <pre>{@code
 * mvn -q -ntp -pl examples/web -am -Pscreenshots -DskipTests verify
 * }</pre>
 */
final class Screenshots {
    private Screenshots() {}

    /**
     * Makes them.
     *
     * @param args the folder for the pictures, and the page of a drill; where there is none, its picture is left as it is
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Files.createDirectories(folder);
        try (Chromium browser = Chromium.start()
                .orElseThrow(
                        () -> new IllegalStateException(
                                "pictures need chromium and chromedriver on the path; Debian has both: chromium, chromium-driver"))) {
            Files.write(folder.resolve("web-chat-outage.png"), outage(browser));
            Path drill = Path.of(args[1]).toAbsolutePath().normalize();
            if (Files.exists(drill)) {
                Files.write(folder.resolve("drill-timeline.png"), timeline(browser, drill));
            } else {
                System.out.println("There is no page of a drill at " + drill + ": its picture is left as it is.");
            }
        }
    }

    /** Each origin once: live, the backup, what was kept, what was kept of a similar question, and two that wait. */
    private static byte[] outage(Chromium browser) throws IOException {
        try (WebChat chat = WebChat.start(new Options(false, 0, Optional.empty()))) {
            Breakable main = chat.breakables().get(0);
            Breakable backup = chat.breakables().get(1);
            browser.resize(860, 1_275);
            browser.open(chat.url());
            browser.see("#empty");
            browser.ask("Where is my order?");
            browser.see("#turn-1 .answered");
            main.breaks(Breakage.OVERLOADED);
            browser.ask("When do you open?");
            browser.see("#turn-2 .answered");
            backup.breaks(Breakage.UNREACHABLE);
            browser.ask("So where is my order?");
            browser.see("#turn-3 .answered");
            browser.ask("Do you repair old lamps?");
            browser.see("#turn-4 .queued");
            browser.ask("How can I pay?");
            browser.see("#turn-5 .queued");
            browser.see("#banner.bad");
            return browser.screenshot();
        }
    }

    private static byte[] timeline(Chromium browser, Path drill) {
        browser.resize(1_100, 2_600); // as high as the picture, which is cut off at the window
        browser.open(drill.toUri().toString());
        return browser.see("#drill-timeline").getScreenshotAs(OutputType.BYTES);
    }
}
