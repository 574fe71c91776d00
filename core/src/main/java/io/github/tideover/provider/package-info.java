/**
 * Who can answer: a provider's address, credentials, model and limits, and the dialect it speaks.
 *
 * <p>Each dialect has a sub-package of its own. Imports {@code wire}, {@code chat} and {@code failure}; never
 * {@code cache} or {@code status}.
 */
@NullMarked
package io.github.tideover.provider;

import org.jspecify.annotations.NullMarked;
