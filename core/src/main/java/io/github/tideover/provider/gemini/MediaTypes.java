package io.github.tideover.provider.gemini;

import java.net.URI;
import java.util.Locale;

/** Guesses what lies at an address. */
final class MediaTypes {
    private MediaTypes() {}

    /** The media type that an image's address tells by its ending, empty if it tells none: then Gemini finds out. */
    static String ofImage(String address) {
        String path = URI.create(address).getPath();
        if (path == null) {
            return "";
        }
        String ending = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return switch (ending) {
            case "png", "webp", "heic", "heif" -> "image/" + ending;
            case "jpg", "jpeg" -> "image/jpeg";
            default -> "";
        };
    }
}
