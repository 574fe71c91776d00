package io.github.tideover;

import io.github.tideover.LoopbackProvider.Behaviour;
import io.github.tideover.failure.FailureKind;
import java.io.IOException;
import java.time.Duration;

/** Streams for a {@link LoopbackProvider}, event by event, and the ways in which they break. */
final class StreamScript {
    /** The head of a stream that ends with its connection. */
    static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

    static final String USAGE =
            "data: {\"id\":\"c1\",\"model\":\"small-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,"
                    + "\"completion_tokens\":2,\"total_tokens\":5}}\n\n";
    static final String DONE = "data: [DONE]\n\n";
    static final String ROLE = delta("\"role\":\"assistant\",\"content\":\"\"");

    private StreamScript() {}

    /** Pieces of text. */
    static String texts(String... pieces) {
        return TideoverTest.events(false, pieces);
    }

    static String reasoning(String piece) {
        return delta("\"reasoning_content\":\"" + piece + "\"");
    }

    static String refusal(String piece) {
        return delta("\"refusal\":\"" + piece + "\"");
    }

    static String toolCall(String arguments) {
        return delta("\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":"
                + "{\"name\":\"look\",\"arguments\":\"" + arguments + "\"}}]");
    }

    static String delta(String fields) {
        return "data: {\"id\":\"c1\",\"model\":\"small-1\",\"choices\":[{\"index\":0,\"delta\":{" + fields
                + "},\"finish_reason\":null}]}\n\n";
    }

    static String finish(String reason) {
        return "data: {\"id\":\"c1\",\"model\":\"small-1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\""
                + reason + "\"}]}\n\n";
    }

    /** The end of a healthy stream. */
    static String end() {
        return finish("stop") + USAGE + DONE;
    }

    /** Sends the events and leaves the connection open for the next request. */
    static Behaviour streams(String... events) {
        return wire -> wire.send(200, "text/event-stream", String.join("", events));
    }

    static void silence(LoopbackProvider.Wire wire) throws IOException {
        wire.pause(Duration.ofMinutes(10));
    }

    /** How a stream breaks. */
    enum Break {
        CLOSED(FailureKind.CUT) {
            @Override
            Behaviour after(String events) {
                return wire -> {
                    wire.raw(HEAD + events);
                    return false;
                };
            }
        },
        LOST(FailureKind.NETWORK_AMBIGUOUS) {
            @Override
            Behaviour after(String events) {
                return wire -> {
                    wire.raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 50000\r\n\r\n"
                            + events);
                    return false;
                };
            }
        },
        STALLED(FailureKind.STALL) {
            @Override
            Behaviour after(String events) {
                return wire -> {
                    wire.raw(HEAD + events);
                    silence(wire);
                    return false;
                };
            }
        },
        WITH_AN_ERROR(FailureKind.OVERLOADED) {
            @Override
            Behaviour after(String events) {
                return streams(
                        events,
                        "event: error\ndata: {\"error\":{\"message\":\"Busy\",\"type\":\"overloaded_error\"}}\n\n",
                        DONE);
            }
        },
        IN_THE_MIDDLE_OF_AN_EVENT(FailureKind.CUT) {
            @Override
            Behaviour after(String events) {
                return streams(events, "data: {\"choices\":[{\"delta\":{\"content\":\"Mon");
            }
        },
        DAMAGED(FailureKind.MALFORMED) {
            @Override
            Behaviour after(String events) {
                return streams(events, "data: {\"choices\":[{\"delta\":{\"content\":\"Mon\n\n", texts("day."), end());
            }
        };

        final FailureKind kind;

        Break(FailureKind kind) {
            this.kind = kind;
        }

        /** Sends the events, then breaks. */
        abstract Behaviour after(String events);
    }
}
