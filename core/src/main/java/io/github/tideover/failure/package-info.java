/**
 * What can go wrong, sorted once by what the caller can do about it, and the exceptions that say so.
 *
 * <p>Values only: this package imports the JDK and JSpecify, and every other package may import it.
 */
@NullMarked
package io.github.tideover.failure;

import org.jspecify.annotations.NullMarked;
