package io.github.tideover.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.tideover.testkit.Behaviour.Act;
import io.github.tideover.testkit.SeenRequest.Ending;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Does with one request what a {@link Behaviour} says. What becomes of it is noted before the client can know. */
final class Performance {
    private static final String JSON = "application/json";

    private final SeenRequest request;
    private final Connection connection;
    private final ServerTime time;
    private final AtomicLong order;
    private final boolean wantsUsage;
    private final Map<String, String> headers = new LinkedHashMap<>();

    Performance(SeenRequest request, Connection connection, ServerTime time, AtomicLong order, boolean wantsUsage) {
        this.request = request;
        this.connection = connection;
        this.time = time;
        this.order = order;
        this.wantsUsage = wantsUsage;
    }

    /** Whether the connection may be used again. */
    boolean of(Behaviour behaviour) throws IOException {
        headers.put(request.dialect() == Dialect.MESSAGES ? "request-id" : "x-request-id", "req_" + request.number());
        headers.putAll(behaviour.headers());
        Act act = behaviour.act();
        if (act instanceof Act.Answer answer) {
            request.isToBeTold(answer.said());
        }
        connection.pause(behaviour.delay());
        if (act instanceof Act.Answer answer) {
            return request.isStream() ? stream(answer) : whole(answer);
        }
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

    private boolean refuse(Fault fault, @Nullable Duration wait) throws IOException {
        Refusal refusal = request.dialect().speech().refusal(fault, request.model(), wait);
        if (wait != null && request.dialect() != Dialect.GEMINI) {
            // A part of a second is no reason to come too early.
            headers.put("Retry-After", Long.toString(wait.plusNanos(999_999_999).toSeconds()));
            if (wait.toNanosPart() != 0 && request.dialect() != Dialect.MESSAGES) {
                headers.put(
                        "retry-after-ms", Long.toString(wait.plusNanos(999_999).toMillis()));
            }
        }
        request.isRefused(fault, wait, time.now(), order.incrementAndGet());
        connection.send(refusal.status(), JSON, refusal.body(), headers);
        return true;
    }

    private boolean whole(Act.Answer answer) throws IOException {
        List<String> tokens = Tokens.of(answer.said());
        boolean breaks = answer.breaksAfter() >= 0;
        int written = breaks ? answer.breaksAfter() : tokens.size();
        connection.pause(answer.gap().multipliedBy(written));
        String body = request.dialect().speech().whole(answering(answer.said(), tokens.size()));
        if (!breaks) {
            ends(Ending.ANSWERED);
            connection.send(200, JSON, body, headers);
            return true;
        }
        byte[] bytes = body.getBytes(UTF_8);
        int text = body.indexOf(Speech.json(answer.said()).substring(1));
        int part = body.substring(0, text).getBytes(UTF_8).length
                + String.join("", tokens.subList(0, written)).getBytes(UTF_8).length;
        if (answer.how() != StreamBreak.SILENCE) {
            ends(Ending.BROKEN);
        }
        connection.sendPart(200, JSON, bytes, Math.min(part, bytes.length - 1), headers);
        return broken(answer.how());
    }

    private boolean stream(Act.Answer answer) throws IOException {
        Speech speech = request.dialect().speech();
        List<String> tokens = Tokens.of(answer.said());
        Answering reply = answering(answer.said(), tokens.size());
        String closing = speech.closing(reply);
        connection.beginStream(headers);
        connection.stream(speech.opening(reply));
        for (int i = 0; i < tokens.size(); i++) {
            if (i == answer.breaksAfter()) {
                if (breaks(answer)) {
                    return breakOff(answer, speech, reply, tokens.get(i));
                }
                connection.stream("data: {\"choices\": [{\n\n");
            }
            if (i > 0) {
                connection.pause(answer.gap());
            }
            boolean isEnd = i == tokens.size() - 1 && closing.isEmpty() && !breaks(answer);
            if (isEnd) {
                ends(Ending.ANSWERED);
            }
            connection.stream(
                    isEnd ? speech.lastPiece(reply, i, tokens.get(i)) : speech.piece(reply, i, tokens.get(i)));
        }
        if (breaks(answer)) {
            return breakOff(answer, speech, reply, "");
        }
        if (!closing.isEmpty()) {
            ends(Ending.ANSWERED);
            connection.stream(closing);
        }
        connection.endStream();
        return true;
    }

    private static boolean breaks(Act.Answer answer) {
        return answer.breaksAfter() >= 0 && answer.how() != StreamBreak.GARBLED_EVENT;
    }

    private boolean breakOff(Act.Answer answer, Speech speech, Answering reply, String nextToken) throws IOException {
        if (answer.how() == StreamBreak.SILENCE) {
            return broken(StreamBreak.SILENCE);
        }
        ends(Ending.BROKEN);
        if (answer.how() == StreamBreak.ERROR_EVENT) {
            connection.stream(speech.errorEvent(reply));
        } else if (answer.how() == StreamBreak.HALF_AN_EVENT) {
            String event = speech.piece(reply, answer.breaksAfter(), nextToken);
            connection.stream(event.substring(0, event.length() / 2));
        } else if (answer.how() == StreamBreak.RESET) {
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

    private Answering answering(String text, int tokens) {
        return new Answering(
                request.number(),
                request.model(),
                time.wall().get().getEpochSecond(),
                text,
                Math.max(1, request.body().length() / 4),
                tokens,
                wantsUsage);
    }
}
