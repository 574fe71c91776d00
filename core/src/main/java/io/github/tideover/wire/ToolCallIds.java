package io.github.tideover.wire;

import io.github.tideover.chat.ToolCall;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The ids under which one request sends its tool calls: those they have, if all providers take them. They take letters, digits,
 * {@code _} and {@code -} (Anthropic no others), each id once, and 64 characters (OpenAI's Responses API no more), while others
 * give their calls dots and colons, the same id in every turn, or none.
 */
public final class ToolCallIds {
    private static final int LONGEST = 64;

    private final List<Call> open = new ArrayList<>();
    private final Set<String> given = new HashSet<>();

    private record Call(ToolCall call, String id) {}

    /** Starts without calls. */
    public ToolCallIds() {}

    /**
     * The id of a call that the model wished for.
     *
     * @param call the call
     * @return its id in this request
     */
    public String of(ToolCall call) {
        String plain = plain(call.id());
        String id = plain;
        for (int i = 2; !given.add(id); i++) {
            String suffix = "_" + i;
            id = shortened(plain, LONGEST - suffix.length()) + suffix;
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
        return plain(call.id());
    }

    private static String plain(String id) {
        if (id.isEmpty()) {
            return "call";
        }
        StringBuilder plain = null;
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean isPlain =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
            if (!isPlain) {
                plain = plain == null ? new StringBuilder(id) : plain;
                plain.setCharAt(i, '_');
            }
        }
        return shortened(plain == null ? id : plain.toString(), LONGEST);
    }

    private static String shortened(String id, int length) {
        return id.length() <= length ? id : id.substring(0, length);
    }
}
