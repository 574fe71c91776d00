/**
 * Drills: {@link io.github.tideover.examples.drill.Drill} lets an application live through an outage over real HTTP, beside a
 * bare client that lives through the same, and draws what became of every call.
 */
@NullMarked
package io.github.tideover.examples.drill;

import org.jspecify.annotations.NullMarked;
