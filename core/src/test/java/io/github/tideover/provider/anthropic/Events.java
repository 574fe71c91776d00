package io.github.tideover.provider.anthropic;

/** Streams of our own, written by hand, with the oddities that the real ones have. */
final class Events {
    static final String START = event(
            "message_start",
            "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\","
                    + "\"model\":\"claude-1\",\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":10,"
                    + "\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":1}}}    ");
    static final String PING = event("ping", "{\"type\": \"ping\"}");
    static final String STOP = event("message_stop", "{\"type\":\"message_stop\"     }");

    /** A short answer. */
    static final String TEXT = START
            + textBlock(0)
            + PING
            + text(0, "Caf\u00e9 ")
            + text(0, "\ud83d\ude00")
            + blockStop(0)
            + delta("end_turn", 9)
            + STOP;

    /** Thinking, its signature, a text with a citation, then a tool call, of which the first part is empty. */
    static final String THOUGHT_AND_TOOL = START
            + event(
                    "content_block_start",
                    "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\","
                            + "\"signature\":\"\"}}")
            + blockDelta(0, "{\"type\":\"thinking_delta\",\"thinking\":\"Let me\"}")
            + blockDelta(0, "{\"type\":\"thinking_delta\",\"thinking\":\" see\"}")
            + blockDelta(0, "{\"type\":\"signature_delta\",\"signature\":\"c2ln\"}")
            + blockStop(0)
            + textBlock(1)
            + text(1, "I look.")
            + blockDelta(1, "{\"type\":\"citations_delta\",\"citation\":{\"type\":\"x\",\"text\":\"not this\"}}")
            + blockStop(1)
            + toolBlock(2, "toolu_1", "weather", "{}")
            + json(2, "")
            + json(2, "{\"city\":")
            + json(2, " \"Paris\"}")
            + blockStop(2)
            + delta("tool_use", 65)
            + STOP;

    /** The token limit came in the middle of a tool's arguments, and the block does not stop. */
    static final String CUT_ARGUMENTS = START
            + toolBlock(0, "toolu_1", "write", "{}")
            + json(0, "{\"lines\": [\"one\",\n\"tw")
            + event(
                    "message_delta",
                    "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"max_tokens\"},\"usage\":{\"output_tokens\":124}}")
            + STOP;

    private Events() {}

    static String event(String type, String data) {
        StringBuilder event = new StringBuilder("event: ").append(type).append('\n');
        for (String line : data.split("\n", -1)) {
            event.append("data: ").append(line).append('\n');
        }
        return event.append('\n').toString();
    }

    static String textBlock(int index) {
        return event(
                "content_block_start",
                "{\"type\":\"content_block_start\",\"index\":" + index
                        + ",\"content_block\":{\"type\":\"text\",\"text\":\"\"}   }");
    }

    static String toolBlock(int index, String id, String name, String input) {
        return event(
                "content_block_start",
                "{\"type\":\"content_block_start\",\"index\":" + index
                        + ",\"content_block\":{\"type\":\"tool_use\",\"id\":\"" + id + "\",\"name\":\"" + name
                        + "\",\"caller\":{\"type\":\"direct\"},\"input\":" + input + "}}");
    }

    static String blockDelta(int index, String delta) {
        return event(
                "content_block_delta",
                "{\"type\":\"content_block_delta\",\"index\":" + index + ",\"delta\":" + delta + "  }");
    }

    static String text(int index, String text) {
        return blockDelta(index, "{\"type\":\"text_delta\",\"text\":\"" + text + "\"}");
    }

    static String json(int index, String part) {
        String quoted = part.replace("\"", "\\\"").replace("\n", "\\n");
        return blockDelta(index, "{\"type\":\"input_json_delta\",\"partial_json\":\"" + quoted + "\"}");
    }

    static String blockStop(int index) {
        return event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":" + index + "}");
    }

    static String delta(String stopReason, int outputTokens) {
        return event(
                "message_delta",
                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" + stopReason
                        + "\",\"stop_sequence\":null,\"stop_details\":null},\"usage\":{\"input_tokens\":12,"
                        + "\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":"
                        + outputTokens
                        + "}}");
    }
}
