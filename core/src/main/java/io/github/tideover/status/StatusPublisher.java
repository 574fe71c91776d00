package io.github.tideover.status;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Makes a status page of a status, for an application to serve or to write to a file: one HTML page that needs nothing else, and
 * the JSON document that clients of Atlassian Statuspage read. It is a function from state to text: it keeps nothing, and asks
 * nobody.
 *
 * <pre>{@code
 * StatusPublisher publisher = StatusPublisher.of("Lamplight Assistant");
 * String page = publisher.html(tideover.status(), tideover.statusHistory());
 * }</pre>
 *
 * <p>The page has no script and loads nothing. It has a light and a dark look, and room for a phone. What comes from others, as the
 * words of a provider's status page do, is shown as text.
 *
 * <p>Immutable, and safe for use by many threads.
 *
 * @since 0.1
 */
public final class StatusPublisher {
    private static final String CSS = css();

    private final String name;
    private final String url;
    private final @Nullable StatusWords words;

    private StatusPublisher(String name, String url, @Nullable StatusWords words) {
        this.name = name;
        this.url = url;
        this.words = words;
    }

    /**
     * Starts a status page.
     *
     * @param name what it is the status of, as users know it
     * @return a publisher
     * @throws IllegalArgumentException if the name is blank
     */
    public static StatusPublisher of(String name) {
        String line = StatusWords.oneLine(requireNonNull(name, "name == null"));
        if (line.isEmpty()) {
            throw new IllegalArgumentException(
                    "a status page needs a name that users know, such as \"Lamplight Assistant\"");
        }
        return new StatusPublisher(line, "", null);
    }

    /**
     * Sets the address of the page, which the JSON document names.
     *
     * @param url the address
     * @return a publisher with that address
     */
    public StatusPublisher url(String url) {
        return new StatusPublisher(name, requireNonNull(url, "url == null"), words);
    }

    /**
     * Sets the words, where they are to be others than those of the client.
     *
     * @param words language, time zone, and sentences of the application's own
     * @return a publisher with those words
     */
    public StatusPublisher words(StatusWords words) {
        return new StatusPublisher(name, url, requireNonNull(words, "words == null"));
    }

    /**
     * The status as an HTML page, in the language of the words.
     *
     * @param status the status
     * @param history what led to it
     * @return a whole document, to be sent as {@code text/html} in UTF-8
     */
    public String html(ServiceStatus status, StatusHistory history) {
        return new StatusHtml(name, CSS, status, history, wordsFor(status)).write();
    }

    /**
     * The status as an HTML page.
     *
     * @param status the status
     * @param history what led to it
     * @param language the language, and country if it matters
     * @return a whole document, to be sent as {@code text/html} in UTF-8
     */
    public String html(ServiceStatus status, StatusHistory history, Locale language) {
        return new StatusHtml(name, CSS, status, history, wordsFor(status).speaking(language)).write();
    }

    /**
     * The status as the JSON document of Atlassian Statuspage, version 2: what is served at {@code /api/v2/summary.json}.
     *
     * <p>Each provider is a component. {@link ServiceState#RECOVERING} becomes {@code degraded_performance}, for which there is no
     * nearer word.
     *
     * @param status the status
     * @param history what led to it
     * @return a JSON object, to be sent as {@code application/json} in UTF-8
     */
    public String json(ServiceStatus status, StatusHistory history) {
        return new StatusJson(name, url, status, history, wordsFor(status)).write();
    }

    /**
     * The strictest {@code Content-Security-Policy} under which the HTML page looks as it should. It is the same for every page of
     * this version.
     *
     * @return the header's value
     */
    public static String contentSecurityPolicy() {
        return "default-src 'none'; style-src 'sha256-"
                + Base64.getEncoder().encodeToString(sha256(CSS))
                + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    private StatusWords wordsFor(ServiceStatus status) {
        return words != null ? words : status.words();
    }

    @Override
    public String toString() {
        return "StatusPublisher " + name + (url.isEmpty() ? "" : " at " + url);
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String css() {
        try (InputStream in = StatusPublisher.class.getResourceAsStream("status-page.css")) {
            return new String(requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
