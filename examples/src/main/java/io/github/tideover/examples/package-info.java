/**
 * Applications to run and to read: {@link io.github.tideover.examples.ConsoleChat}, a chat in a console;
 * {@link io.github.tideover.examples.Desk}, a customer-service bot in one file, to copy from;
 * {@link io.github.tideover.examples.FallbackTour}, one page of code that takes each rung of the ladder once;
 * {@link io.github.tideover.examples.StatusPageDemo}, what an application would publish of an outage.
 */
@NullMarked
package io.github.tideover.examples;

import org.jspecify.annotations.NullMarked;
