package io.github.tideover.chat;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A model's wish to have a tool called.
 *
 * @since 0.1
 */
public final class ToolCall {
    private final String id;
    private final String name;
    private final String arguments;
    private final String thoughtSignature;

    private ToolCall(String id, String name, String arguments, String thoughtSignature) {
        this.id = requireNonNull(id, "id == null");
        this.name = requireNonNull(name, "name == null");
        this.arguments = requireNonNull(arguments, "arguments == null");
        this.thoughtSignature = requireNonNull(thoughtSignature, "thoughtSignature == null");
    }

    /**
     * Makes a tool call.
     *
     * @param id the provider's id for the call, empty if it gave none
     * @param name the tool's name
     * @param arguments the arguments as the model wrote them
     * @return the tool call
     */
    public static ToolCall of(String id, String name, String arguments) {
        return new ToolCall(id, name, arguments, "");
    }

    /**
     * Sets what the provider wants back of what the model thought when it made the call. An application that stores a
     * conversation stores it too: Gemini 3 refuses a call of its own that comes back without, and so does Anthropic while
     * thinking is switched on. DeepSeek and Moonshot are sent a blank for thoughts that are not there, and Gemini 3, at OpenRouter too,
     * what Google has for calls that another model made.
     *
     * @param signature the text as it came, empty for none
     * @return a copy with that text
     */
    public ToolCall thoughtSignature(String signature) {
        return new ToolCall(id, name, arguments, signature);
    }

    /**
     * The provider's id for the call.
     *
     * @return the id, empty if it gave none
     */
    public String id() {
        return id;
    }

    /**
     * The tool's name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * The arguments as the model wrote them: JSON as a rule, but cut JSON when the model ran into its token limit.
     *
     * @return the text, possibly empty
     */
    public String arguments() {
        return arguments;
    }

    /**
     * What the provider wants back of what the model thought when it made the call: the seal under which Gemini keeps it,
     * Anthropic's blocks of thinking with their signatures, the thoughts of DeepSeek's and Moonshot's models, or what OpenRouter calls
     * reasoning details. It is sent back to models of the maker it came from and to nobody else.
     *
     * @return opaque text, empty from every other provider and for most calls
     */
    public String thoughtSignature() {
        return thoughtSignature;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ToolCall that
                && id.equals(that.id)
                && name.equals(that.name)
                && arguments.equals(that.arguments)
                && thoughtSignature.equals(that.thoughtSignature);
    }

    @Override
    public int hashCode() {
        return (id.hashCode() * 31 + name.hashCode()) * 31 + arguments.hashCode();
    }

    /** Names the tool; the arguments are left out, since they may quote the conversation. */
    @Override
    public String toString() {
        return "ToolCall{" + id + " " + name + "}";
    }
}
