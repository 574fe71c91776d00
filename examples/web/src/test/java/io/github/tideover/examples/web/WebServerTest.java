package io.github.tideover.examples.web;

import static io.github.tideover.examples.web.Visitor.JSON;
import static io.github.tideover.examples.web.Visitor.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.examples.embedded.Breakage;
import io.github.tideover.provider.Provider;
import io.github.tideover.testkit.OutageServer;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Who is let in, and what those are told who ask for something else. */
class WebServerTest {
    private static WebChat chat;
    private static Visitor visitor;

    @BeforeAll
    static void open() throws IOException {
        chat = WebChat.start(new Options(false, 0, Optional.empty()));
        visitor = Visitor.at(chat);
    }

    @AfterAll
    static void close() {
        visitor.close();
        chat.close();
    }

    /** A request byte by byte, for what an HTTP client would put right. */
    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", URI.create(chat.url()).getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String host() {
        return URI.create(chat.url()).getAuthority();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            api/say      | {\"text\": \"  \"}       | A message needs some words.
            api/say      | {}                       | A message needs some words.
            api/say      | {\"text\": \"\\ud800\"}  | The message has half a character in it; write it again.
            api/say      | {\"text\":               | The body is not understood; it should be like {\"text\": \"Where is my order?\"}
            api/say      | [1]                      | The body is not understood; it should be like {\"text\": \"Where is my order?\"}
            api/say      | null                     | The body is not understood; it should be like {\"text\": \"Where is my order?\"}
            api/withdraw | {\"turn\": \"x\"}        | The body is not understood; it should be like {\"turn\": 3}
            api/control  | {\"provider\": \"main\"} | There is no such way; there are well, overloaded, rate-limited, out-of-credit, silent, slow-to-start, dripping, cut-off, proxy-page, unreachable, half-failing.
            api/control  | {\"way\": \"well\"}      | There is no such provider; there are main and backup.
            """)
    void badInputIsToldWhatWouldHaveWorked(String path, String body, String sentence) {
        HttpResponse<String> answer = visitor.post(path, body);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(error(answer)).isEqualTo(sentence);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json; charset=utf-8");
    }

    @Test
    void aMessageHasALimitAndSoHasABody() {
        HttpResponse<String> tooLong = visitor.say("a".repeat(WebServer.LONGEST_MESSAGE + 1));
        assertThat(tooLong.statusCode()).isEqualTo(400);
        assertThat(error(tooLong)).isEqualTo("A message has at most 4000 characters; this one has 4001.");
        HttpResponse<String> tooLarge = visitor.say("a".repeat(Visit.LARGEST_BODY));
        assertThat(tooLarge.statusCode()).isEqualTo(413);
        assertThat(error(tooLarge)).isEqualTo("The body is too large; 32768 bytes are taken.");
    }

    @Test
    void onlyJsonIsTaken() {
        HttpResponse<String> answer = visitor.send(HttpRequest.newBuilder(URI.create(chat.url() + "api/say"))
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{\"text\": \"Hello\"}")));
        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(error(answer)).contains("Content-Type: application/json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../../../etc/passwd",
                "%2e%2e/%2e%2e/pom.xml",
                "look.css/../../pom.xml",
                "chat.html",
                "WebChat.class",
                "api/",
                "status/x"
            })
    void nothingIsServedButWhatIsNamed(String path) throws IOException {
        String answer = raw("GET /" + path + " HTTP/1.1\r\nHost: " + host() + "\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 404 ").contains("There is nothing here; the chat is at " + chat.url());
    }

    @Test
    void aMethodThatIsNotForAPathIsToldWhichIs() {
        HttpResponse<String> answer = visitor.get("api/say");
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("POST");
        assertThat(error(answer)).isEqualTo("/api/say is for POST only.");
    }

    @Test
    void aHeadHasTheHeadersAndNoBody() throws IOException {
        String answer = raw("HEAD / HTTP/1.1\r\nHost: " + host() + "\r\nConnection: close\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 200 ")
                .contains("Content-security-policy: default-src")
                .endsWith("\r\n\r\n");
    }

    /** A name of another site's that was made to lead to this machine. */
    @Test
    void anotherSitesNameIsNotAnswered() throws IOException {
        String answer = raw("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 421 ").doesNotContain("<html");
    }

    @Test
    void anotherSitesPageMayPressNoButton() {
        HttpResponse<String> answer = visitor.send(HttpRequest.newBuilder(URI.create(chat.url() + "api/control"))
                .header("Content-Type", "application/json")
                .header("Origin", "https://evil.example")
                .POST(HttpRequest.BodyPublishers.ofString(ControlPanel.EXAMPLE)));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(chat.breakables().get(0).way()).isEmpty();
    }

    @Test
    void theCookieIsForNoScriptAndNoOtherSite() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", URI.create(chat.url()).getPort())) {
            socket.getOutputStream()
                    .write(("GET /api/events HTTP/1.1\r\nHost: " + host() + "\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            byte[] head = socket.getInputStream().readNBytes(600);
            assertThat(new String(head, StandardCharsets.UTF_8))
                    .containsPattern("Set-cookie: tideover-chat-\\d+=[0-9a-f]{32}; Path=/; HttpOnly; SameSite=Strict");
        }
    }

    @Test
    void withoutARoomNothingIsSaid() throws IOException {
        String body = "{\"text\": \"Hello\"}";
        String answer = raw("POST /api/say HTTP/1.1\r\nHost: " + host() + "\r\nCookie: tideover-chat-1=x; other=y\r\n"
                + "Content-Type: application/json\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body);
        assertThat(answer).startsWith("HTTP/1.1 409 ").contains("This conversation is no longer here.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat.html", "control.html", "chat.js", "control.js", "look.css", "icon.svg"})
    void thePagesLoadNothingFromElsewhereAndHoldNoInlineCode(String file) throws IOException {
        String text = new String(WebServer.class.getResourceAsStream(file).readAllBytes(), StandardCharsets.UTF_8);
        assertThat(text.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http:", "https:", "//cdn");
        assertThat(text).doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(");
        if (file.endsWith(".html")) {
            assertThat(Pattern.compile("<script(?! src=\"/)|<style|\\son\\w+=|\\sstyle=")
                            .matcher(text)
                            .find())
                    .isFalse();
        }
    }

    @Test
    void theStatusPageIsThePublishersOwnAndItsJsonTooInTheReadersLanguage() {
        HttpResponse<String> page = visitor.send(
                HttpRequest.newBuilder(URI.create(chat.url() + "status")).header("Accept-Language", "fr"));
        assertThat(page.body()).contains("<html lang=\"fr\"").contains(Shop.NAME);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("style-src 'sha256-");
        JsonNode json = JSON.readTree(visitor.get("status.json").body());
        assertThat(json.path("page").path("name").asString()).isEqualTo(Shop.NAME);
        assertThat(json.path("components")).hasSize(2);
    }

    @Test
    void thePanelBreaksAndMendsAndCountsWhatWasAsked() throws IOException {
        try (WebChat own = WebChat.start(new Options(false, 0, Optional.empty()));
                Visitor ada = Visitor.at(own)) {
            HttpResponse<String> broken = ada.post("api/control", ControlPanel.EXAMPLE);
            assertThat(JSON.readTree(broken.body())
                            .path("providers")
                            .path(0)
                            .path("way")
                            .asString())
                    .isEqualTo("overloaded");
            ada.say("Where is my order?");
            ada.awaitTurn(1, Turn.State.ANSWERED);
            JsonNode view = JSON.readTree(ada.get("api/control").body());
            JsonNode main = view.path("providers").path(0);
            int asked = main.path("asked").asInt();
            assertThat(asked).isPositive();
            int failed = 0;
            for (JsonNode bar : main.path("bars")) {
                failed += bar.path("failed").asInt();
            }
            assertThat(failed).isEqualTo(asked);
            assertThat(main.path("latest").path(0).path("fault").asString()).isEqualTo("OVERLOADED");
            assertThat(view.path("ways")).hasSize(Breakage.values().length);
            assertThat(view.path("routes")).hasSize(2);
            ada.post("api/control", "{\"provider\": \"main\", \"way\": \"well\"}");
            assertThat(own.breakables().get(0).way()).isEmpty();
        }
    }

    @Test
    void aProviderOfSomebodyElsesIsNotBrokenAndRemembersWhatWasSaid() throws IOException {
        try (OutageServer server = OutageServer.start()) {
            Provider real = Provider.openAiCompatible(server.baseUrl()).model("large");
            try (WebChat own = WebChat.start(new Options(false, 0, Optional.of(real)));
                    Visitor ada = Visitor.at(own)) {
                JsonNode greeting = ada.await("snapshot");
                assertThat(greeting.path("canBreak").asBoolean()).isFalse();
                assertThat(greeting.path("title").asString()).isEqualTo("Chat with large");
                assertThat(ada.get("control").statusCode()).isEqualTo(404);
                assertThat(ada.post("api/control", ControlPanel.EXAMPLE).statusCode())
                        .isEqualTo(404);
                ada.say("My name is Ada.");
                ada.awaitTurn(1, Turn.State.ANSWERED);
                ada.say("What is my name?");
                ada.awaitTurn(2, Turn.State.ANSWERED);
                assertThat(server.requests().get(1).body()).contains("My name is Ada.");
            }
        }
    }

    @Test
    void theNumberOfConversationsIsBoundedAndThoseThatNobodyLooksAtGoFirst() throws IOException {
        try (Rooms rooms = Rooms.open(Optional.empty(), Clock.systemUTC(), 2)) {
            Room first = rooms.make();
            Room second = rooms.make();
            second.enter(new Feed(Locale.ENGLISH), (turns, queue) -> List.of());
            rooms.make();
            assertThat(rooms.find(first.key())).isEmpty();
            assertThat(rooms.find(second.key())).contains(second);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            none                       | en
            de                         | de
            de-AT,de;q=0.9             | de-AT
            pt-BR,pt;q=0.9,es;q=0.5    | es
            tlh                        | en
            *                          | en
            ja;q=0.2, zh-Hans-CN;q=0.8 | zh-Hans-CN
            ;;;q=nonsense              | en
            """)
    void theLanguageIsTheFirstOfTheBrowsersThatThereAreWordsIn(String header, String language) {
        assertThat(StatusView.language(header).toLanguageTag()).isEqualTo(language);
    }
}
