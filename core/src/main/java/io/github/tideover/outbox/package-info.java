/**
 * Keeps messages for later, durably.
 *
 * <p>Imports {@code chat}, {@code failure} and {@code wire}; never {@code provider}, {@code cache} or {@code status}.
 */
@NullMarked
package io.github.tideover.outbox;

import org.jspecify.annotations.NullMarked;
