/**
 * The words of a conversation: messages, the request made of them, the reply.
 *
 * <p>Values only: this package imports the JDK, JSpecify and {@code failure}, and every package above may import it.
 */
@NullMarked
package io.github.tideover.chat;

import org.jspecify.annotations.NullMarked;
