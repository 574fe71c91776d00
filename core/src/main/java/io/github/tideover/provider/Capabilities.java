package io.github.tideover.provider;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model can do at a provider, as far as it is known. Immutable.
 *
 * <p>Of each ability three things may be known: that it is there, that it is not, or nothing. <i>Unknown is not no</i>: only
 * what is known to be lacking keeps a request from a provider, or is left out of it.
 *
 * @since 0.1
 */
public final class Capabilities {
    private static final Capabilities UNKNOWN = new Builder().build();

    private final Set<Ability> has;
    private final Set<Ability> lacks;
    private final int contextWindow;
    private final int maxOutputTokens;
    private final int maxStopTexts;
    private final @Nullable Double maxTemperature;
    private final List<String> reasoningEfforts;
    private final List<String> imageTypes;
    private final List<String> fileTypes;

    private Capabilities(Builder builder) {
        has = EnumSet.copyOf(builder.has);
        lacks = EnumSet.copyOf(builder.lacks);
        contextWindow = builder.contextWindow;
        maxOutputTokens = builder.maxOutputTokens;
        maxStopTexts = builder.maxStopTexts;
        maxTemperature = builder.maxTemperature;
        reasoningEfforts = builder.reasoningEfforts;
        imageTypes = builder.imageTypes;
        fileTypes = builder.fileTypes;
    }

    /**
     * Nothing is known.
     *
     * @return capabilities that keep no request from anybody
     */
    public static Capabilities unknown() {
        return UNKNOWN;
    }

    /**
     * Starts from these.
     *
     * @return a builder with the same content
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.has.addAll(has);
        builder.lacks.addAll(lacks);
        builder.contextWindow = contextWindow;
        builder.maxOutputTokens = maxOutputTokens;
        builder.maxStopTexts = maxStopTexts;
        builder.maxTemperature = maxTemperature;
        builder.reasoningEfforts = reasoningEfforts;
        builder.imageTypes = imageTypes;
        builder.fileTypes = fileTypes;
        return builder;
    }

    /**
     * Whether an ability is known to be there.
     *
     * @param ability the ability
     * @return false if it is not there or nothing is known
     */
    public boolean has(Ability ability) {
        return has.contains(ability);
    }

    /**
     * Whether an ability is known not to be there.
     *
     * @param ability the ability
     * @return false if it is there or nothing is known
     */
    public boolean lacks(Ability ability) {
        return lacks.contains(ability);
    }

    /**
     * How many tokens a conversation and its reply may have together.
     *
     * @return the context window, or empty if it is not known
     */
    public OptionalInt contextWindow() {
        return optional(contextWindow);
    }

    /**
     * How many tokens a reply may have, reasoning included.
     *
     * @return the limit, or empty if it is not known
     */
    public OptionalInt maxOutputTokens() {
        return optional(maxOutputTokens);
    }

    /**
     * How many stop texts are taken.
     *
     * @return the number, or empty if it is not known
     */
    public OptionalInt maxStopTexts() {
        return optional(maxStopTexts);
    }

    /**
     * The highest temperature that is taken.
     *
     * @return the temperature, or empty if it is not known
     */
    public OptionalDouble maxTemperature() {
        return maxTemperature == null ? OptionalDouble.empty() : OptionalDouble.of(maxTemperature);
    }

    /**
     * The words for a reasoning effort that are taken.
     *
     * @return an unmodifiable list from the least effort to the most; empty if they are not known
     */
    public List<String> reasoningEfforts() {
        return reasoningEfforts;
    }

    /**
     * The media types of images that are taken, such as {@code "image/png"}.
     *
     * @return an unmodifiable list, empty if they are not known
     */
    public List<String> imageTypes() {
        return imageTypes;
    }

    /**
     * The media types of files that are taken, such as {@code "application/pdf"}.
     *
     * @return an unmodifiable list, empty if they are not known
     */
    public List<String> fileTypes() {
        return fileTypes;
    }

    /**
     * What the model can do for a reply that comes as a stream.
     *
     * <p>Part of the seam between this library's own packages.
     *
     * @return these capabilities; without the response formats, if the model {@linkplain Ability#FORMAT_STREAMED cannot be held}
     *     to one then
     */
    public Capabilities whileStreaming() {
        return lacks(Ability.FORMAT_STREAMED)
                ? toBuilder().lacks(Ability.JSON, Ability.JSON_SCHEMA).build()
                : this;
    }

    private static OptionalInt optional(int number) {
        return number == 0 ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** Lists what is known. */
    @Override
    public String toString() {
        return "Capabilities{has " + has + ", lacks " + lacks
                + (contextWindow == 0 ? "" : ", window " + contextWindow)
                + (maxOutputTokens == 0 ? "" : ", output " + maxOutputTokens) + "}";
    }

    /**
     * Says what is known. What is said last holds. Not safe for use by several threads at once.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final Set<Ability> has = EnumSet.noneOf(Ability.class);
        private final Set<Ability> lacks = EnumSet.noneOf(Ability.class);
        private int contextWindow;
        private int maxOutputTokens;
        private int maxStopTexts;
        private @Nullable Double maxTemperature;
        private List<String> reasoningEfforts = List.of();
        private List<String> imageTypes = List.of();
        private List<String> fileTypes = List.of();

        private Builder() {}

        /**
         * Says that abilities are there.
         *
         * @param abilities the abilities
         * @return this builder
         */
        public Builder has(Ability... abilities) {
            for (Ability each : abilities) {
                has.add(each);
                lacks.remove(each);
            }
            return this;
        }

        /**
         * Says that abilities are not there. A request that needs one of {@link Ability#IMAGES}, {@link
         * Ability#IMAGE_ADDRESSES}, {@link Ability#FILES} and {@link Ability#TOOLS} is not sent then; what else is lacking is
         * left out, or put in another way.
         *
         * @param abilities the abilities
         * @return this builder
         */
        public Builder lacks(Ability... abilities) {
            for (Ability each : abilities) {
                lacks.add(each);
                has.remove(each);
            }
            return this;
        }

        /**
         * Says that nothing is known of abilities, whatever was said of them before.
         *
         * @param abilities the abilities
         * @return this builder
         */
        public Builder unknown(Ability... abilities) {
            for (Ability each : abilities) {
                lacks.remove(each);
                has.remove(each);
            }
            return this;
        }

        /**
         * Says how many tokens a conversation and its reply may have together.
         *
         * @param tokens at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder contextWindow(int tokens) {
            contextWindow = positive("contextWindow", tokens);
            return this;
        }

        /**
         * Says how many tokens a reply may have, reasoning included. A request that allows more is sent with this limit.
         *
         * @param tokens at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder maxOutputTokens(int tokens) {
            maxOutputTokens = positive("maxOutputTokens", tokens);
            return this;
        }

        /**
         * Says how many stop texts are taken. More are left out.
         *
         * @param texts at least 1; for none, use {@link #lacks lacks(Ability.STOP)}
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder maxStopTexts(int texts) {
            maxStopTexts = positive("maxStopTexts", texts);
            return this;
        }

        /**
         * Says how high a temperature is taken. A higher one is lowered to it.
         *
         * @param temperature above 0, up to 2
         * @return this builder
         * @throws IllegalArgumentException if it is outside that range
         */
        public Builder maxTemperature(double temperature) {
            if (!(temperature > 0 && temperature <= 2)) {
                throw new IllegalArgumentException("maxTemperature must be above 0 and at most 2, not " + temperature);
            }
            maxTemperature = temperature;
            return this;
        }

        /**
         * Says which words for a reasoning effort are taken. Another word becomes the nearest of these that asks for no more,
         * or the first.
         *
         * @param efforts the words from the least effort to the most
         * @return this builder
         * @throws IllegalArgumentException if there is none
         */
        public Builder reasoningEfforts(String... efforts) {
            if (efforts.length == 0) {
                throw new IllegalArgumentException("reasoningEfforts needs a word; for a model that takes no effort, "
                        + "use lacks(Ability.REASONING_EFFORT)");
            }
            reasoningEfforts = List.of(efforts);
            return has(Ability.REASONING_EFFORT);
        }

        /**
         * Says which types of image are taken. A request with another is not sent.
         *
         * @param mediaTypes such as {@code "image/png"}
         * @return this builder
         * @throws IllegalArgumentException if there is none, or one is not an image's
         */
        public Builder imageTypes(String... mediaTypes) {
            imageTypes = types("imageTypes", "image/", mediaTypes);
            return has(Ability.IMAGES);
        }

        /**
         * Says which types of file are taken. A request with another is not sent.
         *
         * @param mediaTypes such as {@code "application/pdf"}
         * @return this builder
         * @throws IllegalArgumentException if there is none, or one has no slash
         */
        public Builder fileTypes(String... mediaTypes) {
            fileTypes = types("fileTypes", "", mediaTypes);
            return has(Ability.FILES);
        }

        private static int positive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be at least 1, not " + value);
            }
            return value;
        }

        private static List<String> types(String name, String start, String... mediaTypes) {
            if (mediaTypes.length == 0) {
                throw new IllegalArgumentException(
                        name + " needs a media type; for none, say that the ability is lacking");
            }
            List<String> types = new ArrayList<>(mediaTypes.length);
            for (String each : mediaTypes) {
                String type = requireNonNull(each, "media type == null").toLowerCase(Locale.ROOT);
                if (!type.startsWith(start) || type.indexOf('/') < 1) {
                    throw new IllegalArgumentException(name + " are media types such as "
                            + (start.isEmpty() ? "application/pdf" : start + "png") + ", not \"" + each + "\"");
                }
                types.add(type);
            }
            return List.copyOf(types);
        }

        Capabilities build() {
            return new Capabilities(this);
        }
    }
}
