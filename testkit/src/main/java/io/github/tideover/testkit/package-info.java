/**
 * An outage in a box: a provider on loopback that behaves exactly as badly as it is told, outages of the past to be lived
 * through again, chaos for a real client in staging, time that a test moves by hand, and assertions on what a client shows
 * its user and how it treats a provider.
 *
 * <p>{@link OutageServer} is where to begin. It speaks HTTP, so that it serves the test of any client, whoever wrote it.
 * {@link OutageExtension} and the assertions need the JUnit and the AssertJ of the application; all else does without.
 */
@NullMarked
package io.github.tideover.testkit;

import org.jspecify.annotations.NullMarked;
