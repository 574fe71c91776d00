package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import java.util.ArrayList;
import java.util.List;

/** What was said in a conversation. */
final class History {
    private History() {}

    /** With a reply at its end, unless that is the application's own words, which are no model's. */
    static List<Message> with(List<Message> said, ChatReply reply) {
        if (reply.origin() == Origin.CANNED) {
            return List.copyOf(said);
        }
        List<Message> all = new ArrayList<>(said);
        all.add(Message.assistant(reply));
        return List.copyOf(all);
    }
}
