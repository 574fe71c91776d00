package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.ToolCall;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What was said in a conversation. */
final class History {
    private History() {}

    /** With a reply at its end, unless it is no model's: the application's own words, or a receipt. */
    static List<Message> with(List<Message> said, ChatReply reply) {
        if (reply.origin() == Origin.CANNED || reply.origin() == Origin.QUEUED) {
            return List.copyOf(said);
        }
        List<Message> all = new ArrayList<>(said);
        all.add(Message.assistant(reply));
        return List.copyOf(all);
    }

    /** Which of the open calls a result answers: the very one, or that of its id where a store kept no more of it. */
    static ToolCall answered(Collection<ToolCall> open, ToolCall call) {
        if (open.contains(call) || call.id().isEmpty()) {
            return call;
        }
        return open.stream()
                .filter(each -> each.id().equals(call.id()))
                .findFirst()
                .orElse(call);
    }
}
