package io.github.tideover.chat;

import static java.util.Objects.requireNonNull;

/**
 * One message of a conversation.
 *
 * @since 0.1
 */
public final class Message {
    private final Role role;
    private final String text;

    private Message(Role role, String text) {
        this.role = role;
        this.text = requireNonNull(text, "message text == null; an empty text is \"\"");
    }

    /**
     * What the person says.
     *
     * @param text the text
     * @return the message
     */
    public static Message user(String text) {
        return new Message(Role.USER, text);
    }

    /**
     * What the model is to know or to be.
     *
     * @param text the text
     * @return the message
     */
    public static Message system(String text) {
        return new Message(Role.SYSTEM, text);
    }

    /**
     * What the model said before.
     *
     * @param text the text
     * @return the message
     */
    public static Message assistant(String text) {
        return new Message(Role.ASSISTANT, text);
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
     * @return the text, possibly empty
     */
    public String text() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Message that && role == that.role && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return role.hashCode() * 31 + text.hashCode();
    }

    /** Gives role and length; the text is left out so that a log cannot hold it. */
    @Override
    public String toString() {
        return "Message{" + role + ", " + text.length() + " characters}";
    }
}
