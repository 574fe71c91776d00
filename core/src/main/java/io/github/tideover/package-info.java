/**
 * The door, the policies and the engine: assembles a client and runs a call up the ladder.
 *
 * <p>May import every other package of this library; none of them imports this one.
 */
@NullMarked
package io.github.tideover;

import org.jspecify.annotations.NullMarked;
