package io.github.tideover.testkit;

import java.io.IOException;
import java.net.SocketException;
import okhttp3.Interceptor;
import okhttp3.Response;

/** Resets the connection of a request that is marked for it: where one is made, so that it looks like one that was sent. */
final class ResetInterceptor implements Interceptor {
    /** Marks a request. */
    enum Mark {
        RESET
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        if (chain.request().tag(Mark.class) == Mark.RESET) {
            throw new SocketException("Connection reset");
        }
        return chain.proceed(chain.request());
    }
}
