package io.github.tideover.wire;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import okhttp3.Interceptor;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.GzipSource;
import okio.Okio;

/**
 * Stands where a connection has been made.
 *
 * <ul>
 *   <li>A failure from here on is marked as one of a request that may have arrived.
 *   <li>OkHttp sends a request again by itself when it is answered with certain refusals. It is kept from that: a request
 *       that is sent twice is billed twice, and only the engine may decide it.
 *   <li>What a provider says when it refuses is read at once and up to a limit: in an outage that is often a proxy's page,
 *       a long one, or one that never ends. The status is what counts, so a body that breaks off is as good as one that
 *       was cut.
 * </ul>
 *
 * <p>Good answers pass untouched.
 */
final class ConnectionGuard implements Interceptor {
    static final long MAX_REFUSAL_BYTES = 64 * 1024;
    private static final long MAX_REFUSAL_MILLIS = 2_000;

    private static final int MISDIRECTED = 421;
    private static final int UNAVAILABLE = 503;
    /** Zero makes OkHttp send the request again, and a number too large for an int makes it throw. */
    private static final Pattern DANGEROUS_WAIT = Pattern.compile("0+|\\d{10,}");

    @Override
    public Response intercept(Chain chain) throws IOException {
        Response response;
        try {
            response = chain.proceed(chain.request());
        } catch (IOException e) {
            throw new AfterSendException(e);
        }
        return response.isSuccessful() ? response : refusal(response, chain);
    }

    private static Response refusal(Response response, Chain chain) throws IOException {
        if (response.code() == MISDIRECTED && chain.request().body() instanceof JsonBody body) {
            body.doNotSendAgain();
        }
        Response.Builder refusal = response.newBuilder();
        String wait = response.header("Retry-After");
        if (response.code() == UNAVAILABLE
                && wait != null
                && DANGEROUS_WAIT.matcher(wait).matches()) {
            refusal.header("Retry-After", wait + ".0");
        }
        Buffer read = new Buffer();
        try (ResponseBody body = response.body()) {
            body.source().timeout().timeout(MAX_REFUSAL_MILLIS, TimeUnit.MILLISECONDS);
            boolean packed = "gzip".equalsIgnoreCase(response.header("Content-Encoding"));
            if (packed) {
                refusal.removeHeader("Content-Encoding").removeHeader("Content-Length");
            }
            readInto(read, packed ? Okio.buffer(new GzipSource(body.source())) : body.source());
        } catch (IOException e) {
            if (chain.call().isCanceled()) {
                throw new AfterSendException(e);
            }
        }
        return refusal.body(ResponseBody.create(read, response.body().contentType(), read.size()))
                .build();
    }

    private static void readInto(Buffer read, BufferedSource source) throws IOException {
        long left = MAX_REFUSAL_BYTES;
        for (long got = 0; left > 0 && got >= 0; left -= got) {
            got = source.read(read, left);
        }
    }
}
