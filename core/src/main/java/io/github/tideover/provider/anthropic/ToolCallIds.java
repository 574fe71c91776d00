package io.github.tideover.provider.anthropic;

import io.github.tideover.chat.ToolCall;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The ids under which tool calls are sent: those they have, if Anthropic takes them. It takes letters, digits, {@code _} and
 * {@code -}, and each id once, while others give their calls dots and colons, the same id in every turn, or none.
 */
final class ToolCallIds {
    private final List<Call> open = new ArrayList<>();
    private final Set<String> given = new HashSet<>();

    private record Call(ToolCall call, String id) {}

    /** The id of a call that the model wished for. */
    String of(ToolCall call) {
        String plain = plain(call.id());
        String id = plain;
        for (int i = 2; !given.add(id); i++) {
            id = plain + "_" + i;
        }
        open.add(new Call(call, id));
        return id;
    }

    /** The id of the call that a result answers: the earliest of those like it that is not answered yet. */
    String answeredBy(ToolCall call) {
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
        return plain == null ? id : plain.toString();
    }
}
