package io.github.tideover.benchmarks;

import java.util.List;
import java.util.function.IntFunction;

/** The dialects, as their providers write them: the same reply and the same tokens, each in the fields that the provider sends. */
enum Speech {
    /** What the others are compared with: a whole reply here has all that OpenAI sends, and is longer than the shortest. */
    COMPLETIONS("tideover, chat completions", "/as-sent/chat/completions") {
        @Override
        String whole() {
            return "{\"id\":\"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT\",\"object\":\"chat.completion\",\"created\":1763800000,"
                    + "\"model\":\"small-model-24-08\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                    + StubProvider.TEXT
                    + "\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
                    + "\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10,\"total_tokens\":29,\"prompt_tokens_details\":"
                    + "{\"cached_tokens\":0,\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":0,"
                    + "\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}},"
                    + "\"service_tier\":\"default\",\"system_fingerprint\":\"fp_07871e2ad8\"}";
        }

        @Override
        String first() {
            return StubProvider.event(0);
        }

        @Override
        String token(int i, String json, String noise) {
            return StubProvider.event(i);
        }

        @Override
        String last() {
            return StubProvider.event(StubProvider.EVENTS - 1) + "data: [DONE]\n\n";
        }
    },
    RESPONSES("tideover, Responses", "/responses") {
        @Override
        String whole() {
            return RESPONSE.formatted(
                    "completed",
                    "{\"id\":\"msg_68af4030baa48193b0b43b4c2a176a1a0e6967589080e788\",\"type\":\"message\",\"status\":\"completed\","
                            + "\"content\":[{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\""
                            + StubProvider.TEXT + "\"}],\"role\":\"assistant\"}",
                    USAGE);
        }

        @Override
        String first() {
            return named("response.created", "\"response\":" + RESPONSE.formatted("in_progress", "", "null"), 0);
        }

        @Override
        String token(int i, String json, String noise) {
            return named(
                    "response.output_text.delta",
                    "\"item_id\":\"msg_68af4030baa48193b0b43b4c2a176a1a0e6967589080e788\",\"output_index\":0,"
                            + "\"content_index\":0,\"delta\":\"" + json + "\",\"logprobs\":[],\"obfuscation\":\""
                            + noise
                            + "\"",
                    i);
        }

        @Override
        String last() {
            return named(
                    "response.completed",
                    "\"response\":" + RESPONSE.formatted("completed", "", USAGE),
                    StubProvider.EVENTS - 1);
        }

        private String named(String type, String fields, int number) {
            return "event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":" + number + "," + fields
                    + "}\n\n";
        }
    },
    MESSAGES("tideover, Messages", "/v1/messages") {
        @Override
        String whole() {
            return "{\"model\":\"small-model\",\"id\":\"msg_01XFDUDYJgAACzvnptvVoYEL\",\"type\":\"message\",\"role\":\"assistant\","
                    + "\"content\":[{\"type\":\"text\",\"text\":\"" + StubProvider.TEXT
                    + "\"}],\"stop_reason\":\"end_turn\","
                    + "\"stop_sequence\":null,\"usage\":{\"input_tokens\":19,\"cache_creation_input_tokens\":0,"
                    + "\"cache_read_input_tokens\":0,\"output_tokens\":10,\"service_tier\":\"standard\"}}";
        }

        @Override
        String first() {
            return "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"small-model\",\"id\":"
                    + "\"msg_01XFDUDYJgAACzvnptvVoYEL\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],"
                    + "\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":19,\"output_tokens\":1}}}\n\n";
        }

        @Override
        String token(int i, String json, String noise) {
            return "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
                    + "{\"type\":\"text_delta\",\"text\":\"" + json + "\"}" + " ".repeat(noise.length()) + "}\n\n";
        }

        @Override
        String last() {
            return "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\","
                    + "\"stop_sequence\":null},\"usage\":{\"output_tokens\":5000}}\n\n"
                    + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
        }
    },
    GEMINI("tideover, Gemini", "/models/") {
        @Override
        String whole() {
            return "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + StubProvider.TEXT
                    + "\"}],\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}]," + usage(10)
                    + ",\"modelVersion\":\"small-model\",\"responseId\":\"w1peaMz6INOvnvgPgYfPiQY\"}";
        }

        @Override
        String first() {
            return token(1, "", "");
        }

        @Override
        String token(int i, String json, String noise) {
            return "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"" + json
                    + "\"}],\"role\": \"model\"},\"index\": 0}]," + usage(i)
                    + ",\"modelVersion\": \"small-model\",\"responseId\": \"w1peaMz6INOvnvgPgYfPiQY\"}\r\n\r\n";
        }

        @Override
        String last() {
            return "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"\"}],\"role\": \"model\"},"
                    + "\"finishReason\": \"STOP\",\"index\": 0}]," + usage(5_000) + "}\r\n\r\n";
        }

        private String usage(int tokens) {
            return "\"usageMetadata\":{\"promptTokenCount\":19,\"candidatesTokenCount\":" + tokens
                    + ",\"totalTokenCount\":" + (19 + tokens)
                    + ",\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":19}]}";
        }
    };

    private static final String USAGE = "{\"input_tokens\":19,\"input_tokens_details\":{\"cached_tokens\":0},"
            + "\"output_tokens\":10,\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":29}";

    /** Its status, what is in its output, its usage. */
    private static final String RESPONSE = "{\"id\":\"resp_68af4030592c81938ec0a5fbab4a3e9f05438e46b5f69a3b\","
            + "\"object\":\"response\",\"created_at\":1763800000,\"status\":\"%s\",\"background\":false,\"error\":null,"
            + "\"incomplete_details\":null,\"instructions\":null,\"max_output_tokens\":null,\"max_tool_calls\":null,"
            + "\"model\":\"small-model\",\"output\":[%s],\"parallel_tool_calls\":true,\"previous_response_id\":null,"
            + "\"prompt_cache_key\":null,\"reasoning\":{\"effort\":null,\"summary\":null},\"safety_identifier\":null,"
            + "\"service_tier\":\"default\",\"store\":false,\"temperature\":1.0,\"text\":{\"format\":{\"type\":\"text\"},"
            + "\"verbosity\":\"medium\"},\"tool_choice\":\"auto\",\"tools\":[],\"top_logprobs\":0,\"top_p\":1.0,"
            + "\"truncation\":\"disabled\",\"usage\":%s,\"user\":null,\"metadata\":{}}";

    /** The contender that speaks it. */
    final String contender;

    private final String inPath;

    Speech(String contender, String inPath) {
        this.contender = contender;
        this.inPath = inPath;
    }

    /** The names in the tables of all that are compared with chat completions. */
    static List<String> others() {
        return List.of(RESPONSES.contender, MESSAGES.contender, GEMINI.contender);
    }

    /** Whether a request for that path is in this dialect. */
    boolean isAskedAt(String path) {
        return path.contains(inPath);
    }

    abstract String whole();

    abstract String first();

    /** The event with a token. */
    abstract String token(int i, String json, String noise);

    abstract String last();

    /** As many events as chat completions have. */
    IntFunction<String> events() {
        return i -> {
            if (i == 0) {
                return first();
            }
            if (i == StubProvider.EVENTS - 1) {
                return last();
            }
            String token = StubProvider.token(i);
            return token(i, StubProvider.json(token), StubProvider.noise(i, 16 - token.length()));
        };
    }
}
