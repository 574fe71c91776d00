package io.github.tideover.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.tideover.testkit.Behaviour.Act;
import io.github.tideover.testkit.Behaviour.Counts;
import io.github.tideover.testkit.SeenRequest.Ending;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Does with one request what a {@link Behaviour} says. What becomes of it is noted before the client can know. */
final class Performance {
    private static final String JSON = "application/json";

    private final SeenRequest request;
    private final Connection connection;
    private final ServerTime time;
    private final AtomicLong order;
    private final boolean wantsUsage;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private long due;

    Performance(SeenRequest request, JsonNode body, Connection connection, ServerTime time, AtomicLong order) {
        this.request = request;
        this.connection = connection;
        this.time = time;
        this.order = order;
        this.due = request.came();
        this.wantsUsage = body.path("stream_options").path("include_usage").asBoolean(false);
    }

    /** Whether the connection may be used again. */
    boolean of(Behaviour behaviour) throws IOException {
        headers.put(request.dialect() == Dialect.MESSAGES ? "request-id" : "x-request-id", "req_" + request.number());
        headers.putAll(behaviour.headers());
        Act act = behaviour.act();
        if (act instanceof Act.Answer answer) {
            Answering reply = answering(answer);
            if (reply.hasText()) {
                request.isToBeTold(reply.text());
            }
            pause(behaviour.delay());
            return request.isStream() ? stream(answer, reply) : whole(answer, reply);
        }
        pause(behaviour.delay());
        if (act instanceof Act.Refuse refuse) {
            return refuse(refuse.fault(), refuse.rest());
        }
        if (act instanceof Act.Say say) {
            request.isRefused(null, null, time.now(), order.incrementAndGet());
            connection.send(say.status(), say.contentType(), say.body(), headers);
            return true;
        }
        if (act instanceof Act.Reset) {
            ends(Ending.BROKEN);
            connection.reset();
            return false;
        }
        connection.silence();
        return false;
    }

    /**
     * Lets so much more time pass. All of it counts from when the request came, so that a test which has seen it come may move
     * its time past several waits at once.
     */
    private void pause(Duration time) throws IOException {
        due += time.toNanos();
        connection.pauseUntil(due);
    }

    private boolean refuse(Fault fault, @Nullable Duration wait) throws IOException {
        Refusal refusal = request.dialect().speech().refusal(fault, request.model(), wait);
        request.dialect().waitHeaders(wait).forEach(headers::putIfAbsent);
        request.isRefused(fault, wait, time.now(), order.incrementAndGet());
        connection.send(
                refusal.status(), refusal.contentType(request.isStream()), refusal.text(request.isStream()), headers);
        return true;
    }

    private boolean whole(Act.Answer answer, Answering reply) throws IOException {
        List<String> tokens = reply.textTokens();
        boolean breaks = answer.breaksAfter() >= 0;
        int all = Answering.tokens(reply.text(), reply.calls());
        pause(answer.gap().multipliedBy(breaks ? answer.breaksAfter() : all));
        String body = request.dialect().speech().whole(reply);
        if (!breaks) {
            ends(Ending.ANSWERED);
            connection.send(200, JSON, body, headers);
            return true;
        }
        byte[] bytes = body.getBytes(UTF_8);
        int part = bytes.length / 2;
        if (!reply.text().isEmpty()) {
            int text = body.indexOf(Speech.json(reply.text()).substring(1));
            int written = Math.min(answer.breaksAfter(), tokens.size());
            part = body.substring(0, text).getBytes(UTF_8).length
                    + String.join("", tokens.subList(0, written)).getBytes(UTF_8).length;
        }
        if (answer.how() != StreamBreak.SILENCE) {
            ends(Ending.BROKEN);
        }
        connection.sendPart(200, JSON, bytes, Math.min(part, bytes.length - 1), headers);
        return broken(answer.how());
    }

    private boolean stream(Act.Answer answer, Answering reply) throws IOException {
        boolean isGarbled = answer.breaksAfter() >= 0 && answer.how() == StreamBreak.GARBLED_EVENT;
        boolean breaks = answer.breaksAfter() >= 0 && !isGarbled;
        Ending end = isGarbled ? Ending.BROKEN : Ending.ANSWERED; // nobody can know what the damaged event held
        Streamed events = request.dialect().speech().streamed(reply, !breaks);
        List<String> pieces = events.pieces();
        int place = Math.min(answer.breaksAfter(), pieces.size());
        connection.beginStream(headers);
        connection.stream(events.opening());
        for (int i = 0; i < pieces.size(); i++) {
            if (i == place) {
                if (breaks) {
                    return breakOff(answer.how(), pieces.get(i), Speech.events(events.opening()) + i);
                }
                connection.stream("data: {\"choices\": [{\n\n");
            }
            if (i > 0) {
                pause(answer.gap());
            }
            if (i == pieces.size() - 1 && events.closing().isEmpty()) {
                ends(end);
            }
            connection.stream(pieces.get(i));
        }
        if (breaks) {
            return breakOff(answer.how(), events.closing(), Speech.events(events.opening()) + pieces.size());
        }
        if (!events.closing().isEmpty()) {
            ends(end);
            connection.stream(events.closing());
        }
        connection.endStream();
        return true;
    }

    private boolean breakOff(StreamBreak how, String next, int sent) throws IOException {
        if (how == StreamBreak.SILENCE) {
            return broken(StreamBreak.SILENCE);
        }
        ends(Ending.BROKEN);
        if (how == StreamBreak.ERROR_EVENT) {
            connection.stream(request.dialect().speech().errorEvent(sent));
        } else if (how == StreamBreak.HALF_AN_EVENT) {
            connection.stream(next.substring(0, next.indexOf("\n\n") / 2));
        } else if (how == StreamBreak.RESET) {
            return broken(StreamBreak.RESET);
        }
        connection.endStream();
        return true;
    }

    private boolean broken(StreamBreak how) throws IOException {
        if (how == StreamBreak.SILENCE) {
            connection.silence();
        }
        if (how == StreamBreak.RESET) {
            connection.reset();
        }
        return false;
    }

    private void ends(Ending how) {
        request.ends(how, time.now(), order.incrementAndGet());
    }

    private Answering answering(Act.Answer answer) {
        String text = answer.said();
        Counts counts = answer.usage();
        return new Answering(
                request.number(),
                request.model(),
                time.wall().get().getEpochSecond(),
                text,
                answer.calls(),
                counts != null ? counts.input() : Math.max(1, request.body().length() / 4),
                counts != null ? counts.output() : Answering.tokens(text, answer.calls()),
                wantsUsage);
    }
}
