/**
 * An application's own Java records as the arguments of tools and as answers: their JSON schema, and what a model wrote read
 * into them.
 *
 * <p>Imports {@code chat}; never {@code provider}, {@code cache} or {@code status}. Jackson's data binding is used here and
 * nowhere else, so that a client without tools and records does not load it.
 */
@NullMarked
package io.github.tideover.tool;

import org.jspecify.annotations.NullMarked;
