/**
 * Remembers replies for the day they are needed.
 *
 * <p>Imports {@code chat}; never {@code provider} or {@code status}.
 */
@NullMarked
package io.github.tideover.cache;

import org.jspecify.annotations.NullMarked;
