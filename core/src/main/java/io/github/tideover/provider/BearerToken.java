package io.github.tideover.provider;

import io.github.tideover.wire.Endpoint;
import io.github.tideover.wire.NoCredentialsException;
import java.io.IOException;
import java.util.function.Supplier;
import okhttp3.Interceptor;
import okhttp3.Response;

/** Puts a token that expires into each request as it goes out. */
final class BearerToken implements Interceptor {
    private final Supplier<String> tokens;

    BearerToken(Supplier<String> tokens) {
        this.tokens = tokens;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        String token;
        try {
            token = Endpoint.apiKey(tokens.get());
        } catch (RuntimeException e) { // of whatever kind: without a token nothing can be sent
            throw new NoCredentialsException(e);
        }
        return chain.proceed(chain.request()
                .newBuilder()
                .header("Authorization", "Bearer " + token)
                .build());
    }
}
