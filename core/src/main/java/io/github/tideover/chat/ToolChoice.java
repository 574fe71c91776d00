package io.github.tideover.chat;

import static java.util.Objects.requireNonNull;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether the model may, must or must not wish to have a tool called.
 *
 * @since 0.1
 */
public final class ToolChoice {
    /** The model decides; the default of every provider. */
    public static final ToolChoice AUTO = new ToolChoice(Mode.AUTO, null);

    /** No tool may be called. */
    public static final ToolChoice NONE = new ToolChoice(Mode.NONE, null);

    /** Some tool must be called. */
    public static final ToolChoice REQUIRED = new ToolChoice(Mode.REQUIRED, null);

    /**
     * The sorts of choice.
     *
     * @since 0.1
     */
    public enum Mode {
        /** The model decides. */
        AUTO,
        /** No tool may be called. */
        NONE,
        /** Some tool must be called. */
        REQUIRED,
        /** This tool must be called. */
        TOOL
    }

    private final Mode mode;
    private final @Nullable String tool;

    private ToolChoice(Mode mode, @Nullable String tool) {
        this.mode = mode;
        this.tool = tool;
    }

    /**
     * One tool must be called.
     *
     * @param name its name
     * @return the choice
     */
    public static ToolChoice tool(String name) {
        return new ToolChoice(Mode.TOOL, requireNonNull(name, "name == null"));
    }

    /**
     * The sort of choice.
     *
     * @return the mode
     */
    public Mode mode() {
        return mode;
    }

    /**
     * The tool that must be called.
     *
     * @return its name, or empty unless the mode is {@link Mode#TOOL}
     */
    public Optional<String> tool() {
        return Optional.ofNullable(tool);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ToolChoice that && mode == that.mode && Objects.equals(tool, that.tool);
    }

    @Override
    public int hashCode() {
        return mode.hashCode();
    }

    @Override
    public String toString() {
        return "ToolChoice{" + (tool == null ? mode : tool) + "}";
    }
}
