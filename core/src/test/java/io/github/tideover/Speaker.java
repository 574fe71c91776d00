package io.github.tideover;

import io.github.tideover.chat.ToolCall;
import io.github.tideover.provider.Provider;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A provider of each dialect that says what it is told to, whole or as a stream, as it is asked. */
enum Speaker {
    CHAT {
        @Override
        Provider provider(MockWebServer server) {
            return Provider.openAiCompatible(server.url("/v1/").toString());
        }

        @Override
        MockResponse says(RecordedRequest asked, String text, boolean isCut, ToolCall... calls) {
            List<Object> wishes = new ArrayList<>();
            for (ToolCall call : calls) {
                wishes.add(map(
                        "index",
                        wishes.size(),
                        "id",
                        call.id(),
                        "type",
                        "function",
                        "function",
                        map("name", call.name(), "arguments", call.arguments())));
            }
            Map<String, Object> message = map("role", "assistant", "content", text);
            if (!wishes.isEmpty()) {
                message.put("tool_calls", wishes);
            }
            String end = isCut ? "length" : wishes.isEmpty() ? "stop" : "tool_calls";
            boolean isStream = isStream(asked);
            Map<String, Object> body = map(
                    "id",
                    "c1",
                    "model",
                    "m-1",
                    "choices",
                    List.of(map("index", 0, isStream ? "delta" : "message", message, "finish_reason", end)));
            return isStream ? events(List.of(written(body), "[DONE]")) : whole(body);
        }

        @Override
        JsonNode schemaIn(JsonNode body) {
            return body.at("/response_format/json_schema/schema");
        }

        @Override
        String resultIn(JsonNode body, int fromTheEnd) {
            JsonNode messages = body.get("messages");
            return messages.get(messages.size() - 1 - fromTheEnd).get("content").asString();
        }
    },
    RESPONSES {
        @Override
        Provider provider(MockWebServer server) {
            return Provider.responsesCompatible(server.url("/v1/").toString());
        }

        @Override
        MockResponse says(RecordedRequest asked, String text, boolean isCut, ToolCall... calls) {
            List<Object> output = new ArrayList<>();
            List<String> events = new ArrayList<>();
            events.add(written(map("type", "response.created", "response", map("id", "resp_1", "model", "m-1"))));
            if (!text.isEmpty()) {
                output.add(map("type", "message", "content", List.of(map("type", "output_text", "text", text))));
                events.add(written(map("type", "response.output_text.delta", "output_index", 0, "delta", text)));
            }
            for (ToolCall call : calls) {
                Map<String, Object> wish = map(
                        "type",
                        "function_call",
                        "id",
                        "fc_" + output.size(),
                        "call_id",
                        call.id(),
                        "name",
                        call.name(),
                        "arguments",
                        call.arguments());
                events.add(written(
                        map("type", "response.output_item.added", "output_index", output.size(), "item", wish)));
                events.add(
                        written(map("type", "response.output_item.done", "output_index", output.size(), "item", wish)));
                output.add(wish);
            }
            Map<String, Object> body = map("id", "resp_1", "model", "m-1", "output", output);
            body.put("status", isCut ? "incomplete" : "completed");
            if (isCut) {
                body.put("incomplete_details", map("reason", "max_output_tokens"));
            }
            events.add(written(map("type", isCut ? "response.incomplete" : "response.completed", "response", body)));
            return isStream(asked) ? events(events) : whole(body);
        }

        @Override
        JsonNode schemaIn(JsonNode body) {
            return body.at("/text/format/schema");
        }

        @Override
        String resultIn(JsonNode body, int fromTheEnd) {
            JsonNode input = body.get("input");
            return input.get(input.size() - 1 - fromTheEnd).get("output").asString();
        }
    },
    ANTHROPIC {
        @Override
        Provider provider(MockWebServer server) {
            return Provider.anthropicCompatible(server.url("/").toString());
        }

        @Override
        MockResponse says(RecordedRequest asked, String text, boolean isCut, ToolCall... calls) {
            List<Object> content = new ArrayList<>();
            List<String> events = new ArrayList<>();
            events.add(written(map("type", "message_start", "message", map("id", "msg_1", "model", "m-1"))));
            if (!text.isEmpty()) {
                content.add(map("type", "text", "text", text));
                events.add(written(map(
                        "type", "content_block_delta", "index", 0, "delta", map("type", "text_delta", "text", text))));
            }
            for (ToolCall call : calls) {
                int index = content.size();
                events.add(written(map(
                        "type",
                        "content_block_start",
                        "index",
                        index,
                        "content_block",
                        map("type", "tool_use", "id", call.id(), "name", call.name(), "input", map()))));
                events.add(written(map(
                        "type",
                        "content_block_delta",
                        "index",
                        index,
                        "delta",
                        map("type", "input_json_delta", "partial_json", call.arguments()))));
                events.add(written(map("type", "content_block_stop", "index", index)));
                content.add(map(
                        "type",
                        "tool_use",
                        "id",
                        call.id(),
                        "name",
                        call.name(),
                        "input",
                        isCut ? map() : JSON.readTree(call.arguments())));
            }
            String end = isCut ? "max_tokens" : calls.length == 0 ? "end_turn" : "tool_use";
            events.add(written(map("type", "message_delta", "delta", map("stop_reason", end))));
            events.add(written(map("type", "message_stop")));
            return isStream(asked)
                    ? events(events)
                    : whole(map(
                            "id",
                            "msg_1",
                            "type",
                            "message",
                            "role",
                            "assistant",
                            "model",
                            "m-1",
                            "stop_reason",
                            end,
                            "content",
                            content));
        }

        @Override
        JsonNode schemaIn(JsonNode body) {
            return body.at("/output_config/format/schema");
        }

        @Override
        String resultIn(JsonNode body, int fromTheEnd) {
            JsonNode messages = body.get("messages");
            JsonNode content = messages.get(messages.size() - 1).get("content");
            return content.get(content.size() - 1 - fromTheEnd).get("content").asString();
        }
    },
    GEMINI {
        @Override
        Provider provider(MockWebServer server) {
            return Provider.geminiCompatible(server.url("/v1beta/").toString());
        }

        @Override
        boolean isStream(RecordedRequest asked) {
            return asked.getTarget().contains("streamGenerateContent");
        }

        @Override
        MockResponse says(RecordedRequest asked, String text, boolean isCut, ToolCall... calls) {
            List<Object> parts = new ArrayList<>();
            if (!text.isEmpty()) {
                parts.add(map("text", text));
            }
            for (ToolCall call : calls) {
                parts.add(map(
                        "functionCall",
                        map(
                                "id",
                                call.id(),
                                "name",
                                call.name(),
                                "args",
                                isCut ? map() : JSON.readTree(call.arguments()))));
            }
            Map<String, Object> body = map(
                    "candidates",
                    List.of(map(
                            "content",
                            map("role", "model", "parts", parts),
                            "finishReason",
                            isCut ? "MAX_TOKENS" : "STOP")),
                    "modelVersion",
                    "m-1",
                    "responseId",
                    "r1");
            return isStream(asked) ? events(List.of(written(body))) : whole(body);
        }

        @Override
        JsonNode schemaIn(JsonNode body) {
            return body.at("/generationConfig/responseJsonSchema");
        }

        @Override
        String resultIn(JsonNode body, int fromTheEnd) {
            JsonNode contents = body.get("contents");
            JsonNode parts = contents.get(contents.size() - 1).get("parts");
            JsonNode response = parts.get(parts.size() - 1 - fromTheEnd)
                    .get("functionResponse")
                    .get("response");
            return response.has("result") ? response.get("result").asString() : response.toString();
        }
    };

    static final JsonMapper JSON = JsonMapper.builder().build();

    abstract Provider provider(MockWebServer server);

    /** A complete answer, or one that the token limit cut. */
    abstract MockResponse says(RecordedRequest asked, String text, boolean isCut, ToolCall... calls);

    /** The schema that a request holds the model to. */
    abstract JsonNode schemaIn(JsonNode body);

    /** What the last tools gave, counted from the end of a request. */
    abstract String resultIn(JsonNode body, int fromTheEnd);

    boolean isStream(RecordedRequest asked) {
        return asked.getBody().utf8().contains("\"stream\":true");
    }

    static MockResponse whole(Map<String, Object> body) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "application/json")
                .body(written(body))
                .build();
    }

    static MockResponse events(List<String> events) {
        return new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .body("data: " + String.join("\n\ndata: ", events) + "\n\n")
                .build();
    }

    static String written(Object value) {
        return JSON.writeValueAsString(value);
    }

    static Map<String, Object> map(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
