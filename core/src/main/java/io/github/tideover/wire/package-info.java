/**
 * HTTP and event streams: bytes in, answers or one sorted failure out.
 *
 * <p>Not exported by the module: nothing here is for applications. Imports {@code chat}, {@code failure} and the HTTP
 * and JSON libraries; {@code provider} and the root package import it.
 */
@NullMarked
package io.github.tideover.wire;

import org.jspecify.annotations.NullMarked;
