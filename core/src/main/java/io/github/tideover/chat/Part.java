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
        return new Image("image/*", null, webAddress(address));
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
        return new Image(mediaType, bytes, null);
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
        return new File(name, mediaType, bytes);
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
    final class Image extends Media implements Part {
        private final @Nullable String address;

        private Image(String mediaType, byte @Nullable [] bytes, @Nullable String address) {
            super(mediaType, bytes);
            this.address = address;
        }

        /**
         * Where the provider is to fetch it.
         *
         * @return the address, or empty if the image is sent along
         */
        public Optional<String> address() {
            return Optional.ofNullable(address);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Image that && isSame(that) && Objects.equals(address, that.address);
        }

        @Override
        public int hashCode() {
            return hash() * 31 + Objects.hashCode(address);
        }

        /** Gives type and size; the image and its address are left out. */
        @Override
        public String toString() {
            return "Image{" + mediaType() + (address == null ? ", " + size() + " bytes" : ", at an address") + "}";
        }
    }

    /**
     * A file.
     *
     * @since 0.1
     */
    final class File extends Media implements Part {
        private final String name;

        private File(String name, String mediaType, byte[] bytes) {
            super(mediaType, bytes);
            this.name = name;
        }

        /**
         * The file's name.
         *
         * @return the name
         */
        public String name() {
            return name;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof File that && isSame(that) && name.equals(that.name);
        }

        @Override
        public int hashCode() {
            return hash() * 31 + name.hashCode();
        }

        /** Gives type and size; the file and its name are left out. */
        @Override
        public String toString() {
            return "File{" + mediaType() + ", " + size() + " bytes}";
        }
    }
}

/** What an image and a file have in common. */
abstract sealed class Media permits Part.Image, Part.File {
    private final String type;
    private final byte @Nullable [] bytes;

    Media(String type, byte @Nullable [] bytes) {
        if (bytes != null && bytes.length == 0) {
            throw new IllegalArgumentException("there is nothing to send: the " + type + " has no bytes");
        }
        this.type = type;
        this.bytes = bytes == null ? null : bytes.clone();
    }

    /**
     * Its media type.
     *
     * @return such as {@code "image/png"} or {@code "application/pdf"}; {@code "image/*"} for an image at an address
     */
    public String mediaType() {
        return type;
    }

    /**
     * Its bytes in base 64, as they are written into JSON.
     *
     * @return the text, empty for an image at an address
     */
    public String base64() {
        return bytes == null ? "" : Base64.getEncoder().encodeToString(bytes);
    }

    int size() {
        return bytes == null ? 0 : bytes.length;
    }

    boolean isSame(Media that) {
        return type.equals(that.type) && Arrays.equals(bytes, that.bytes);
    }

    int hash() {
        return type.hashCode() * 31 + Arrays.hashCode(bytes);
    }
}
