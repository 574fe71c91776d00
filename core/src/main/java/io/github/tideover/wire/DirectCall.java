package io.github.tideover.wire;

import java.io.IOException;
import okhttp3.Request;
import okhttp3.ResponseBody;
import okio.Timeout;
import retrofit2.Call;
import retrofit2.Callback;
import retrofit2.Converter;
import retrofit2.Response;

/**
 * A call as Retrofit would make it, without what Retrofit adds to request and response.
 *
 * @param <T> what a good answer is read as
 */
public final class DirectCall<T> implements Call<T> {
    private static final int NO_CONTENT = 204;
    private static final int RESET_CONTENT = 205;

    private final okhttp3.Call.Factory calls;
    private okhttp3.Call call;
    private final Converter<ResponseBody, T> converter;

    /**
     * Makes a call.
     *
     * @param calls makes the HTTP call, and another of the same for {@link #clone()}
     * @param request what is sent
     * @param converter reads a good answer
     */
    public DirectCall(okhttp3.Call.Factory calls, Request request, Converter<ResponseBody, T> converter) {
        this.calls = calls;
        this.call = calls.newCall(request);
        this.converter = converter;
    }

    /**
     * Adds a header, before the call is executed.
     *
     * @param name the header's name
     * @param value its value
     */
    public void header(String name, String value) {
        call = calls.newCall(call.request().newBuilder().header(name, value).build());
    }

    @Override
    public Response<T> execute() throws IOException {
        return read(call.execute());
    }

    @Override
    public void enqueue(Callback<T> callback) {
        call.enqueue(new okhttp3.Callback() {
            @Override
            public void onResponse(okhttp3.Call answered, okhttp3.Response raw) {
                Response<T> response;
                try {
                    response = read(raw);
                } catch (Throwable e) { // or whoever waits would wait for ever
                    callback.onFailure(DirectCall.this, e);
                    return;
                }
                callback.onResponse(DirectCall.this, response);
            }

            @Override
            public void onFailure(okhttp3.Call failed, IOException e) {
                callback.onFailure(DirectCall.this, e);
            }
        });
    }

    private Response<T> read(okhttp3.Response raw) throws IOException {
        ResponseBody body = raw.body();
        if (!raw.isSuccessful()) {
            return Response.error(body, raw);
        }
        if (raw.code() == NO_CONTENT || raw.code() == RESET_CONTENT) {
            body.close();
            return Response.success(null, raw);
        }
        return Response.success(converter.convert(body), raw);
    }

    @Override
    public boolean isExecuted() {
        return call.isExecuted();
    }

    @Override
    public void cancel() {
        call.cancel();
    }

    @Override
    public boolean isCanceled() {
        return call.isCanceled();
    }

    @Override
    public Call<T> clone() {
        return new DirectCall<>(calls, call.request(), converter);
    }

    @Override
    public Request request() {
        return call.request();
    }

    @Override
    public Timeout timeout() {
        return call.timeout();
    }
}
