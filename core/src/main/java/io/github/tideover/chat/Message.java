package io.github.tideover.chat;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation: parts, and for the model's own also its wishes to have tools called.
 *
 * @since 0.1
 */
public final class Message {
    private final Role role;
    private final List<Part> parts;
    private final String text;
    private final List<ToolCall> toolCalls;
    private final @Nullable ToolCall answered;

    private Message(Role role, List<Part> parts, List<ToolCall> toolCalls, @Nullable ToolCall answered) {
        this.role = role;
        this.parts = parts;
        this.text = textOf(parts);
        this.toolCalls = toolCalls;
        this.answered = answered;
    }

    private static Message of(Role role, String text) {
        requireNonNull(text, "message text == null; an empty text is \"\"");
        return new Message(role, List.of(Part.text(text)), List.of(), null);
    }

    /**
     * What the person says.
     *
     * @param text the text
     * @return the message
     */
    public static Message user(String text) {
        return of(Role.USER, text);
    }

    /**
     * What the person says and shows.
     *
     * @param parts texts, images and files, in order
     * @return the message
     * @throws IllegalArgumentException if there is none
     */
    public static Message user(Part... parts) {
        if (parts.length == 0) {
            throw new IllegalArgumentException("a message needs at least one part, such as Part.text(text)");
        }
        return new Message(Role.USER, List.of(parts), List.of(), null);
    }

    /**
     * What the model is to know or to be.
     *
     * @param text the text
     * @return the message
     */
    public static Message system(String text) {
        return of(Role.SYSTEM, text);
    }

    /**
     * What the model said before.
     *
     * @param text the text
     * @return the message
     */
    public static Message assistant(String text) {
        return of(Role.ASSISTANT, text);
    }

    /**
     * What the model said before, and the tools it wished to have called.
     *
     * @param text the text, possibly empty
     * @param toolCalls its wishes, each to be answered by a {@linkplain #toolResult tool result}
     * @return the message
     */
    public static Message assistant(String text, List<ToolCall> toolCalls) {
        requireNonNull(text, "message text == null; an empty text is \"\"");
        return new Message(Role.ASSISTANT, List.of(Part.text(text)), List.copyOf(toolCalls), null);
    }

    /**
     * A reply as a message of the conversation.
     *
     * @param reply what the model said
     * @return the message, with its tool calls
     */
    public static Message assistant(ChatReply reply) {
        return assistant(reply.text(), reply.toolCalls());
    }

    /**
     * What a tool gave when it was called.
     *
     * @param call the model's wish
     * @param result what came of it, or in plain words what went wrong
     * @return the message
     */
    public static Message toolResult(ToolCall call, String result) {
        requireNonNull(result, "result == null; an empty result is \"\"");
        return new Message(Role.TOOL, List.of(Part.text(result)), List.of(), requireNonNull(call, "call == null"));
    }

    private static String textOf(List<Part> parts) {
        if (parts.size() == 1 && parts.get(0) instanceof Part.Text only) {
            return only.text();
        }
        return parts.stream()
                .filter(Part.Text.class::isInstance)
                .map(part -> ((Part.Text) part).text())
                .collect(Collectors.joining("\n"));
    }

    /**
     * Who speaks.
     *
     * @return the role
     */
    public Role role() {
        return role;
    }

    /**
     * What is said.
     *
     * @return the text, possibly empty; that of several parts is joined by line breaks
     */
    public String text() {
        return text;
    }

    /**
     * What is said and shown.
     *
     * @return an unmodifiable list with at least one part
     */
    public List<Part> parts() {
        return parts;
    }

    /**
     * The tools that the model wished to have called.
     *
     * @return an unmodifiable list, empty unless the model speaks
     */
    public List<ToolCall> toolCalls() {
        return toolCalls;
    }

    /**
     * The wish that this tool result answers.
     *
     * @return the tool call
     * @throws IllegalStateException if this is not a tool's message
     */
    public ToolCall answered() {
        if (answered == null) {
            throw new IllegalStateException("only a message of role TOOL answers a tool call, not one of " + role);
        }
        return answered;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Message that
                && role == that.role
                && parts.equals(that.parts)
                && toolCalls.equals(that.toolCalls)
                && Objects.equals(answered, that.answered);
    }

    @Override
    public int hashCode() {
        return (role.hashCode() * 31 + parts.hashCode()) * 31 + toolCalls.hashCode();
    }

    /** Gives role and length; the text is left out so that a log cannot hold it. */
    @Override
    public String toString() {
        String more = parts.size() == 1 ? "" : ", " + parts.size() + " parts";
        return "Message{" + role + ", " + text.length() + " characters" + more + "}";
    }
}
