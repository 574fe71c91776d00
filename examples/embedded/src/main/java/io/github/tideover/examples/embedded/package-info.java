/** What the samples share: how the provider that they bring with them is broken, and mended, and a folder that goes with them. */
@NullMarked
package io.github.tideover.examples.embedded;

import org.jspecify.annotations.NullMarked;
