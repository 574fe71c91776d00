/**
 * A chat in a browser that shows what a user sees of an outage: {@link io.github.tideover.examples.web.WebChat} starts it. To be
 * read beginning with {@code Assistant}, which has all that is said to the library, and {@code Room}, which makes of it what a page
 * shows.
 */
@NullMarked
package io.github.tideover.examples.web;

import org.jspecify.annotations.NullMarked;
