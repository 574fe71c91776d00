package io.github.tideover.chat;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A function of the application's that the model may wish to have called.
 *
 * @since 0.1
 */
public final class Tool {
    /** What OpenAI, Anthropic and Gemini all take. */
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_-]{0,63}");

    private final String name;
    private final String description;
    private final Map<String, Object> parameters;

    private Tool(String name, String description, Map<String, Object> parameters) {
        this.name = name;
        this.description = description;
        this.parameters = parameters;
    }

    /**
     * Describes a function.
     *
     * @param name its name: a letter or underscore, then letters, digits, underscores and hyphens, 64 characters at most
     * @param description what it does and when to call it, for the model to read
     * @param parameters the JSON schema of its arguments, an object's as a rule; copied
     * @return the tool
     * @throws IllegalArgumentException if the name has another form, or the schema holds what JSON lacks
     */
    public static Tool function(String name, String description, Map<String, ?> parameters) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a tool's name is a letter or underscore, then letters, digits, _ and -, "
                            + "64 characters at most; not \"" + name + "\"");
        }
        return new Tool(
                name,
                requireNonNull(description, "description == null"),
                JsonValues.object("the parameters of tool " + name, parameters));
    }

    /**
     * The function's name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * What it does and when to call it.
     *
     * @return the description, possibly empty
     */
    public String description() {
        return description;
    }

    /**
     * The JSON schema of its arguments.
     *
     * @return an unmodifiable map of JSON values
     */
    public Map<String, Object> parameters() {
        return parameters;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Tool that
                && name.equals(that.name)
                && description.equals(that.description)
                && parameters.equals(that.parameters);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return "Tool{" + name + "}";
    }
}
