package io.github.tideover;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.Role;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.ToolChoice;
import io.github.tideover.provider.Ability;
import io.github.tideover.provider.Capabilities;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks of a model. Without what it <i>needs</i>, a model would refuse it or not know what it is about; what it
 * <i>wishes</i> can be done without, at a price in quality.
 */
final class Demand {
    /** English runs to four characters a token (https://help.openai.com/en/articles/4936856), and to less in few languages. */
    private static final int BYTES_PER_TOKEN = 4;
    /** UTF-8 has no more for a char of Java's. */
    private static final int MOST_BYTES_PER_CHAR = 3;
    /** What an image takes at the least: https://platform.openai.com/docs/guides/images-vision, at low detail. */
    private static final int TOKENS_PER_IMAGE = 85;

    private static final Set<Ability> NEEDS =
            EnumSet.of(Ability.IMAGES, Ability.IMAGE_ADDRESSES, Ability.FILES, Ability.TOOLS);
    private static final Set<Ability> WISHES =
            EnumSet.of(Ability.JSON_SCHEMA, Ability.JSON, Ability.FORMAT_BESIDE_TOOLS, Ability.TOOL_CHOICE);

    private final Set<Ability> needs = EnumSet.noneOf(Ability.class);
    private final Set<Ability> wishes = EnumSet.noneOf(Ability.class);
    private final Set<String> imageTypes = new LinkedHashSet<>(0);
    private final Set<String> fileTypes = new LinkedHashSet<>(0);
    private final int output;

    private Demand(ChatRequest request) {
        output = request.maxOutputTokens().orElse(0);
        for (Message message : request.messages()) {
            for (Part part : message.parts()) {
                add(part);
            }
            if (message.role() == Role.TOOL || !message.toolCalls().isEmpty()) {
                needs.add(Ability.TOOLS);
            }
        }
        if (!request.tools().isEmpty()) {
            needs.add(Ability.TOOLS);
            if (request.toolChoice().orElse(ToolChoice.AUTO).mode() != ToolChoice.Mode.AUTO) {
                wishes.add(Ability.TOOL_CHOICE);
            }
        }
        request.responseFormat()
                .ifPresent(format -> wishes.add(format.schema().isPresent() ? Ability.JSON_SCHEMA : Ability.JSON));
        if (request.responseFormat().isPresent() && !request.tools().isEmpty()) {
            wishes.add(Ability.FORMAT_BESIDE_TOOLS);
        }
        if (hasToolsInExtra(request)) {
            needs.add(Ability.TOOLS);
        }
    }

    /** Tools that are asked for by a field of the application's own, which goes to all. All dialects call it so. */
    private static boolean hasToolsInExtra(ChatRequest request) {
        return isFilled(request.extra().get("tools"))
                || isFilled(request.extra().get("functions"));
    }

    private static boolean isFilled(@Nullable Object field) {
        return field instanceof Collection<?> several ? !several.isEmpty() : field != null;
    }

    static Demand of(ChatRequest request) {
        return new Demand(request);
    }

    /** Whether anything that is known of a model could speak against sending it some request of moderate length. */
    static boolean mayMiss(Capabilities model) {
        return NEEDS.stream().anyMatch(model::lacks)
                || WISHES.stream().anyMatch(model::lacks)
                || !model.imageTypes().isEmpty()
                || !model.fileTypes().isEmpty();
    }

    private void add(Part part) {
        if (part instanceof Part.Image image) {
            if (image.address().isPresent()) {
                needs.add(Ability.IMAGE_ADDRESSES);
            } else {
                needs.add(Ability.IMAGES);
                imageTypes.add(typeOf(image.mediaType()));
            }
        } else if (part instanceof Part.File file) {
            needs.add(Ability.FILES);
            fileTypes.add(typeOf(file.mediaType()));
        }
    }

    /** Without parameters, and by the name that the type has. */
    private static String typeOf(String mediaType) {
        int end = mediaType.indexOf(';');
        String type =
                (end < 0 ? mediaType : mediaType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return type.equals("image/jpg") ? "image/jpeg" : type;
    }

    /** Whether a request asks for nothing but text for text. */
    static boolean isPlain(ChatRequest request) {
        if (!request.tools().isEmpty() || request.responseFormat().isPresent() || hasToolsInExtra(request)) {
            return false;
        }
        for (Message message : request.messages()) {
            if (message.role() == Role.TOOL || !message.toolCalls().isEmpty()) {
                return false;
            }
            for (Part part : message.parts()) {
                if (!(part instanceof Part.Text)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** What is needed and known to be lacking, in words. */
    List<String> lackedBy(Capabilities model) {
        List<String> lacking = new ArrayList<>(0);
        for (Ability need : needs) {
            if (model.lacks(need)) {
                lacking.add(need.words());
            }
        }
        if (!model.lacks(Ability.IMAGES)) {
            addStrange(lacking, imageTypes, model.imageTypes());
        }
        if (!model.lacks(Ability.FILES)) {
            addStrange(lacking, fileTypes, model.fileTypes());
        }
        return lacking;
    }

    private static void addStrange(List<String> lacking, Set<String> asked, List<String> known) {
        for (String type : asked) {
            if (!known.isEmpty() && !known.contains(type)) {
                lacking.add(type);
            }
        }
    }

    /**
     * What speaks against a model and is no reason not to ask it, in words.
     *
     * @param tokens how many tokens the conversation has at the least; 0 if it fits anywhere
     */
    List<String> drawbacksOf(Rung.Ask ask, long tokens) {
        List<String> drawbacks = new ArrayList<>(0);
        for (Ability wish : wishes) {
            if (ask.capabilities().lacks(wish)) {
                drawbacks.add("it knows no such thing as " + wish.words());
            }
        }
        long all = tokens + answerOf(ask.capabilities());
        if (tokens > 0 && all > ask.window()) {
            drawbacks.add("some " + all + " tokens do not fit into its window of " + ask.window());
        }
        return drawbacks;
    }

    /** Whether it is known that a model does what is wished, and that its window holds it. */
    boolean isSurelyMetBy(Rung.Ask ask, long tokens) {
        boolean holds = tokens == 0
                || ask.window() != Rung.Ask.UNKNOWN_WINDOW && tokens + answerOf(ask.capabilities()) <= ask.window();
        return holds && wishes.stream().allMatch(ask.capabilities()::has);
    }

    private long answerOf(Capabilities model) {
        return Math.min(output, model.maxOutputTokens().orElse(output));
    }

    /** Whether a window holds a request however badly its text breaks into tokens; without counting each character. */
    static boolean fitsSurely(ChatRequest request, long window) {
        if (window == Rung.Ask.UNKNOWN_WINDOW) {
            return true;
        }
        long chars = 0;
        long rest = request.maxOutputTokens().orElse(0);
        for (Message message : request.messages()) {
            chars += message.text().length();
            rest += (long) message.parts().size() * TOKENS_PER_IMAGE;
            for (ToolCall call : message.toolCalls()) {
                chars += call.arguments().length();
            }
        }
        for (Tool tool : request.tools()) {
            chars += tool.description().length() + lengthOf(tool.parameters());
        }
        return chars * MOST_BYTES_PER_CHAR / BYTES_PER_TOKEN + rest <= window;
    }

    /**
     * How many tokens a conversation has, reckoned low: a byte of UTF-8 counts as a quarter of a token, an image as little as
     * one can, a file not at all. Reckoned high, it would send away from the provider that the application prefers what that
     * provider could have answered; reckoned low, it costs a refusal at worst, after which only larger windows are asked.
     */
    static long leastTokens(ChatRequest request) {
        long bytes = 0;
        long images = 0;
        for (Message message : request.messages()) {
            bytes += bytesOf(message.text());
            for (Part part : message.parts()) {
                images += part instanceof Part.Image ? 1 : 0;
            }
            for (ToolCall call : message.toolCalls()) {
                bytes += bytesOf(call.arguments());
            }
        }
        for (Tool tool : request.tools()) {
            bytes += bytesOf(tool.description()) + lengthOf(tool.parameters());
        }
        return bytes / BYTES_PER_TOKEN + images * TOKENS_PER_IMAGE;
    }

    private static long bytesOf(String text) {
        long bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            // Each half of a surrogate pair has two of its four bytes.
            bytes += each < 0x80 ? 0 : each < 0x800 || Character.isSurrogate(each) ? 1 : 2;
        }
        return bytes;
    }

    /** The length of the names and texts in a schema. */
    private static long lengthOf(Object value) {
        long length = 0;
        if (value instanceof String text) {
            length = text.length();
        } else if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                length += lengthOf(entry.getKey()) + (entry.getValue() == null ? 0 : lengthOf(entry.getValue()));
            }
        } else if (value instanceof List<?> list) {
            for (Object each : list) {
                length += each == null ? 0 : lengthOf(each);
            }
        }
        return length;
    }
}
