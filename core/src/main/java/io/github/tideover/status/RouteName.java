package io.github.tideover.status;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A provider and one of its models. A region that a provider is asked in is a provider of its own name, such as
 * {@code azure-eu}.
 *
 * @since 0.1
 */
public final class RouteName {
    private final String provider;
    private final String model;

    private RouteName(String provider, String model) {
        this.provider = requireNonNull(provider, "provider == null");
        this.model = requireNonNull(model, "model == null");
    }

    /**
     * Names a route.
     *
     * @param provider the provider's name
     * @param model the model
     * @return the name
     */
    public static RouteName of(String provider, String model) {
        return new RouteName(provider, model);
    }

    /**
     * The provider.
     *
     * @return its name
     */
    public String provider() {
        return provider;
    }

    /**
     * The model.
     *
     * @return as the provider calls it
     */
    public String model() {
        return model;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RouteName that && provider.equals(that.provider) && model.equals(that.model);
    }

    @Override
    public int hashCode() {
        return 31 * provider.hashCode() + model.hashCode();
    }

    @Override
    public String toString() {
        return provider + "/" + model;
    }
}
