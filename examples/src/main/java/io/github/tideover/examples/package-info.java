/**
 * Applications to run and to read: {@link io.github.tideover.examples.ConsoleChat}, a chat in a console, and
 * {@link io.github.tideover.examples.FallbackTour}, one page of code that takes each rung of the ladder once.
 */
@NullMarked
package io.github.tideover.examples;

import org.jspecify.annotations.NullMarked;
