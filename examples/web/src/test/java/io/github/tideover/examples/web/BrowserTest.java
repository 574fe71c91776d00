package io.github.tideover.examples.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.github.tideover.examples.embedded.Breakage;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** What a person sees of an outage and can do in it, in a real browser. */
class BrowserTest {
    private static final String NO_BROWSER =
            "this machine has no chromium and chromedriver on its path; Debian has both: chromium, chromium-driver";

    private static Chromium browser;

    private WebChat chat;
    private Breakable main;
    private Breakable backup;

    @BeforeAll
    static void findABrowser() throws IOException {
        Optional<Chromium> found = Chromium.start();
        if (found.isEmpty()) {
            if ("required".equals(System.getProperty("tideover.browser"))) {
                fail(NO_BROWSER);
            }
            abort(NO_BROWSER);
        }
        browser = found.get();
        FirstReceipt.take();
    }

    @AfterAll
    static void closeTheBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        chat = WebChat.start(new Options(false, 0, Optional.empty()));
        main = chat.breakables().get(0);
        backup = chat.breakables().get(1);
        browser.resize(1_000, 900);
        browser.dark(false);
        browser.open(chat.url());
        browser.see("#empty");
    }

    @AfterEach
    void close() {
        chat.close();
    }

    private void breakBoth(Breakage way) {
        main.breaks(way);
        backup.breaks(way);
    }

    @Test
    void anOutageIsSeenAndOutlivedFromTheFirstErrorToTheLastAnswer() {
        browser.ask("Where is my order?");
        browser.see("#turn-1 .answer", Shop.answer("Where is my order?"));
        browser.see("#turn-1 .origin", "Harbour");

        browser.open(chat.url() + "control");
        for (String provider : new String[] {"main", "backup"}) {
            browser.see("input[name=way-" + provider + "] + span");
            browser.script("document.querySelector('input[name=way-" + provider + "][value=overloaded]').click()");
        }
        browser.see(".says", "Every request is refused");

        browser.open(chat.url());
        browser.see("#turn-1 .answer", Shop.answer("Where is my order?")); // it was kept
        browser.ask("Do you repair old lamps?");
        browser.see("#turn-2 .answer.queued", "It is answered later");
        browser.see("#queue", "1 question waits for its answer");
        browser.see("#banner .headline", "The assistant");
        browser.see("#banner", "Harbour");
        browser.ask("Where is my order?");
        browser.see("#turn-3 .answer.queued"); // in its turn, behind the other
        browser.see("#queue", "2 questions wait for their answers");

        browser.resize(1_000, 620);
        browser.script("document.getElementById('log').scrollTop = 0"); // so that the last turn is out of sight
        main.mends();
        browser.see("#turn-2 .answer.answered", Shop.answer("Do you repair old lamps?"));
        browser.see("#turn-2 .origin", "Answered later");
        browser.see("#turn-3 .answer.answered", Shop.answer("Where is my order?"));
        browser.seeNoMore("#queue");
        browser.see("#news", "“Where is my order?” has been answered.");
        browser.see("#news-show").click();
        assertThat(browser.focused().getAttribute("id")).isEqualTo("turn-3");
        assertThat(browser.script("return document.getElementById('aloud').textContent"))
                .asString()
                .contains("Your question “Do you repair old lamps?” has been answered: We do, and gladly.");
    }

    @Test
    void everyAnswerSaysWhereItComesFrom() {
        browser.ask("Where is my order?");
        browser.see("#turn-1 .origin", "Harbour");
        main.breaks(Breakage.PROXY_PAGE);
        browser.ask("When do you open?");
        browser.see("#turn-2 .origin", "From the backup, Lighthouse");
        backup.breaks(Breakage.UNREACHABLE);
        browser.ask("Where is my order?");
        browser.see("#turn-3 .origin", "A kept answer");
        browser.see("#turn-3 .origin time", "ago");
        browser.ask("So where is my order?");
        browser.see("#turn-4 .origin", "A kept answer to a similar question: “Where is my order?”");
    }

    @Test
    void anAnswerThatBreaksOffIsClearedBeforeAnotherBegins() {
        browser.script("""
                window.seen = [];
                new MutationObserver(() => {
                  const words = document.querySelector('#turn-1 .answer .words');
                  if (words && words.checkVisibility() && words.textContent !== seen[seen.length - 1]) seen.push(words.textContent);
                }).observe(document.getElementById('turns'), { childList: true, subtree: true, characterData: true });""");
        main.breaks(Breakage.CUT_OFF);
        browser.ask("Where is my order?");
        browser.see("#turn-1 .answer.answered", Shop.answer("Where is my order?"));
        browser.see("#turn-1 .note", "A first answer had broken off.");
        List<String> seen = strings(browser.script("return seen"));
        int broken = seen.indexOf("Your order left us ");
        assertThat(broken).isNotNegative();
        List<String> after = seen.subList(broken + 1, seen.size());
        assertThat(after).startsWith("The answer is on its way").hasSizeGreaterThan(3); // it is seen to come anew
        for (String later : after.subList(1, after.size())) {
            // Never the old words and new ones behind them.
            assertThat(Shop.answer("Where is my order?")).startsWith(later);
        }
    }

    private static List<String> strings(Object list) {
        List<String> strings = new ArrayList<>();
        ((List<?>) list).forEach(each -> strings.add((String) each));
        return strings;
    }

    @Test
    void allCanBeDoneWithTheKeyboard() {
        assertThat(browser.focused().getAttribute("id")).isEqualTo("say");
        browser.type("First line", Keys.chord(Keys.SHIFT, Keys.ENTER), "When do you open?", Keys.ENTER);
        browser.see("#turn-1 .answer.answered");
        assertThat(browser.see("#turn-1 .said .words").getText()).isEqualTo("First line\nWhen do you open?");

        breakBoth(Breakage.DRIPPING);
        browser.type("Where is my order?", Keys.ENTER);
        browser.see("#turn-2 .answer.streaming");
        browser.type("And now?", Keys.ENTER);
        browser.see("#problem", "Wait for the end of the answer, or stop it with Esc.");
        assertThat(browser.focused().getAttribute("value")).isEqualTo("And now?"); // what was typed is not lost
        browser.type(Keys.ESCAPE);
        browser.see("#turn-2 .origin", "You stopped this answer.");
        assertThat(browser.focused().getAttribute("id")).isEqualTo("say");

        breakBoth(Breakage.OVERLOADED);
        browser.type(Keys.ENTER);
        browser.see("#queue");
        browser.type(Keys.chord(Keys.SHIFT, Keys.TAB));
        assertThat(browser.focused().getAccessibleName()).isEqualTo("Take back: And now?");
        browser.type(Keys.ENTER);
        browser.see("#turn-3 .origin", "You took this question back.");
        browser.seeNoMore("#queue");
        assertThat(browser.focused().getAttribute("id")).isEqualTo("say");
    }

    @Test
    void theFirstTabReachesTheWayToTheMessage() {
        browser.script("document.body.tabIndex = -1; document.body.focus()");
        browser.type(Keys.TAB);
        assertThat(browser.focused().getText()).isEqualTo("Skip to your message");
        assertThat(browser.script("return getComputedStyle(document.activeElement).outlineStyle"))
                .isEqualTo("solid");
        browser.type(Keys.ENTER);
        browser.type("Hello", Keys.ENTER);
        browser.see("#turn-1 .said", "Hello");
    }

    @Test
    void onAPhoneNothingIsWiderThanTheScreen() {
        browser.resize(360, 640);
        browser.ask("Where is my order?");
        browser.see("#turn-1 .answer.answered");
        breakBoth(Breakage.OVERLOADED);
        browser.ask("Donaudampfschifffahrtsgesellschaftskapitänsmützenlampenfassungsreparatur".repeat(3));
        browser.see("#queue");
        browser.see("#banner");
        assertNothingIsWide();
        assertThat(browser.see("#send").isDisplayed()).isTrue();
        for (String page : new String[] {"control", "status"}) {
            browser.open(chat.url() + page);
            browser.see("h2");
            assertNothingIsWide();
        }
    }

    private static void assertNothingIsWide() {
        assertThat(browser.script("return document.scrollingElement.scrollWidth"))
                .isEqualTo(360L);
        assertThat(strings(browser.script("""
                return [...document.querySelectorAll('body *')]
                  .filter((e) => e.checkVisibility() && !e.closest('.unseen, .skip, table, svg'))
                  .filter((e) => e.getBoundingClientRect().right > 360.5 || e.getBoundingClientRect().left < -0.5)
                  .map((e) => e.outerHTML.slice(0, 120))"""))).isEmpty();
    }

    @Test
    void whatIsTypedIsShownAsTextWhateverItIs() {
        String markup = "<img src=x onerror=\"document.title='broken in'\"><b>bold</b>";
        browser.ask(markup);
        assertThat(browser.see("#turn-1 .said .words").getText()).isEqualTo(markup);
        browser.see("#turn-1 .answer.answered");
        assertThat(browser.all("#turns img, #turns b")).isEmpty();
    }

    @Test
    void thePageSaysWhenItsServerIsGoneAndFindsItAgain() throws IOException {
        browser.ask("Where is my order?");
        browser.see("#turn-1 .answer.answered");
        int port = URI.create(chat.url()).getPort();
        chat.close();
        browser.see("#gone", "This page has lost its own server.");
        browser.see("#turn-1 .answer.answered"); // what was there stays
        browser.see("#say").sendKeys("Still there?", Keys.ENTER);
        browser.see("#problem", "did not reach");
        assertThat(browser.see("#say").getAttribute("value")).isEqualTo("Still there?");

        chat = WebChat.start(new Options(false, port, Optional.empty()));
        browser.seeNoMore("#gone");
        browser.see("#problem", "What was said here is gone");
        browser.see("#say").sendKeys(Keys.ENTER);
        browser.see("#turn-1 .said", "Still there?");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsShownCanBeReadAndWhatCanBePressedHasAName(boolean isDark) {
        browser.dark(isDark);
        browser.ask("Where is my order?");
        browser.see("#turn-1 .answer.answered");
        breakBoth(Breakage.OVERLOADED);
        browser.ask("Do you repair old lamps?");
        browser.see("#queue");
        browser.see("#banner");
        assertThat(browser.see("#log").getAriaRole()).isEqualTo("log");
        assertThat(browser.see("#log").getAttribute("aria-live")).isEqualTo("off"); // #aloud speaks, of whole answers
        assertThat(browser.script("return document.getElementById('aloud').getAttribute('aria-live')"))
                .isEqualTo("polite");
        assertThat(browser.see("#say").getAccessibleName()).isEqualTo("Your message");
        assertReadable();
        browser.open(chat.url() + "control");
        browser.see(".way");
        assertReadable();
    }

    private static void assertReadable() {
        for (WebElement control : browser.all("a, button, textarea, input, [tabindex='0']")) {
            assertThat(control.getAccessibleName())
                    .as(control.getAttribute("outerHTML"))
                    .isNotBlank();
        }
        assertThat(browser.script("return document.documentElement.lang")).isEqualTo("en");
        assertThat(browser.script("return document.querySelectorAll('h1').length"))
                .isEqualTo(1L);
        assertThat(browser.script("return document.querySelectorAll('main').length"))
                .isEqualTo(1L);
        // Contrast by WCAG 2.2, 1.4.3: 4.5 to 1 for every text that can be seen.
        assertThat(strings(browser.script("""
                const channel = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                const parse = (text) => text.match(/[\\d.]+/g).map(Number);
                const light = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
                const behind = (e) => {
                  for (let at = e; at; at = at.parentElement) {
                    const color = parse(getComputedStyle(at).backgroundColor);
                    if (color.length === 3 || color[3] > 0.99) return color;
                  }
                  return [255, 255, 255];
                };
                const poor = [];
                for (const e of document.querySelectorAll('body *')) {
                  const hasText = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
                  if (!hasText || !e.checkVisibility() || e.closest('.unseen, .skip, noscript')) continue;
                  const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
                  const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                  if (contrast < 4.5) poor.push(`${contrast.toFixed(2)}: ${e.outerHTML.slice(0, 100)}`);
                }
                return poor;"""))).isEmpty();
    }
}
