package io.github.tideover.provider.custom;

import okhttp3.HttpUrl;

/**
 * Where a request goes, and in which form it is to be answered.
 *
 * @since 0.1
 */
public final class Target {
    private final HttpUrl baseUrl;
    private final String model;
    private final boolean streamed;

    Target(HttpUrl baseUrl, String model, boolean streamed) {
        this.baseUrl = baseUrl;
        this.model = model;
        this.streamed = streamed;
    }

    /**
     * An address below the provider's base URL.
     *
     * @param path the path from there, such as {@code "v1/talk"}
     * @return the address
     * @throws IllegalArgumentException if the path begins with a slash, which would leave out the base URL's own path
     */
    public HttpUrl url(String path) {
        if (path.startsWith("/")) {
            throw new IllegalArgumentException(
                    "path must not begin with /, since it goes on from the base URL: " + path);
        }
        return baseUrl.newBuilder().addPathSegments(path).build();
    }

    /**
     * The model to ask.
     *
     * @return the provider's name for it
     */
    public String model() {
        return model;
    }

    /**
     * Whether the answer is to come piece by piece.
     *
     * @return false if it is to come whole
     */
    public boolean isStreamed() {
        return streamed;
    }

    /** Gives address and model. */
    @Override
    public String toString() {
        return "Target{" + baseUrl + ", " + model + (streamed ? ", streamed" : "") + "}";
    }
}
