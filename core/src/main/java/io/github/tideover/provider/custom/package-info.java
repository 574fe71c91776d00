/**
 * For an API that speaks none of the known dialects: how an application says what its requests and answers look like.
 * {@link io.github.tideover.provider.custom.CustomDialect} is where to begin; all the rest of a call, from the retry to the
 * status, stays the library's.
 */
@NullMarked
package io.github.tideover.provider.custom;

import org.jspecify.annotations.NullMarked;
