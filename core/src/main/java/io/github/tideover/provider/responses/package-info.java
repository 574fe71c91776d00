/**
 * OpenAI's Responses API, which several other providers speak too.
 *
 * <p>{@link io.github.tideover.provider.responses.ResponsesApi} is the typed client for it, usable alone: one call, one request,
 * nothing retried. The dialect puts the same client under the engine. Imports {@code provider}, {@code wire}, {@code chat} and
 * {@code failure}.
 */
@NullMarked
package io.github.tideover.provider.responses;

import org.jspecify.annotations.NullMarked;
