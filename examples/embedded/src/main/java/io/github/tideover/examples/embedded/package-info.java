/** The provider that the samples bring with them, so that they run without a key: how it is broken, and mended. */
@NullMarked
package io.github.tideover.examples.embedded;

import org.jspecify.annotations.NullMarked;
