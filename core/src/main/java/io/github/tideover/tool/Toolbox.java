package io.github.tideover.tool;

import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Tools that a call may run by itself, and for how many rounds. Immutable.
 *
 * @since 0.1
 */
public final class Toolbox {
    /** How many rounds there may be unless {@link #maxRounds(int)} says otherwise. */
    public static final int DEFAULT_MAX_ROUNDS = 8;

    private final Map<String, TypedTool> tools;
    private final int maxRounds;

    private Toolbox(Map<String, TypedTool> tools, int maxRounds) {
        this.tools = tools;
        this.maxRounds = maxRounds;
    }

    /**
     * Puts tools together.
     *
     * @param tools the tools, each with a name of its own
     * @return the toolbox
     * @throws IllegalArgumentException if there is none, or two have the same name
     */
    public static Toolbox of(TypedTool... tools) {
        if (tools.length == 0) {
            throw new IllegalArgumentException("a toolbox needs at least one tool; without tools, call chat(request)");
        }
        Map<String, TypedTool> byName = new LinkedHashMap<>();
        for (TypedTool each : tools) {
            String name = each.tool().name();
            if (byName.put(name, each) != null) {
                throw new IllegalArgumentException("each tool needs a name of its own, and two are called " + name);
            }
        }
        return new Toolbox(byName, DEFAULT_MAX_ROUNDS);
    }

    /**
     * Sets how many times in one call the model may have tools run before it must answer. Each round is another request to the
     * provider, with all that was said before in it.
     *
     * @param maxRounds the number of rounds, at least 1; {@value #DEFAULT_MAX_ROUNDS} unless this says otherwise
     * @return a copy for which that holds
     * @throws IllegalArgumentException if it is less than 1
     */
    public Toolbox maxRounds(int maxRounds) {
        if (maxRounds < 1) {
            throw new IllegalArgumentException("maxRounds must be at least 1, not " + maxRounds);
        }
        return new Toolbox(tools, maxRounds);
    }

    /**
     * How many times in one call the model may have tools run.
     *
     * @return the number of rounds
     */
    public int maxRounds() {
        return maxRounds;
    }

    /**
     * The tools as they go out with a request.
     *
     * @return an unmodifiable list, in the order in which they were put in
     */
    public List<Tool> tools() {
        return tools.values().stream().map(TypedTool::tool).toList();
    }

    /**
     * Makes a model's wish ready to run.
     *
     * <p>Part of the seam between this library's own packages.
     *
     * @param call the wish
     * @return runs the tool and gives what the model is to be told; null if no tool here has the name
     * @throws MisfitException if the arguments do not fit the tool's record
     */
    public @Nullable Callable<String> bind(ToolCall call) throws MisfitException {
        TypedTool tool = tools.get(call.name());
        return tool == null ? null : tool.bind(call.arguments());
    }

    @Override
    public String toString() {
        return "Toolbox" + tools.keySet();
    }
}
