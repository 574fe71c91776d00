package io.github.tideover.chat;

import static java.util.Objects.requireNonNull;

import io.github.tideover.failure.Failure;
import java.util.List;

/**
 * What happens in a streamed reply, in order: pieces of text and reasoning, a break that was mended on the way, the whole
 * reply at the end. Immutable, and safe to hand to any thread.
 *
 * <pre>{@code
 * if (event instanceof StreamEvent.Text text) {
 *     screen.append(text.text());
 * } else if (event instanceof StreamEvent.Restarted) {
 *     screen.clear();
 * }
 * }</pre>
 *
 * <p>More kinds may be added in later versions: pass over those you do not know.
 *
 * @since 0.1
 */
public sealed interface StreamEvent {
    /**
     * A piece of the answer's text, to be shown behind what came before.
     *
     * @since 0.1
     */
    final class Text implements StreamEvent {
        private final String text;

        /**
         * Makes a piece of text.
         *
         * @param text the text, not empty
         */
        public Text(String text) {
            this.text = requireNonNull(text, "text == null");
        }

        /**
         * The text.
         *
         * @return a few characters as a rule, with their spaces
         */
        public String text() {
            return text;
        }

        /** Gives the length; the text itself is left out. */
        @Override
        public String toString() {
            return "Text{" + text.length() + " characters}";
        }
    }

    /**
     * A piece of what the model thinks aloud before it answers. It is no part of the answer.
     *
     * @since 0.1
     */
    final class Reasoning implements StreamEvent {
        private final String text;

        /**
         * Makes a piece of reasoning.
         *
         * @param text the reasoning, not empty
         */
        public Reasoning(String text) {
            this.text = requireNonNull(text, "text == null");
        }

        /**
         * The reasoning.
         *
         * @return a few characters as a rule, with their spaces
         */
        public String text() {
            return text;
        }

        /** Gives the length; the reasoning itself is left out. */
        @Override
        public String toString() {
            return "Reasoning{" + text.length() + " characters}";
        }
    }

    /**
     * The stream broke, and another answer begins from the start: take away what was shown of this reply. It comes
     * right before the new answer's first piece, so the old text may stand until then.
     *
     * @since 0.1
     */
    final class Restarted implements StreamEvent {
        private final Failure cause;

        /**
         * Makes the event.
         *
         * @param cause what broke the stream
         */
        public Restarted(Failure cause) {
            this.cause = requireNonNull(cause, "cause == null");
        }

        /**
         * What broke the stream.
         *
         * @return the failure
         */
        public Failure cause() {
            return cause;
        }

        @Override
        public String toString() {
            return "Restarted{" + cause.kind() + "}";
        }
    }

    /**
     * The stream broke, and another answer goes on where it ended: what was shown stays. Another model's words follow, so
     * the whole reply is marked as {@linkplain ChatReply#isContinued() continued}.
     *
     * @since 0.1
     */
    final class Continued implements StreamEvent {
        private final Failure cause;

        /**
         * Makes the event.
         *
         * @param cause what broke the stream
         */
        public Continued(Failure cause) {
            this.cause = requireNonNull(cause, "cause == null");
        }

        /**
         * What broke the stream.
         *
         * @return the failure
         */
        public Failure cause() {
            return cause;
        }

        @Override
        public String toString() {
            return "Continued{" + cause.kind() + "}";
        }
    }

    /**
     * The model wishes to have tools called before it answers, and its wish is complete: the tools are run when the next event
     * is asked for. What was shown so far stands, and a {@link Restarted} that comes later takes away no more than what was
     * shown since. Only in a stream with a toolbox.
     *
     * @since 0.1
     */
    final class ToolsCalled implements StreamEvent {
        private final List<ToolCall> toolCalls;

        /**
         * Makes the event.
         *
         * @param toolCalls the wishes
         */
        public ToolsCalled(List<ToolCall> toolCalls) {
            this.toolCalls = List.copyOf(toolCalls);
        }

        /**
         * The wishes.
         *
         * @return an unmodifiable list in the order in which they are run
         */
        public List<ToolCall> toolCalls() {
            return toolCalls;
        }

        @Override
        public String toString() {
            return "ToolsCalled" + toolCalls;
        }
    }

    /**
     * The reply has proved to be complete. It is the last event.
     *
     * @since 0.1
     */
    final class Completed implements StreamEvent {
        private final ChatReply reply;

        /**
         * Makes the event.
         *
         * @param reply the whole reply
         */
        public Completed(ChatReply reply) {
            this.reply = requireNonNull(reply, "reply == null");
        }

        /**
         * The whole reply: its text, and where it came from.
         *
         * @return the reply
         */
        public ChatReply reply() {
            return reply;
        }

        @Override
        public String toString() {
            return "Completed{" + reply + "}";
        }
    }
}
