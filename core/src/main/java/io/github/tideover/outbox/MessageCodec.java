package io.github.tideover.outbox;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Part;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Role;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.ToolChoice;
import io.github.tideover.chat.Usage;
import io.github.tideover.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Requests and replies as JSON, and back. A request loses its timeout, which was for somebody who waited, and is never queued a
 * second time.
 */
final class MessageCodec {
    private static final int VERSION = 1;

    private MessageCodec() {}

    static byte[] write(ChatRequest request) {
        Map<String, @Nullable Object> json = begun();
        json.put("messages", request.messages().stream().map(MessageCodec::json).toList());
        request.temperature().ifPresent(value -> json.put("temperature", value));
        request.topP().ifPresent(value -> json.put("topP", value));
        request.maxOutputTokens().ifPresent(value -> json.put("maxOutputTokens", value));
        request.seed().ifPresent(value -> json.put("seed", value));
        json.put("stop", request.stop());
        request.reasoningEffort().ifPresent(value -> json.put("reasoningEffort", value));
        json.put("tools", request.tools().stream().map(MessageCodec::json).toList());
        request.toolChoice().ifPresent(choice -> {
            json.put("toolChoice", choice.mode().name());
            json.put("chosenTool", choice.tool().orElse(null));
        });
        request.parallelToolCalls().ifPresent(value -> json.put("parallelToolCalls", value));
        request.responseFormat().ifPresent(format -> {
            json.put("formatName", format.name());
            json.put("schema", format.schema().orElse(null));
        });
        request.tenant().ifPresent(value -> json.put("tenant", value));
        json.put("extra", request.extra());
        json.put("extraByProvider", request.extraByProvider());
        json.put("allowedProviders", List.copyOf(request.allowedProviders()));
        json.put("requiredTags", List.copyOf(request.requiredTags()));
        json.put("noStore", request.noStore());
        request.conversation().ifPresent(value -> json.put("conversation", value));
        request.idempotencyKey().ifPresent(value -> json.put("idempotencyKey", value));
        return bytes(json);
    }

    static ChatRequest request(byte[] bytes) throws IOException {
        Fields json = read(bytes);
        ChatRequest.Builder request = ChatRequest.builder().queueable(false);
        for (Fields message : json.objects("messages")) {
            request.message(message(message));
        }
        json.ifNumber("temperature", value -> request.temperature(value.doubleValue()));
        json.ifNumber("topP", value -> request.topP(value.doubleValue()));
        json.ifNumber("maxOutputTokens", value -> request.maxOutputTokens(value.intValue()));
        json.ifNumber("seed", value -> request.seed(value.longValue()));
        request.stop(json.texts("stop"));
        json.ifText("reasoningEffort", request::reasoningEffort);
        request.tools(json.objects("tools").stream()
                .map(tool -> Tool.function(tool.text("name"), tool.text("description"), tool.map("parameters")))
                .toArray(Tool[]::new));
        json.ifText("toolChoice", mode -> request.toolChoice(choice(ToolChoice.Mode.valueOf(mode), json)));
        if (json.get("parallelToolCalls") instanceof Boolean several) {
            request.parallelToolCalls(several);
        }
        json.ifText(
                "formatName",
                name -> request.responseFormat(
                        json.get("schema") == null
                                ? ResponseFormat.json()
                                : ResponseFormat.jsonSchema(name, json.map("schema"))));
        json.ifText("tenant", request::tenant);
        json.map("extra").forEach(request::extra);
        json.map("extraByProvider")
                .forEach((provider, fields) ->
                        Fields.of(fields).map.forEach((name, value) -> request.extra(provider, name, value)));
        if (json.texts("allowedProviders").length > 0) {
            request.allowedProviders(json.texts("allowedProviders"));
        }
        if (json.texts("requiredTags").length > 0) {
            request.requiredTags(json.texts("requiredTags"));
        }
        if (Boolean.TRUE.equals(json.get("noStore"))) {
            request.noStore();
        }
        json.ifText("conversation", request::conversation);
        json.ifText("idempotencyKey", request::idempotencyKey);
        return request.build();
    }

    static byte[] write(ChatReply reply) {
        Map<String, @Nullable Object> json = begun();
        json.put("text", reply.text());
        json.put("reasoning", reply.reasoning());
        json.put("refusal", reply.refusal());
        json.put("toolCalls", reply.toolCalls().stream().map(MessageCodec::json).toList());
        json.put("finishReason", reply.finishReason().name());
        json.put("origin", reply.origin().name());
        json.put("provider", reply.provider());
        json.put("model", reply.model());
        json.put("id", reply.id());
        json.put("requestId", reply.requestId());
        json.put("keyNumber", reply.keyNumber().orElse(0));
        Usage usage = reply.usage();
        json.put(
                "usage",
                List.of(
                        usage.inputTokens(),
                        usage.outputTokens(),
                        usage.totalTokens(),
                        usage.cachedInputTokens(),
                        usage.reasoningTokens()));
        json.put("attempts", reply.attempts());
        json.put("continued", reply.isContinued());
        json.put("adapted", reply.adapted());
        return bytes(json);
    }

    static ChatReply reply(byte[] bytes) throws IOException {
        Fields json = read(bytes);
        List<?> usage = json.list("usage");
        return ChatReply.builder()
                .text(json.text("text"))
                .reasoning(json.text("reasoning"))
                .refusal(json.text("refusal"))
                .toolCalls(json.objects("toolCalls").stream()
                        .map(MessageCodec::toolCall)
                        .toList())
                .finishReason(FinishReason.valueOf(json.text("finishReason")))
                .origin(Origin.valueOf(json.text("origin")))
                .provider(json.text("provider"))
                .model(json.text("model"))
                .id(json.text("id"))
                .requestId(json.text("requestId"))
                .keyNumber((int) json.number("keyNumber"))
                .usage(Usage.of(
                        number(usage, 0), number(usage, 1), number(usage, 2), number(usage, 3), number(usage, 4)))
                .attempts((int) json.number("attempts"))
                .continued(Boolean.TRUE.equals(json.get("continued")))
                .adapted(List.of(json.texts("adapted")))
                .build();
    }

    private static long number(List<?> numbers, int place) {
        return ((Number) numbers.get(place)).longValue();
    }

    private static ToolChoice choice(ToolChoice.Mode mode, Fields json) {
        return switch (mode) {
            case AUTO -> ToolChoice.AUTO;
            case NONE -> ToolChoice.NONE;
            case REQUIRED -> ToolChoice.REQUIRED;
            case TOOL -> ToolChoice.tool(json.text("chosenTool"));
        };
    }

    private static Map<String, @Nullable Object> json(Message message) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("role", message.role().name());
        json.put("parts", message.parts().stream().map(MessageCodec::json).toList());
        json.put(
                "toolCalls",
                message.toolCalls().stream().map(MessageCodec::json).toList());
        if (message.role() == Role.TOOL) {
            json.put("answered", json(message.answered()));
        }
        return json;
    }

    private static Message message(Fields json) {
        String text = json.objects("parts").stream()
                .map(part -> part.text("text"))
                .findFirst()
                .orElse("");
        return switch (Role.valueOf(json.text("role"))) {
            case SYSTEM -> Message.system(text);
            case USER ->
                Message.user(
                        json.objects("parts").stream().map(MessageCodec::part).toArray(Part[]::new));
            case ASSISTANT ->
                Message.assistant(
                        text,
                        json.objects("toolCalls").stream()
                                .map(MessageCodec::toolCall)
                                .toList());
            case TOOL -> Message.toolResult(toolCall(Fields.of(json.get("answered"))), text);
        };
    }

    private static Map<String, @Nullable Object> json(Part part) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        if (part instanceof Part.Text text) {
            json.put("text", text.text());
        } else if (part instanceof Part.Image image) {
            json.put("image", image.mediaType());
            json.put("address", image.address().orElse(null));
            json.put("base64", image.base64());
        } else if (part instanceof Part.File file) {
            json.put("file", file.name());
            json.put("mediaType", file.mediaType());
            json.put("base64", file.base64());
        }
        return json;
    }

    private static Part part(Fields json) {
        if (json.get("image") instanceof String mediaType) {
            return json.get("address") instanceof String address
                    ? Part.image(address)
                    : Part.image(mediaType, Base64.getDecoder().decode(json.text("base64")));
        }
        if (json.get("file") instanceof String name) {
            return Part.file(name, json.text("mediaType"), Base64.getDecoder().decode(json.text("base64")));
        }
        return Part.text(json.text("text"));
    }

    private static Map<String, @Nullable Object> json(ToolCall call) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", call.id());
        json.put("name", call.name());
        json.put("arguments", call.arguments());
        json.put("thoughtSignature", call.thoughtSignature());
        return json;
    }

    private static ToolCall toolCall(Fields json) {
        return ToolCall.of(json.text("id"), json.text("name"), json.text("arguments"))
                .thoughtSignature(json.text("thoughtSignature"));
    }

    private static Map<String, @Nullable Object> json(Tool tool) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", tool.name());
        json.put("description", tool.description());
        json.put("parameters", tool.parameters());
        return json;
    }

    static Map<String, @Nullable Object> begun() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("version", VERSION);
        return json;
    }

    static byte[] bytes(Map<String, @Nullable Object> json) {
        return Json.written(json).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads what one of the methods here has written. */
    static Fields read(byte[] bytes) throws IOException {
        Fields json = Json.read(bytes, 0, bytes.length, in -> Fields.of(Json.tree(in)));
        if (json.number("version") != VERSION) {
            throw new IOException("written by another version of this library");
        }
        return json;
    }

    /** The fields of a JSON object. */
    record Fields(Map<String, Object> map) {
        @SuppressWarnings("unchecked") // the keys of a JSON object are texts
        static Fields of(@Nullable Object json) {
            return new Fields((Map<String, Object>) (json instanceof Map<?, ?> map ? map : Map.of()));
        }

        @Nullable
        Object get(String name) {
            return map.get(name);
        }

        String text(String name) {
            return get(name) instanceof String text ? text : "";
        }

        long number(String name) {
            return get(name) instanceof Number number ? number.longValue() : 0;
        }

        List<?> list(String name) {
            return get(name) instanceof List<?> list ? list : List.of();
        }

        String[] texts(String name) {
            return list(name).stream().map(String.class::cast).toArray(String[]::new);
        }

        Map<String, Object> map(String name) {
            return of(get(name)).map;
        }

        List<Fields> objects(String name) {
            List<Fields> objects = new ArrayList<>();
            list(name).forEach(each -> objects.add(of(each)));
            return objects;
        }

        void ifText(String name, Consumer<String> taker) {
            if (get(name) instanceof String text) {
                taker.accept(text);
            }
        }

        void ifNumber(String name, Consumer<Number> taker) {
            if (get(name) instanceof Number number) {
                taker.accept(number);
            }
        }
    }
}
