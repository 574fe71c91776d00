package io.github.tideover.provider.gemini;

import io.github.tideover.chat.ToolCall;
import io.github.tideover.wire.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A tool call, or what is new of one: its name first, then its arguments one by one, then nothing. Vertex AI sends calls in pieces
 * where {@code streamFunctionCallArguments} asks it to.
 *
 * @see <a href="https://googleapis.github.io/js-genai/release_docs/interfaces/types.FunctionCall.html">FunctionCall</a>
 */
record CallPiece(
        String id, String name, @Nullable String whole, List<Argument> arguments, boolean goesOn, String signature) {

    /** One argument, or a piece of its text, and the way to its place. */
    record Argument(String path, @Nullable Object value) {}

    /** Reads the object at whose start the parser stands. */
    static CallPiece read(JsonParser in) {
        String id = "";
        String tool = "";
        String whole = null;
        List<Argument> arguments = List.of();
        boolean goesOn = false;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            JsonToken value = in.nextToken();
            switch (name) {
                case "id" -> id = Json.text(in);
                case "name" -> tool = Json.text(in);
                case "args" -> whole = Json.json(in);
                case "partialArgs" -> arguments = readArguments(in);
                case "willContinue" -> {
                    goesOn = value == JsonToken.VALUE_TRUE;
                    in.skipChildren();
                }
                default -> in.skipChildren();
            }
        }
        return new CallPiece(id, tool, whole, arguments, goesOn, "");
    }

    private static List<Argument> readArguments(JsonParser in) {
        List<Argument> arguments = new ArrayList<>(2);
        Json.eachObject(in, each -> readArgument(each, arguments));
        return arguments;
    }

    private static void readArgument(JsonParser in, List<Argument> arguments) {
        String path = "";
        Object argument = null;
        boolean isSaid = false;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "jsonPath" -> path = Json.text(in);
                case "stringValue", "numberValue", "boolValue" -> {
                    argument = Json.tree(in);
                    isSaid = true;
                }
                case "nullValue" -> {
                    in.skipChildren();
                    isSaid = true;
                }
                default -> in.skipChildren();
            }
        }
        if (isSaid) {
            arguments.add(new Argument(path, argument));
        }
    }

    CallPiece signed(String seal) {
        return new CallPiece(id, name, whole, arguments, goesOn, seal);
    }

    /** Whether this is all of a call, which then has a name. */
    boolean isWhole() {
        return !name.isEmpty() && (whole != null || (arguments.isEmpty() && !goesOn));
    }

    ToolCall toolCall() {
        ToolCall call = ToolCall.of(id, name, whole == null ? "{}" : whole);
        return signature.isEmpty() ? call : call.thoughtSignature(signature);
    }
}
