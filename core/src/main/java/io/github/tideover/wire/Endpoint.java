package io.github.tideover.wire;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** Checks what a person types to reach a provider. Every refusal says what would have worked, and none echoes a key. */
public final class Endpoint {
    private static final Set<String> OURS = Set.of(
            "accept-encoding",
            "connection",
            "content-length",
            "content-type",
            "host",
            "transfer-encoding",
            "te",
            "upgrade");

    private Endpoint() {}

    /**
     * Checks a base URL.
     *
     * @param baseUrl the address under which the provider's paths lie
     * @return the address
     * @throws IllegalArgumentException if it cannot be one
     */
    public static HttpUrl baseUrl(String baseUrl) {
        return baseUrl(baseUrl, "chat/completions/");
    }

    /**
     * Checks a base URL of a provider with other paths.
     *
     * @param baseUrl the address under which the provider's paths lie
     * @param added what it must not end in, since it is added
     * @return the address
     * @throws IllegalArgumentException if it cannot be one
     */
    public static HttpUrl baseUrl(String baseUrl, String... added) {
        requireNonNull(baseUrl, "baseUrl == null");
        HttpUrl url = HttpUrl.parse(baseUrl);
        if (url == null) {
            // What has neither a colon nor a slash may be a key in the wrong place.
            String shown = baseUrl.contains(":") || baseUrl.contains("/") ? ": " + shown(baseUrl) : "";
            throw new IllegalArgumentException(
                    "baseUrl is not an http(s) address, such as https://chat.example.com/v1/" + shown);
        }
        if (!url.encodedUsername().isEmpty() || !url.encodedPassword().isEmpty()) {
            throw new IllegalArgumentException(
                    "baseUrl must not hold a user name or password, which would not be sent; "
                            + "use apiKey or header: " + shown(baseUrl));
        }
        if (url.query() != null || url.fragment() != null) {
            throw new IllegalArgumentException(
                    "baseUrl must not have a query or a fragment, which would be dropped: " + shown(baseUrl));
        }
        if (!baseUrl.endsWith("/")) {
            throw new IllegalArgumentException("baseUrl must end in / or its last part is dropped: " + shown(baseUrl));
        }
        for (String path : added) {
            if (url.encodedPath().endsWith("/" + path)) {
                throw new IllegalArgumentException("baseUrl must end before " + path + ", which is added: " + baseUrl);
            }
        }
        return url;
    }

    /**
     * Checks an API key.
     *
     * @param apiKey the key
     * @return the key
     * @throws IllegalArgumentException if it cannot be one
     */
    public static String apiKey(String apiKey) {
        requireNonNull(apiKey, "apiKey == null; is the environment variable it comes from set?");
        if (apiKey.isBlank()) {
            throw new IllegalArgumentException("apiKey must not be " + (apiKey.isEmpty() ? "empty" : "blank")
                    + "; leave it out for a server that asks for none");
        }
        checkPrintable("apiKey", apiKey);
        return apiKey;
    }

    /**
     * Checks a header that is sent with every request.
     *
     * @param name the header's name
     * @param value its value, never echoed
     * @throws IllegalArgumentException if it cannot be sent, or is this library's to set
     */
    public static void header(String name, String value) {
        requireNonNull(name, "name == null");
        requireNonNull(value, "value == null");
        if (name.isEmpty()) {
            throw new IllegalArgumentException("the name of a header must not be empty");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == ':') {
                throw new IllegalArgumentException("the name of a header must be ASCII letters, digits and dashes; "
                        + "character " + (i + 1) + " of " + name.length() + " is " + nameOf(c));
            }
        }
        if (OURS.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("the header " + name + " is set by the HTTP client; leave it out");
        }
        checkPrintable("the value of header " + name, value);
    }

    /**
     * Puts together what is sent with every request.
     *
     * @param apiKey the key, or null for none
     * @param more headers that were checked with {@link #header}; each overrides one of ours
     * @return the headers
     */
    public static Headers headers(@Nullable String apiKey, Map<String, String> more) {
        return withOwn(apiKey == null ? Headers.EMPTY : Headers.of("Authorization", "Bearer " + apiKey), more);
    }

    /**
     * Puts together what is sent with every request, for a provider with headers of its own.
     *
     * @param own what this provider asks for
     * @param more headers that were checked with {@link #header}; each overrides one of ours
     * @return the headers
     */
    public static Headers withOwn(Headers own, Map<String, String> more) {
        Headers.Builder headers = new Headers.Builder();
        headers.set("User-Agent", UserAgent.VALUE);
        headers.addAll(own);
        more.forEach(headers::set);
        return headers.build();
    }

    /**
     * Asks for a media type, unless the headers ask for one already.
     *
     * @param mediaType the media type
     * @param headers what is sent with every request
     * @return the headers of a request that is answered in that type
     */
    public static Headers accepting(String mediaType, Headers headers) {
        return headers.get("Accept") != null
                ? headers
                : headers.newBuilder().add("Accept", mediaType).build();
    }

    /**
     * Whether an address is this machine's own.
     *
     * @param url the address
     * @return true for a loopback host
     */
    public static boolean isLocal(HttpUrl url) {
        String host = url.host();
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.equals("::1")
                || (host.startsWith("127.") && Character.isDigit(host.charAt(host.length() - 1)));
    }

    private static void checkPrintable(String what, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c >= 0x7f) {
                throw new IllegalArgumentException(
                        what + " must be printable ASCII to fit in an HTTP header; character " + (i + 1) + " of "
                                + value.length() + " is " + nameOf(c));
            }
        }
        if (!value.equals(value.strip())) {
            throw new IllegalArgumentException(what + " begins or ends in a space; strip() it");
        }
    }

    private static String nameOf(char c) {
        if (c == '\n' || c == '\r') {
            return "a line break";
        }
        if (c == ' ') {
            return "a space";
        }
        if (c < ' ' || c == 0x7f) {
            return "a control character";
        }
        return c == ':' ? "a colon" : "not ASCII";
    }

    /** The address without what may be secret in it. */
    private static String shown(String baseUrl) {
        String shown = baseUrl;
        int query = shown.indexOf('?');
        if (query >= 0) {
            shown = shown.substring(0, query) + "?...";
        }
        int user = shown.lastIndexOf('@');
        if (user >= 0) {
            int start = shown.indexOf("//");
            shown = (start >= 0 && start < user ? shown.substring(0, start + 2) : "") + "..." + shown.substring(user);
        }
        return shown;
    }
}
