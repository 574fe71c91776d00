package io.github.tideover.wire;

import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * Writes the schema of a tool's arguments as everybody takes it: as an object's, with its properties. Anthropic refuses one that does
 * not say it is an object's, and OpenAI also one that names no properties, of a tool without arguments above all; each takes what the
 * other refuses, and a conversation goes from one to the other.
 *
 * @see <a href="https://github.com/spring-projects/spring-ai/issues/4776">what OpenAI says to a schema without properties</a>
 */
public final class ToolSchema {
    private ToolSchema() {}

    /**
     * Writes a schema.
     *
     * @param out where to
     * @param schema the schema, which may lack what is added
     */
    public static void write(JsonGenerator out, Map<String, Object> schema) {
        out.writeStartObject();
        if (!schema.containsKey("type")) {
            out.writeStringProperty("type", "object");
        }
        for (Map.Entry<String, Object> field : schema.entrySet()) {
            out.writeName(field.getKey());
            Json.value(out, field.getValue());
        }
        if (!schema.containsKey("properties")) {
            out.writeName("properties");
            out.writeStartObject();
            out.writeEndObject();
        }
        out.writeEndObject();
    }
}
