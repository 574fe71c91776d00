/**
 * OpenAI's chat completions, which many providers and every local model server speak too.
 *
 * <p>{@link io.github.tideover.provider.openai.OpenAiApi} is the typed client for it, usable alone: one call, one request,
 * nothing retried. The dialect puts the same client under the engine. Imports {@code provider}, {@code wire},
 * {@code chat} and {@code failure}.
 */
@NullMarked
package io.github.tideover.provider.openai;

import org.jspecify.annotations.NullMarked;
