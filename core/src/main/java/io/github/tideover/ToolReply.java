package io.github.tideover;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import java.util.List;

/**
 * The reply to a call that may have run tools on the way, and what was said and done.
 *
 * @since 0.1
 */
public final class ToolReply {
    private final ChatReply reply;
    private final List<Message> history;

    ToolReply(ChatReply reply, List<Message> history) {
        this.reply = reply;
        this.history = history;
    }

    /**
     * The reply. Its attempts, usage, skipped rungs and adaptations are those of all rounds; where it came from is the last round's, which
     * may be the cache or the application's own words after tools were run for a provider.
     *
     * @return the reply
     */
    public ChatReply reply() {
        return reply;
    }

    /**
     * What the model said in the end.
     *
     * @return the reply's text
     */
    public String text() {
        return reply.text();
    }

    /**
     * What was said and done: the messages of the request, the tools' calls and results, and the reply unless it is the
     * application's own words ({@link Origin#CANNED}).
     *
     * @return the messages of a conversation that goes on, unmodifiable
     */
    public List<Message> history() {
        return history;
    }

    /** Gives what the reply's own does. */
    @Override
    public String toString() {
        return "ToolReply{" + reply + ", " + history.size() + " messages}";
    }
}
