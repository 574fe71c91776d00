package io.github.tideover.chat;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a message: text, an image or a file. Immutable.
 *
 * <p>More kinds may be added in later versions.
 *
 * @since 0.1
 */
public sealed interface Part {
    /**
     * A piece of text.
     *
     * @param text the text
     * @return the part
     */
    static Text text(String text) {
        return new Text(text);
    }

    /**
     * An image that the provider fetches by itself.
     *
     * @param address its address, http(s)
     * @return the part
     * @throws IllegalArgumentException if it is not an http(s) address
     */
    static Image image(String address) {
        return new Image(new Media("", "image/*", null, webAddress(address)));
    }

    /**
     * An image that is sent along.
     *
     * @param mediaType its media type, such as {@code "image/png"}
     * @param bytes the image; copied
     * @return the part
     * @throws IllegalArgumentException if it is empty or its type is not an image's
     */
    static Image image(String mediaType, byte[] bytes) {
        if (!mediaType.toLowerCase(Locale.ROOT).startsWith("image/")) {
            throw new IllegalArgumentException("an image's media type begins with image/, not " + mediaType);
        }
        return new Image(Media.of("", mediaType, bytes));
    }

    /**
     * A file that is sent along, such as a PDF document.
     *
     * @param name the file's name, as the model is to know it
     * @param mediaType its media type, such as {@code "application/pdf"}
     * @param bytes the file; copied
     * @return the part
     * @throws IllegalArgumentException if it is empty, or has no name or no media type
     */
    static File file(String name, String mediaType, byte[] bytes) {
        if (name.isBlank() || !mediaType.contains("/")) {
            throw new IllegalArgumentException(
                    "a file needs a name and a media type such as application/pdf, not \"" + mediaType + "\"");
        }
        return new File(Media.of(name, mediaType, bytes));
    }

    private static String webAddress(String address) {
        String scheme = URI.create(address).getScheme();
        if (scheme == null || !scheme.toLowerCase(Locale.ROOT).matches("https?")) {
            throw new IllegalArgumentException(
                    "an image's address begins with http:// or https://; to send the image itself, "
                            + "use image(mediaType, bytes)");
        }
        return address;
    }

    /**
     * A piece of text.
     *
     * @since 0.1
     */
    final class Text implements Part {
        private final String text;

        private Text(String text) {
            this.text = requireNonNull(text, "text == null");
        }

        /**
         * The text.
         *
         * @return the text
         */
        public String text() {
            return text;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Text that && text.equals(that.text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }

        /** Gives the length; the text itself is left out. */
        @Override
        public String toString() {
            return "Text{" + text.length() + " characters}";
        }
    }

    /**
     * An image.
     *
     * @since 0.1
     */
    final class Image implements Part {
        private final Media media;

        private Image(Media media) {
            this.media = media;
        }

        /**
         * Where the provider is to fetch it.
         *
         * @return the address, or empty if the image is sent along
         */
        public Optional<String> address() {
            return Optional.ofNullable(media.address);
        }

        /**
         * Its media type.
         *
         * @return such as {@code "image/png"}; {@code "image/*"} for one at an address
         */
        public String mediaType() {
            return media.type;
        }

        /**
         * The image in base 64, as it is written into JSON.
         *
         * @return the text, empty if the image is at an address
         */
        public String base64() {
            return media.base64();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Image that && media.equals(that.media);
        }

        @Override
        public int hashCode() {
            return media.hashCode();
        }

        /** Gives type and size; the image and its address are left out. */
        @Override
        public String toString() {
            return "Image{" + media + "}";
        }
    }

    /**
     * A file.
     *
     * @since 0.1
     */
    final class File implements Part {
        private final Media media;

        private File(Media media) {
            this.media = media;
        }

        /**
         * The file's name.
         *
         * @return the name
         */
        public String name() {
            return media.name;
        }

        /**
         * Its media type.
         *
         * @return such as {@code "application/pdf"}
         */
        public String mediaType() {
            return media.type;
        }

        /**
         * The file in base 64, as it is written into JSON.
         *
         * @return the text
         */
        public String base64() {
            return media.base64();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof File that && media.equals(that.media);
        }

        @Override
        public int hashCode() {
            return media.hashCode();
        }

        /** Gives type and size; the file and its name are left out. */
        @Override
        public String toString() {
            return "File{" + media + "}";
        }
    }
}

/** What an image and a file have in common. */
final class Media {
    final String name;
    final String type;
    final byte @Nullable [] bytes;
    final @Nullable String address;

    Media(String name, String type, byte @Nullable [] bytes, @Nullable String address) {
        this.name = name;
        this.type = type;
        this.bytes = bytes;
        this.address = address;
    }

    static Media of(String name, String type, byte[] bytes) {
        if (bytes.length == 0) {
            throw new IllegalArgumentException("there is nothing to send: the " + type + " has no bytes");
        }
        return new Media(name, type, bytes.clone(), null);
    }

    String base64() {
        return bytes == null ? "" : Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Media that
                && name.equals(that.name)
                && type.equals(that.type)
                && Arrays.equals(bytes, that.bytes)
                && Objects.equals(address, that.address);
    }

    @Override
    public int hashCode() {
        return (type.hashCode() * 31 + Arrays.hashCode(bytes)) * 31 + (address == null ? 0 : address.hashCode());
    }

    @Override
    public String toString() {
        return type + (bytes == null ? ", at an address" : ", " + bytes.length + " bytes");
    }
}
