package io.github.tideover.tool;

import org.jspecify.annotations.Nullable;

/**
 * What a tool does when it is called.
 *
 * @param <T> the record of its arguments
 * @since 0.1
 */
@FunctionalInterface
public interface ToolFunction<T> {
    /**
     * Does it. Nothing breaks it off from outside, so what it waits for is to have a timeout.
     *
     * @param arguments what the model filled in
     * @return what the model is told: a {@code String} as it is, anything else as the JSON that Jackson makes of it. A {@link
     *     java.util.concurrent.CompletionStage} is waited for, and stands for what it gives or how it fails.
     * @throws ToolFailedException if it failed, with words for the model
     * @throws Exception if it failed in a way that is none of the model's business: it is told no more than that
     */
    @Nullable
    Object call(T arguments) throws Exception;
}
