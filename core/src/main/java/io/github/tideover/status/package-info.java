/**
 * What the service's health looks like from here, and how the application hears of it.
 *
 * <p>Imports {@code wire} and {@code failure}; never {@code provider} or {@code cache}.
 */
@NullMarked
package io.github.tideover.status;

import org.jspecify.annotations.NullMarked;
