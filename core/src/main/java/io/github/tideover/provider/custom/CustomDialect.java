package io.github.tideover.provider.custom;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.provider.Provider;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import okhttp3.Request;

/**
 * How an API of another kind is spoken to: what its requests look like, and what its answers mean. Given to
 * {@link Provider#speaking}, it makes a provider like any other, with failover, retries, stream rescue, cache and status.
 *
 * <pre>{@code
 * Provider.speaking(new TalkDialect(), "https://talk.example.com/api/").apiKey(key).model("small")
 * }</pre>
 *
 * <p>A dialect sends nothing and waits for nothing. It sees neither the key nor the provider's headers: those are added to what
 * it writes. It does not cut streams into pieces, and it does not decide whether an answer is complete: only after it has
 * called {@link ReplyDraft#finish} does an answer count as one, and a stream that ends before that was cut, however politely
 * the connection was closed.
 *
 * <p>Whatever the reading methods throw means that the answer is malformed, except for what {@link ReplyDraft#refused} makes. Of
 * an exception of the dialect's own, or of its JSON library, only the class is named, since its message may quote the reply.
 * What {@link #write} throws is a fault in this program: no other provider is asked because of it.
 *
 * <p>One dialect serves all calls at once, so it must be safe for use by many threads. What belongs to one answer is in its
 * {@link ReplyDraft}.
 *
 * @since 0.1
 */
public interface CustomDialect {
    /**
     * Writes a request. The provider's key and headers are added, with an {@code Accept} of the form that is asked for, unless
     * the request has headers of these names.
     *
     * @param request what is asked
     * @param target where it goes, and in which form it is to be answered
     * @return an HTTP request to the provider's own host; one to another host is not sent, since the key would go there
     */
    Request write(ChatRequest request, Target target);

    /**
     * How streamed answers are cut into pieces.
     *
     * @return {@link Framing#EVENTS} unless this says otherwise
     */
    default Framing framing() {
        return Framing.EVENTS;
    }

    /**
     * Reads an answer that came whole, with a good HTTP status. A server that was asked for a stream of events may answer so
     * all the same.
     *
     * @param body the body, after decompression
     * @param reply takes what it says, and must be told that it is {@linkplain ReplyDraft#finish finished}
     * @throws IOException if it is no reply; see {@link ReplyDraft#malformed} and {@link ReplyDraft#refused}
     */
    void readWhole(String body, ReplyDraft reply) throws IOException;

    /**
     * Reads one piece of a streamed answer.
     *
     * @param type the event's type, {@code "message"} if it has none; empty for a line
     * @param data the event's data, or the line; neither empty nor surrounded by white space
     * @param reply takes what it says
     * @throws IOException if it is no piece of a reply; see {@link ReplyDraft#malformed} and {@link ReplyDraft#refused}
     */
    void readPiece(String type, String data, ReplyDraft reply) throws IOException;

    /**
     * What the provider's own words for a failure mean. It is asked before the common table, which knows statuses and the codes
     * and sentences of many providers; {@code Retry-After} and the like are read in any case.
     *
     * @param status the HTTP status, 200 for a failure inside a good answer
     * @param body the beginning of the error's body, or what {@link ReplyDraft#refused} was given
     * @return the kind, or empty to leave it to the common table; a kind that no provider can mean, such as
     *     {@link FailureKind#CIRCUIT_OPEN}, is left to it as well
     */
    default Optional<FailureKind> kindOf(int status, String body) {
        return Optional.empty();
    }

    /**
     * What of a request this API cannot do, and {@link #write} leaves out or changes. The reply passes it on by
     * {@link io.github.tideover.chat.ChatReply#adapted()}. What {@link Provider#capabilities(java.util.function.Consumer)} says
     * that the model lacks is left out of the request before, and told already.
     *
     * @param request what is asked
     * @return sentences for people to read, empty as a rule
     */
    default List<String> adapted(ChatRequest request) {
        return List.of();
    }
}
