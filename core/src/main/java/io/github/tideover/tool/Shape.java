package io.github.tideover.tool;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The form of a JSON value: says itself as a JSON schema, and tells what is wrong with a value. Everything that it tells is in
 * its own words, and names no more of the value than where in it something is wrong.
 */
sealed interface Shape {
    /** The part of JSON schema that OpenAI's strict mode, Anthropic's and Gemini's structured outputs all take. */
    Map<String, Object> schema();

    /**
     * What is wrong with a value; null if it has this form.
     *
     * @param value the value, never JSON's null
     * @param at where it stands, such as {@code items[2].price}; empty for the whole
     */
    @Nullable
    String misfit(JsonNode value, String at);

    /** What is wrong with a value that may be missing, or null. */
    static @Nullable String misfitOrMissing(Shape shape, @Nullable JsonNode value, String at) {
        if (value != null && !value.isNull()) {
            return shape.misfit(value, at);
        }
        return shape instanceof OrNull ? null : at(at) + (value == null ? "is missing" : "must not be null");
    }

    private static String at(String at) {
        return at.isEmpty() ? "the whole " : at + " ";
    }

    /** Words for the sort of value that came, never for the value. */
    private static String wrong(String at, String wanted, JsonNode value) {
        String came = switch (value.getNodeType()) {
            case ARRAY -> "an array";
            case BOOLEAN -> "a boolean";
            case NUMBER -> "a number";
            case OBJECT -> "an object";
            case STRING -> "a string";
            default -> "something else";
        };
        return at(at) + "must be " + wanted + ", not " + came;
    }

    private static Map<String, Object> described(Map<String, Object> schema, String description) {
        if (!description.isEmpty()) {
            schema.put("description", description);
        }
        return schema;
    }

    /** True or false. */
    record Bool() implements Shape {
        @Override
        public Map<String, Object> schema() {
            return new LinkedHashMap<>(Map.of("type", "boolean"));
        }

        @Override
        public @Nullable String misfit(JsonNode value, String at) {
            return value.isBoolean() ? null : wrong(at, "true or false", value);
        }
    }

    /**
     * A number.
     *
     * @param isWhole whether it has no fraction; 5.0 has none
     * @param least the least that the component holds, or null
     * @param most the most that the component holds, or null
     */
    record Figure(
            boolean isWhole,
            @Nullable BigDecimal least,
            @Nullable BigDecimal most) implements Shape {
        /** More digits than this before or behind the point are nobody's answer, and would take all memory to write out. */
        private static final int MOST_DIGITS = 1_000;

        @Override
        public Map<String, Object> schema() {
            return new LinkedHashMap<>(Map.of("type", isWhole ? "integer" : "number"));
        }

        @Override
        public @Nullable String misfit(JsonNode value, String at) {
            if (!value.isNumber()) {
                return wrong(at, isWhole ? "a whole number" : "a number", value);
            }
            BigDecimal number = value.decimalValue();
            if (Math.abs(number.scale()) > MOST_DIGITS || number.precision() > MOST_DIGITS) {
                return at(at) + "must be a number of a usual size";
            }
            if (isWhole && number.stripTrailingZeros().scale() > 0) {
                return at(at) + "must be a whole number";
            }
            boolean isOut = least != null && number.compareTo(least) < 0 || most != null && number.compareTo(most) > 0;
            return isOut ? at(at) + "must be from " + least + " to " + most : null;
        }
    }

    /**
     * A text.
     *
     * @param format the format's name in JSON schema; empty for none
     * @param words what is to be written, such as {@code a UUID}; empty for anything
     * @param form what it must look like, where Jackson would also take what means something else; or null
     */
    record Text(String format, String words, @Nullable Pattern form) implements Shape {
        static final Text ANYTHING = new Text("", "", null);

        /** What the model is told beside the schema, where no format says so; empty for nothing. */
        String hint() {
            return format.isEmpty() ? words : "";
        }

        @Override
        public Map<String, Object> schema() {
            Map<String, Object> schema = new LinkedHashMap<>(Map.of("type", "string"));
            if (!format.isEmpty()) {
                schema.put("format", format);
            }
            return schema;
        }

        @Override
        public @Nullable String misfit(JsonNode value, String at) {
            if (!value.isString()) {
                return wrong(at, "a string", value);
            }
            String text = value.stringValue().strip();
            if (words.isEmpty()) {
                return null;
            }
            if (text.isEmpty()) { // which is no date; left to the data binding it would become null
                return at(at) + "must not be blank";
            }
            return form == null || form.matcher(text).matches() ? null : at(at) + "must be " + words;
        }
    }

    /**
     * One of some texts.
     *
     * @param names the texts
     */
    record Choice(Set<String> names) implements Shape {
        @Override
        public Map<String, Object> schema() {
            Map<String, Object> schema = new LinkedHashMap<>(Map.of("type", "string"));
            schema.put("enum", List.copyOf(names));
            return schema;
        }

        @Override
        public @Nullable String misfit(JsonNode value, String at) {
            if (!value.isString()) {
                return wrong(at, "a string", value);
            }
            return names.contains(value.stringValue()) ? null : at(at) + "must be one of " + names;
        }
    }

    /**
     * Values in a row.
     *
     * @param element the form of each
     */
    record Row(Shape element) implements Shape {
        @Override
        public Map<String, Object> schema() {
            Map<String, Object> schema = new LinkedHashMap<>(Map.of("type", "array"));
            schema.put("items", element.schema());
            return schema;
        }

        @Override
        public @Nullable String misfit(JsonNode value, String at) {
            if (!value.isArray()) {
                return wrong(at, "an array", value);
            }
            int i = 0;
            for (JsonNode each : value.values()) {
                String misfit = Shape.misfitOrMissing(element, each, at + "[" + i++ + "]");
                if (misfit != null) {
                    return misfit;
                }
            }
            return null;
        }
    }

    /**
     * Values under names of the model's choice.
     *
     * @param value the form of each
     */
    record Named(Shape value) implements Shape {
        @Override
        public Map<String, Object> schema() {
            Map<String, Object> schema = new LinkedHashMap<>(Map.of("type", "object"));
            schema.put("additionalProperties", value.schema());
            return schema;
        }

        @Override
        public @Nullable String misfit(JsonNode object, String at) {
            if (!object.isObject()) {
                return wrong(at, "an object", object);
            }
            for (JsonNode each : object.values()) {
                String misfit = Shape.misfitOrMissing(value, each, at + "[...]");
                if (misfit != null) {
                    return misfit;
                }
            }
            return null;
        }
    }

    /**
     * A record's value. What it has beyond the components is passed over.
     *
     * @param fields the components by their names in JSON, in order
     * @param descriptions what each is, for the model to read, where the record says so
     */
    record Fields(Map<String, Shape> fields, Map<String, String> descriptions) implements Shape {
        @Override
        public Map<String, Object> schema() {
            Map<String, Object> properties = new LinkedHashMap<>();
            fields.forEach((name, shape) -> properties.put(
                    name, described(new LinkedHashMap<>(shape.schema()), descriptions.getOrDefault(name, ""))));
            Map<String, Object> schema = new LinkedHashMap<>(Map.of("type", "object"));
            schema.put("properties", properties);
            // In OpenAI's strict mode every property is required, and one that may be absent is null instead.
            schema.put("required", new ArrayList<>(fields.keySet()));
            schema.put("additionalProperties", false);
            return schema;
        }

        @Override
        public @Nullable String misfit(JsonNode object, String at) {
            if (!object.isObject()) {
                return wrong(at, "an object", object);
            }
            for (Map.Entry<String, Shape> field : fields.entrySet()) {
                String where = at.isEmpty() ? field.getKey() : at + "." + field.getKey();
                String misfit = Shape.misfitOrMissing(field.getValue(), object.get(field.getKey()), where);
                if (misfit != null) {
                    return misfit;
                }
            }
            return null;
        }
    }

    /**
     * A value or null.
     *
     * @param shape the value's form
     */
    record OrNull(Shape shape) implements Shape {
        @Override
        public Map<String, Object> schema() {
            Map<String, Object> schema = new LinkedHashMap<>(shape.schema());
            if (schema.containsKey("enum") || schema.containsKey("properties")) {
                return new LinkedHashMap<>(Map.of("anyOf", List.of(schema, Map.of("type", "null"))));
            }
            schema.put("type", List.of((String) schema.get("type"), "null"));
            return schema;
        }

        @Override
        public @Nullable String misfit(JsonNode value, String at) {
            return shape.misfit(value, at);
        }
    }
}
