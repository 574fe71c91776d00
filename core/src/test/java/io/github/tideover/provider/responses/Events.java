package io.github.tideover.provider.responses;

/** Streams of our own, written by hand, with the oddities that the real ones have. */
public final class Events {
    public static final String START = event(
                    "response.created",
                    "{\"type\":\"response.created\",\"response\":" + response("in_progress", "[]", "null")
                            + ",\"sequence_number\":0}")
            + event(
                    "response.in_progress",
                    "{\"type\":\"response.in_progress\",\"response\":" + response("in_progress", "[]", "null")
                            + ",\"sequence_number\":1}");

    public static final String USAGE =
            "{\"input_tokens\":13,\"input_tokens_details\":{\"cached_tokens\":5},\"output_tokens\":40,"
                    + "\"output_tokens_details\":{\"reasoning_tokens\":30},\"total_tokens\":53}";

    /** A short answer, with all that repeats it. */
    public static final String TEXT = START
            + added(2, 0, message("in_progress", ""))
            + event(
                    "response.content_part.added",
                    "{\"type\":\"response.content_part.added\",\"content_index\":0,\"item_id\":\"msg_1\",\"output_index\":0,"
                            + "\"part\":{\"type\":\"output_text\",\"annotations\":[],\"text\":\"\"},\"sequence_number\":3}")
            + text(4, 0, "Caf\u00e9 ")
            + text(5, 0, "\ud83d\ude00")
            + event(
                    "response.output_text.done",
                    "{\"type\":\"response.output_text.done\",\"content_index\":0,\"item_id\":\"msg_1\",\"output_index\":0,"
                            + "\"sequence_number\":6,\"text\":\"Caf\u00e9 \ud83d\ude00\"}")
            + done(7, 0, message("completed", "Caf\u00e9 \ud83d\ude00"))
            + completed(8, "[" + message("completed", "Caf\u00e9 \ud83d\ude00") + "]");

    static final String REASONING =
            "{\"id\":\"rs_1\",\"type\":\"reasoning\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"Let me see.\"},"
                    + "{\"type\":\"summary_text\",\"text\":\"Yes.\"}],\"encrypted_content\":\"x\"}";

    /** A summary of the reasoning in two parts, a text, and two tool calls of which one has no deltas. */
    public static final String THOUGHT_AND_TOOLS = START
            + added(2, 0, "{\"id\":\"rs_1\",\"type\":\"reasoning\",\"summary\":[]}")
            + summary(3, 0, "Let me")
            + summary(4, 0, " see.")
            + summary(5, 1, "Yes.")
            + done(6, 0, REASONING)
            + added(7, 1, message("in_progress", ""))
            + text(8, 1, "I look.")
            + done(9, 1, message("completed", "I look."))
            + added(10, 2, call("fc_1", "call_1", "weather", ""))
            + arguments(11, 2, "{\"city\":")
            + arguments(12, 2, "\"Paris\"}")
            + event(
                    "response.function_call_arguments.done",
                    "{\"type\":\"response.function_call_arguments.done\",\"item_id\":\"fc_1\",\"output_index\":2,"
                            + "\"arguments\":\"{\\\"city\\\":\\\"Paris\\\"}\",\"sequence_number\":13}")
            + done(14, 2, call("fc_1", "call_1", "weather", "{\"city\":\"Paris\"}"))
            + added(15, 3, call("fc_2", "call_2", "now", ""))
            + done(16, 3, call("fc_2", "call_2", "now", "{}"))
            + completed(
                    17,
                    "[" + REASONING + "," + message("completed", "I look.") + ","
                            + call("fc_1", "call_1", "weather", "{\"city\":\"Paris\"}") + ","
                            + call("fc_2", "call_2", "now", "{}") + "]");

    /** The token limit came in the middle of a function's arguments. */
    static final String CUT_ARGUMENTS = START
            + added(2, 0, call("fc_1", "call_1", "write", ""))
            + arguments(3, 0, "{\"lines\":[\"one\",\"tw")
            + done(4, 0, call("fc_1", "call_1", "write", "{\"lines\":[\"one\",\"tw"))
            + end(
                    "response.incomplete",
                    5,
                    response(
                            "incomplete\",\"incomplete_details\":{\"reason\":\"max_output_tokens\"},\"x\":\"",
                            "[" + call("fc_1", "call_1", "write", "{\"lines\":[\"one\",\"tw") + "]",
                            USAGE));

    private Events() {}

    public static String event(String type, String data) {
        return "event: " + type + "\ndata: " + data + "\n\n";
    }

    public static String response(String status, String output, String usage) {
        return "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"" + status + "\",\"background\":true,"
                + "\"error\":null,\"instructions\":\"Be brief.\",\"model\":\"gpt-1\",\"output\":" + output
                + ",\"text\":{\"format\":{\"type\":\"text\"}},\"tools\":[{\"type\":\"function\",\"name\":\"x\"}],"
                + "\"usage\":" + usage + ",\"metadata\":{}}";
    }

    public static String message(String status, String text) {
        return "{\"id\":\"msg_1\",\"type\":\"message\",\"status\":\"" + status + "\",\"content\":"
                + (text.isEmpty()
                        ? "[]"
                        : "[{\"type\":\"output_text\",\"annotations\":[{\"type\":\"url\",\"text\":\"not this\"}],\"text\":\""
                                + text + "\"}]")
                + ",\"role\":\"assistant\"}";
    }

    public static String call(String id, String callId, String name, String arguments) {
        return "{\"id\":\"" + id + "\",\"type\":\"function_call\",\"status\":\"x\",\"arguments\":\""
                + arguments.replace("\"", "\\\"") + "\",\"call_id\":\"" + callId + "\",\"name\":\"" + name + "\"}";
    }

    public static String added(int number, int index, String item) {
        return item("response.output_item.added", number, index, item);
    }

    public static String done(int number, int index, String item) {
        return item("response.output_item.done", number, index, item);
    }

    private static String item(String type, int number, int index, String item) {
        return event(
                type,
                "{\"type\":\"" + type + "\",\"item\":" + item + ",\"output_index\":" + index + ",\"sequence_number\":"
                        + number + "}");
    }

    public static String text(int number, int index, String delta) {
        return delta("response.output_text.delta", number, index, "\"content_index\":0,", delta);
    }

    public static String summary(int number, int part, String delta) {
        return delta("response.reasoning_summary_text.delta", number, 0, "\"summary_index\":" + part + ",", delta);
    }

    public static String arguments(int number, int index, String delta) {
        return delta("response.function_call_arguments.delta", number, index, "", delta);
    }

    public static String delta(String type, int number, int index, String more, String delta) {
        return event(
                type,
                "{\"type\":\"" + type + "\"," + more + "\"delta\":\"" + delta.replace("\"", "\\\"")
                        + "\",\"item_id\":\"i\",\"logprobs\":[],\"obfuscation\":\"Xx\",\"output_index\":" + index
                        + ",\"sequence_number\":" + number + "}");
    }

    public static String completed(int number, String output) {
        return end("response.completed", number, response("completed", output, USAGE));
    }

    public static String end(String type, int number, String response) {
        return event(
                type, "{\"type\":\"" + type + "\",\"response\":" + response + ",\"sequence_number\":" + number + "}");
    }
}
