package io.github.tideover.testkit;

import io.github.tideover.testkit.Behaviour.Act;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Does to a client's request what {@link Chaos} has in store for it. */
final class ChaosInterceptor implements Interceptor {
    private final Chaos chaos;

    ChaosInterceptor(Chaos chaos) {
        this.chaos = chaos;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Request request = chain.request();
        Dialect dialect = Dialect.of(request.method(), request.url().encodedPath());
        Chaos.Mishap mishap = dialect == null ? null : chaos.mishapAt(request.url());
        return dialect == null || mishap == null ? chain.proceed(request) : hurt(chain, dialect, mishap);
    }

    private static Response hurt(Chain chain, Dialect dialect, Chaos.Mishap mishap) throws IOException {
        Request request = chain.request();
        Behaviour behaviour = mishap.behaviour();
        Spell spell = mishap.spell();
        spell.pauseUntil(mishap.came() + behaviour.delay().toNanos(), chain);
        Act act = behaviour.act();
        if (spell.isOver()) {
            return chain.proceed(request);
        }
        if (act instanceof Act.Refuse refuse) {
            return refusal(request, dialect, refuse.fault(), refuse.rest(), behaviour.headers());
        }
        if (act instanceof Act.Say say) {
            return response(request, say.status(), say.contentType(), say.body(), behaviour.headers());
        }
        if (act instanceof Act.Reset) {
            return chain.proceed(request.newBuilder()
                    .tag(ResetInterceptor.Mark.class, ResetInterceptor.Mark.RESET)
                    .build());
        }
        if (act instanceof Act.Answer answer) {
            return spoiled(chain, chain.proceed(request), dialect, answer, behaviour.headers(), spell);
        }
        spell.silence(chain);
        return chain.proceed(request);
    }

    private static Response spoiled(
            Chain chain,
            Response response,
            Dialect dialect,
            Act.Answer answer,
            Map<String, String> headers,
            Spell spell) {
        Response.Builder spoiled = response.newBuilder();
        headers.forEach(spoiled::header);
        if (response.isSuccessful()
                && (answer.breaksAfter() >= 0 || !answer.gap().isZero())) {
            spoiled.body(new SpoiledBody(response.body(), dialect.speech(), answer, chain, spell));
        }
        return spoiled.build();
    }

    private static Response refusal(
            Request request, Dialect dialect, Fault fault, @Nullable Duration rest, Map<String, String> headers) {
        Speech speech = dialect.speech();
        String path = request.url().encodedPath();
        // What the path does not say is not looked up in the body: it is not read for the sake of a name.
        JsonNode unread = MissingNode.getInstance();
        boolean isStream = speech.isStream(path, unread);
        Refusal refusal = speech.refusal(fault, speech.model(path, unread), rest);
        Map<String, String> all = new LinkedHashMap<>(dialect.waitHeaders(rest));
        all.putAll(headers);
        return response(request, refusal.status(), refusal.contentType(isStream), refusal.text(isStream), all);
    }

    private static Response response(
            Request request, int status, String contentType, String body, Map<String, String> headers) {
        Response.Builder response = new Response.Builder()
                .request(request)
                .protocol(Protocol.HTTP_1_1)
                .code(status)
                .message(Connection.reason(status))
                .header("Content-Type", contentType)
                .body(ResponseBody.create(body, MediaType.parse(contentType)));
        headers.forEach(response::header);
        return response.build();
    }
}
