package io.github.tideover.chat;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The form in which the model is to answer, where that is not plain text.
 *
 * @since 0.1
 */
public final class ResponseFormat {
    private static final ResponseFormat JSON = new ResponseFormat("", null);

    private final String name;
    private final @Nullable Map<String, Object> schema;

    private ResponseFormat(String name, @Nullable Map<String, Object> schema) {
        this.name = name;
        this.schema = schema;
    }

    /**
     * Some JSON object; which one, the messages must say.
     *
     * @return the format
     */
    public static ResponseFormat json() {
        return JSON;
    }

    /**
     * JSON that fits a schema. A provider that can holds the model to it.
     *
     * @param name a name for the schema, for the model to read
     * @param schema the JSON schema; copied
     * @return the format
     * @throws IllegalArgumentException if the name is blank, or the schema holds what JSON lacks
     */
    public static ResponseFormat jsonSchema(String name, Map<String, ?> schema) {
        if (requireNonNull(name, "name == null").isBlank()) {
            throw new IllegalArgumentException("a schema needs a name, such as the name of what it describes");
        }
        return new ResponseFormat(name, JsonValues.object("schema " + name, schema));
    }

    /**
     * The schema's name.
     *
     * @return the name, empty if there is no schema
     */
    public String name() {
        return name;
    }

    /**
     * The JSON schema.
     *
     * @return an unmodifiable map of JSON values, or empty if any JSON object will do
     */
    public Optional<Map<String, Object>> schema() {
        return Optional.ofNullable(schema);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ResponseFormat that && name.equals(that.name) && Objects.equals(schema, that.schema);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return "ResponseFormat{" + (schema == null ? "JSON" : "JSON schema " + name) + "}";
    }
}
