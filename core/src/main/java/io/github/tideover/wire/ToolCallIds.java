package io.github.tideover.wire;

import io.github.tideover.chat.ToolCall;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The ids under which one request sends its tool calls: those they have, if the provider takes them. Each is there once, while
 * some models give their calls the same id in every turn, or none.
 */
public final class ToolCallIds {
    /** What ids a provider takes. */
    public enum Form {
        /** Any characters, but no more than the 40 that OpenAI's chat completions take; some models look into their own. */
        SHORT(40),
        /** Letters, digits, {@code _} and {@code -} (Anthropic takes no others), and no more than OpenAI's Responses API takes. */
        PLAIN(64),
        /** Nine letters and digits, as Mistral's models want it. */
        NINE(9);

        private final int longest;

        Form(int longest) {
            this.longest = longest;
        }
    }

    private final Form form;
    private final List<Call> open = new ArrayList<>();
    /** Made for the first call: most requests have none. */
    private @Nullable Set<String> given;

    private record Call(ToolCall call, String id) {}

    /**
     * Starts without calls.
     *
     * @param form what the provider takes
     */
    public ToolCallIds(Form form) {
        this.form = form;
    }

    /**
     * The id of a call that the model wished for.
     *
     * @param call the call
     * @return its id in this request
     */
    public String of(ToolCall call) {
        Set<String> taken = given == null ? new HashSet<>() : given;
        given = taken;
        String fit = fit(call.id());
        String id = fit;
        for (int i = 2; !taken.add(id); i++) {
            id = form == Form.NINE ? fit(call.id() + '_' + i) : shortened(fit, form.longest - digits(i) - 1) + '_' + i;
        }
        open.add(new Call(call, id));
        return id;
    }

    /**
     * The id of the call that a result answers: the earliest of those like it that is not answered yet.
     *
     * @param call the call as the result names it
     * @return its id in this request
     */
    public String answeredBy(ToolCall call) {
        for (int i = 0; i < open.size(); i++) {
            ToolCall each = open.get(i).call();
            if (call.id().isEmpty() ? each.equals(call) : each.id().equals(call.id())) {
                return open.remove(i).id();
            }
        }
        return fit(call.id());
    }

    private String fit(String id) {
        if (form == Form.NINE) {
            return isNine(id) ? id : nine(id);
        }
        if (id.isEmpty()) {
            return "call";
        }
        return shortened(form == Form.SHORT ? id : plain(id), form.longest);
    }

    private static String plain(String id) {
        StringBuilder plain = null;
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (!isLetterOrDigit(c) && c != '_' && c != '-') {
                plain = plain == null ? new StringBuilder(id) : plain;
                plain.setCharAt(i, '_');
            }
        }
        return plain == null ? id : plain.toString();
    }

    private static boolean isNine(String id) {
        return id.length() == Form.NINE.longest && id.chars().allMatch(c -> isLetterOrDigit((char) c));
    }

    /** Nine characters made of the id by FNV-1a: the same in every request, or the provider's prompt cache would not find it. */
    private static String nine(String id) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < id.length(); i++) {
            hash = (hash ^ id.charAt(i)) * 0x100000001b3L;
        }
        StringBuilder nine = new StringBuilder(Form.NINE.longest);
        for (int i = 0; i < Form.NINE.longest; i++) {
            nine.append(Character.forDigit((int) Long.remainderUnsigned(hash, 36), 36));
            hash = Long.divideUnsigned(hash, 36);
        }
        return nine.toString();
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static int digits(int number) {
        return Integer.toString(number).length();
    }

    private static String shortened(String id, int length) {
        return id.length() <= length ? id : id.substring(0, length);
    }
}
