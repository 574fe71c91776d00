package io.github.tideover.wire;

import java.io.IOException;
import okhttp3.Headers;

/**
 * The provider answered, and what it said is not a reply: an HTTP error, or an error inside HTTP 200. Carries what
 * {@link FailureSorter} reads; never shown as it is, since providers echo keys in their messages.
 */
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Headers headers;
    private final transient String body;

    /**
     * Makes the exception.
     *
     * @param status the HTTP status, 200 for an error inside a good answer
     * @param headers the answer's headers
     * @param body the error body, or the error object found inside the answer; may be cut, HTML or empty
     */
    public RefusedException(int status, Headers headers, String body) {
        super("HTTP " + status);
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /**
     * Whether the provider does not find what the request names: HTTP 404, or an error of that code or about that parameter.
     *
     * @param code the code, in small letters and with {@code _} for {@code -}
     * @param param the parameter
     * @return true if so
     */
    public boolean isMissing(String code, String param) {
        if (status == 404) {
            return true;
        }
        ErrorBody error = ErrorBody.read(body);
        return error.codes().contains(code)
                || error.param().filter(param::equals).isPresent();
    }

    int status() {
        return status;
    }

    Headers headers() {
        return headers;
    }

    String body() {
        return body;
    }

    /** A refusal is an answer, not a fault in this program: the stack would be the same every time. */
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
