/** A sentence-embedding model that runs inside the application. */
@NullMarked
package io.github.tideover.embeddings;

import org.jspecify.annotations.NullMarked;
