/**
 * Google's Gemini in its own API: {@code generateContent}, whole and streamed.
 *
 * <p>{@link io.github.tideover.provider.gemini.GeminiApi} is the typed client for it, usable alone: one call, one request,
 * nothing retried. The dialect puts the same client under the engine. Imports {@code provider}, {@code wire},
 * {@code chat} and {@code failure}.
 */
@NullMarked
package io.github.tideover.provider.gemini;

import org.jspecify.annotations.NullMarked;
