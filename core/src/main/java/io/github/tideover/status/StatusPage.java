package io.github.tideover.status;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * Where a provider publishes how it is: the page's address, what it is written with, and which of the components on it are
 * the API. Only those count: that a provider's own chat application is down says nothing about its API.
 *
 * <p>The pages of these are known and need not be named. Pages move and components are renamed; what is then not found on
 * a page is unknown, and an application can name the page as it is now.
 *
 * <ul>
 *   <li>OpenAI: <a href="https://status.openai.com/">status.openai.com</a>, by incident.io, components {@code Chat
 *       Completions} and {@code Responses}, as recorded on 9 October 2026
 *   <li>Anthropic: <a href="https://status.claude.com/">status.claude.com</a>, an Atlassian Statuspage, component
 *       {@code Claude API (api.anthropic.com)}, as recorded on 9 October 2026
 *   <li>Groq: <a href="https://groqstatus.com/">groqstatus.com</a>, which Groq's own errors name, by incident.io, component
 *       {@code API}
 *   <li>Perplexity: <a href="https://status.perplexity.com/">status.perplexity.com</a>, by incident.io since September
 *       2026, component {@code API}, as in <a href="https://docs.perplexity.ai/docs/resources/status">its documentation</a>
 * </ul>
 *
 * <p>Of the others that {@code Provider} knows, none has a page in a documented form that is read here: Azure, DeepSeek,
 * Gemini, Mistral, OpenRouter and xAI publish no such document, Fireworks and Together use another format, and of Cohere's
 * page it is not known which component is the API.
 *
 * @since 0.1
 */
public final class StatusPage {
    private static final Map<String, StatusPage> KNOWN = Map.of(
            "api.openai.com", incidentIo("https://status.openai.com/", "Chat Completions", "Responses"),
            "api.anthropic.com", statuspage("https://status.claude.com/", "Claude API (api.anthropic.com)"),
            "api.groq.com", incidentIo("https://groqstatus.com/", "API"),
            "api.perplexity.ai", incidentIo("https://status.perplexity.com/", "API"));

    private final Format format;
    private final HttpUrl address;
    private final List<String> components;

    private StatusPage(Format format, String address, String... components) {
        this.format = format;
        this.address = check(format, requireNonNull(address, "address == null"));
        if (components.length == 0) {
            throw new IllegalArgumentException(
                    "name the components of " + address + " that are the API; the others on a page do not count");
        }
        for (String component : components) {
            if (requireNonNull(component, "component == null").isBlank()) {
                throw new IllegalArgumentException("the name of a component must not be blank");
            }
        }
        this.components = Arrays.stream(components).map(String::strip).toList();
    }

    /**
     * An Atlassian Statuspage, or one of the many that answer as it does.
     *
     * @param address the page's address, such as {@code "https://status.example.com/"}
     * @param apiComponents the names of the components that are the API, as the page has them; capitals do not matter
     * @return the page
     * @throws IllegalArgumentException if the address is not http(s), has a query, a user or a password, or is that of a
     *     document on the page; or if no component is named
     */
    public static StatusPage statuspage(String address, String... apiComponents) {
        return new StatusPage(Format.STATUSPAGE, address, apiComponents);
    }

    /**
     * A page by incident.io. It answers in part as an Atlassian Statuspage does; its incidents are in a document of its
     * own.
     *
     * @param address the page's address, such as {@code "https://status.example.com/"}
     * @param apiComponents the names of the components that are the API, as the page has them; capitals do not matter
     * @return the page
     * @throws IllegalArgumentException as {@link #statuspage} does
     */
    public static StatusPage incidentIo(String address, String... apiComponents) {
        return new StatusPage(Format.INCIDENT_IO, address, apiComponents);
    }

    /**
     * A page by Instatus. It tells nothing of earlier incidents, so that there is no estimate of how long one will last.
     *
     * @param address the page's address, such as {@code "https://status.example.com/"}
     * @param apiComponents the names of the components that are the API, as the page has them; capitals do not matter
     * @return the page
     * @throws IllegalArgumentException as {@link #statuspage} does
     */
    public static StatusPage instatus(String address, String... apiComponents) {
        return new StatusPage(Format.INSTATUS, address, apiComponents);
    }

    /** The page of the provider whose API lies at a host, if it is known. */
    static Optional<StatusPage> of(String apiHost) {
        return Optional.ofNullable(KNOWN.get(apiHost.toLowerCase(Locale.ROOT)));
    }

    /**
     * The page's address.
     *
     * @return the address, ending in a slash
     */
    public String address() {
        return address.toString();
    }

    /**
     * The components that are the API.
     *
     * @return their names, an unmodifiable list
     */
    public List<String> components() {
        return components;
    }

    /** The documents that say how it is now. The first says how the components are. */
    List<String> documents() {
        return Stream.of(Optional.of(format.components), Optional.ofNullable(format.events))
                .flatMap(Optional::stream)
                .map(this::resolve)
                .toList();
    }

    /** The document that says how it was; null if there is none. */
    @Nullable
    String history() {
        return format.history == null ? null : resolve(format.history);
    }

    /** Whether it is the same page, whatever counts on it. */
    boolean isSamePageAs(StatusPage other) {
        return format == other.format && address.equals(other.address);
    }

    boolean isApi(String component) {
        return components.stream().anyMatch(component.strip()::equalsIgnoreCase);
    }

    private String resolve(String document) {
        return address + document.replace("HOST", address.host());
    }

    private static HttpUrl check(Format format, String address) {
        HttpUrl url = HttpUrl.parse(address);
        if (url == null) {
            throw new IllegalArgumentException(
                    "the address of a status page must be http(s), such as https://status.example.com/, not "
                            + address);
        }
        if (!url.encodedUsername().isEmpty() || !url.encodedPassword().isEmpty() || url.query() != null) {
            throw new IllegalArgumentException(
                    "the address of a status page must not have a query, a user or a password: " + url.scheme() + "://"
                            + url.host() + "/");
        }
        if (url.encodedPath().endsWith(".json")) {
            throw new IllegalArgumentException(
                    "the address of a status page must end before the name of a document, such as " + format.components
                            + ", which is added: " + address);
        }
        return url.encodedPath().endsWith("/")
                ? url
                : url.newBuilder().addPathSegment("").build();
    }

    @Override
    public String toString() {
        return format + " " + address + " " + components;
    }

    /** What a page is written with. */
    private enum Format {
        STATUSPAGE("api/v2/summary.json", null, "api/v2/incidents.json"),
        INCIDENT_IO("api/v2/summary.json", "proxy/HOST", "api/v2/incidents.json"),
        INSTATUS("v2/components.json", "summary.json", null);

        private final String components;
        /** Incidents and maintenances, where they have a document of their own. */
        private final @Nullable String events;

        private final @Nullable String history;

        Format(String components, @Nullable String events, @Nullable String history) {
            this.components = components;
            this.events = events;
            this.history = history;
        }
    }
}
