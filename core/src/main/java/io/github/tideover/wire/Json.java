package io.github.tideover.wire;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * JSON in and out of HTTP bodies, token by token. Providers send numbers for strings, null for anything and fields nobody
 * has heard of, so what is read is read leniently, and by hand: it is also the cheapest way.
 */
public final class Json {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
            // The length of a text is bounded with the reply it comes in.
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private Json() {}

    /**
     * Writes a JSON value.
     *
     * @param writing writes it
     * @return a request body of known length
     * @throws IllegalArgumentException if it is nested too deeply
     */
    public static RequestBody body(Writing writing) {
        JsonBody body = new JsonBody();
        try (JsonGenerator out = FACTORY.createGenerator(ObjectWriteContext.empty(), body.out())) {
            writing.write(out);
        } catch (StreamConstraintsException e) {
            throw new IllegalArgumentException("the request is nested too deeply to be written as JSON", e);
        }
        return body;
    }

    /**
     * Reads a reply that is one JSON object, or an array of one, as Google sends errors; and frees its connection. What
     * follows is not looked at.
     *
     * @param <T> what it is read as
     * @param body the reply
     * @param maxBytes how long it may be, after decompression
     * @param reading reads it, from the start of the object to its end
     * @return what was read
     * @throws MalformedReplyException if the reply is not a JSON object, or too long
     * @throws IOException if the connection failed before the end of the object
     */
    public static <T> T read(ResponseBody body, long maxBytes, Reading<T> reading) throws IOException {
        try (body) {
            if (body.contentLength() > maxBytes) {
                throw BoundedInput.tooLong(maxBytes);
            }
            try (JsonParser in =
                    FACTORY.createParser(ObjectReadContext.empty(), new BoundedInput(body.source(), maxBytes))) {
                JsonToken first = in.nextToken();
                if (first == null) {
                    throw new MalformedReplyException("the answer is empty (" + typeOf(body) + ")");
                }
                boolean isInArray = first == JsonToken.START_ARRAY && in.nextToken() == JsonToken.START_OBJECT;
                if (first != JsonToken.START_OBJECT && !isInArray) {
                    throw notAnObject();
                }
                T read = reading.read(in);
                if (isInArray && in.nextToken() != JsonToken.END_ARRAY) {
                    throw notAnObject();
                }
                return read;
            }
        } catch (JacksonIOException e) {
            if (e.getCause() instanceof MalformedReplyException malformed) {
                throw malformed;
            }
            IOException cause = e.getCause();
            throw new AfterSendException(cause != null ? cause : new IOException(e));
        } catch (UnexpectedEndOfInputException e) {
            throw new MalformedReplyException("the answer ends in the middle of its JSON");
        } catch (JacksonException e) {
            // Jackson's own message quotes what it tripped over, and so it is neither kept nor passed on.
            throw new MalformedReplyException("the answer is not JSON (" + typeOf(body) + ")");
        }
    }

    /**
     * Reads a JSON object from memory.
     *
     * @param <T> what it is read as
     * @param bytes holds it
     * @param from where it begins
     * @param to where it ends
     * @param reading reads it, from the start of the object to its end
     * @return what was read
     * @throws MalformedReplyException if it is not a JSON object
     */
    public static <T> T read(byte[] bytes, int from, int to, Reading<T> reading) throws MalformedReplyException {
        try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), bytes, from, to - from)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedReplyException("an event is not a JSON object");
            }
            return reading.read(in);
        } catch (JacksonException e) {
            throw new MalformedReplyException("an event is not JSON");
        }
    }

    /**
     * The value the parser stands at as a text. It is left at the value's end.
     *
     * @param in the parser
     * @return a string as it is, a number or boolean as it was written, and nothing for null, objects and arrays
     */
    public static String text(JsonParser in) {
        JsonToken token = in.currentToken();
        if (token == JsonToken.VALUE_STRING) {
            return in.getString();
        }
        if (token == JsonToken.VALUE_NULL) {
            return "";
        }
        if (token.isScalarValue()) {
            return in.getString();
        }
        in.skipChildren();
        return "";
    }

    /**
     * Like {@link #text(JsonParser)}, for a text that is nearly always the same: then nothing is allocated.
     *
     * @param in the parser
     * @param usual what the text nearly always is
     * @return the text
     */
    public static String text(JsonParser in, String usual) {
        if (in.currentToken() != JsonToken.VALUE_STRING) {
            return text(in);
        }
        char[] chars = in.getStringCharacters();
        int from = in.getStringOffset();
        int length = in.getStringLength();
        if (length != usual.length()) {
            return in.getString();
        }
        for (int i = 0; i < length; i++) {
            if (chars[from + i] != usual.charAt(i)) {
                return in.getString();
            }
        }
        return usual;
    }

    /**
     * The value the parser stands at as a whole number. It is left at the value's end.
     *
     * @param in the parser
     * @return the number, without a fraction and never negative; 0 for what is not a number or out of range
     */
    public static long count(JsonParser in) {
        JsonToken token = in.currentToken();
        if (token == JsonToken.VALUE_NUMBER_INT) {
            return in.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? 0 : Math.max(0, in.getLongValue());
        }
        if (token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_STRING) {
            return Math.max(0, (long) in.getValueAsDouble(0));
        }
        in.skipChildren();
        return 0;
    }

    /**
     * Reads the objects in the array the parser stands at, and passes over what else is in it. It is left at the array's end; a value
     * that is no array is passed over.
     *
     * @param in the parser
     * @param reading reads one, from its start to its end
     */
    public static void eachObject(JsonParser in, Consumer<JsonParser> reading) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return;
        }
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() == JsonToken.START_OBJECT) {
                reading.accept(in);
            } else {
                in.skipChildren();
            }
        }
    }

    /**
     * One of the numbers in the object the parser stands at. It is left at the object's end.
     *
     * @param in the parser
     * @param name the number's name
     * @return the number, as {@link #count(JsonParser)} reads it; 0 if there is none of that name, or this is no object
     */
    public static long countIn(JsonParser in, String name) {
        long count = 0;
        if (isInObject(in)) {
            while (find(in, name)) {
                count = count(in);
            }
        }
        return count;
    }

    /**
     * One of the texts in the object the parser stands at. It is left at the object's end.
     *
     * @param in the parser
     * @param name the text's name
     * @return the text, as {@link #text(JsonParser)} reads it; empty if there is none of that name, or this is no object
     */
    public static String textIn(JsonParser in, String name) {
        String text = "";
        if (isInObject(in)) {
            while (find(in, name)) {
                text = text(in);
            }
        }
        return text;
    }

    /**
     * Whether the parser stands at an object, whose fields then can be looked for. What is none is passed over.
     *
     * @param in the parser
     * @return true if so
     */
    public static boolean isInObject(JsonParser in) {
        if (in.currentToken() == JsonToken.START_OBJECT) {
            return true;
        }
        in.skipChildren();
        return false;
    }

    /**
     * Goes to the next value of a name in the object the parser is in, or to the object's end.
     *
     * @param in the parser, at the start of the object or the end of one of its values
     * @param name the value's name
     * @return true if there is one, at which the parser stands
     */
    public static boolean find(JsonParser in, String name) {
        for (String each = in.nextName(); each != null; each = in.nextName()) {
            in.nextToken();
            if (each.equals(name)) {
                return true;
            }
            in.skipChildren();
        }
        return false;
    }

    /**
     * The value the parser stands at as JSON. It is left at the value's end.
     *
     * @param in the parser
     * @return the JSON, or null for a JSON null
     */
    public static @Nullable String json(JsonParser in) {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        StringWriter text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            out.copyCurrentStructureExact(in); // or a number of many digits would lose some
        }
        return text.toString();
    }

    /**
     * The error the parser stands at as JSON, if it is one: some send false, 0 or an empty text for as long as all is well. It is
     * left at the value's end.
     *
     * @param in the parser
     * @return the JSON, or null for a value that tells of no error
     */
    public static @Nullable String error(JsonParser in) {
        return isSomething(in) ? json(in) : null;
    }

    /**
     * Whether the value the parser stands at is more than a placeholder. It stays there.
     *
     * @param in the parser
     * @return false for null, false, 0 and an empty text
     */
    public static boolean isSomething(JsonParser in) {
        return switch (in.currentToken()) {
            case VALUE_NULL, VALUE_FALSE -> false;
            case VALUE_STRING -> in.getStringLength() > 0;
            case VALUE_NUMBER_INT -> !in.getString().equals("0");
            default -> true;
        };
    }

    /**
     * The value the parser stands at as what {@link #value} writes: a map, list, string, long, double, boolean or null. It is
     * left at the value's end. A whole number that a long does not hold becomes a double.
     *
     * @param in the parser
     * @return the value, which may be changed
     */
    public static @Nullable Object tree(JsonParser in) {
        JsonToken token = in.currentToken();
        switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (in.nextToken() != JsonToken.END_OBJECT) {
                    String name = in.currentName();
                    in.nextToken();
                    map.put(name, tree(in));
                }
                return map;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    list.add(tree(in));
                }
                return list;
            }
            case VALUE_NUMBER_INT -> {
                if (in.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
                    return in.getLongValue();
                }
                return in.getDoubleValue();
            }
            case VALUE_NUMBER_FLOAT -> {
                return in.getDoubleValue();
            }
            case VALUE_TRUE, VALUE_FALSE -> {
                return token == JsonToken.VALUE_TRUE;
            }
            case VALUE_NULL -> {
                return null;
            }
            default -> {
                return in.getString();
            }
        }
    }

    /**
     * A text as JSON.
     *
     * @param text the text
     * @return the text in quotes
     */
    public static String quoted(String text) {
        return written(text);
    }

    /**
     * A value as JSON.
     *
     * @param value made of strings, numbers, booleans, nulls, lists and maps
     * @return the JSON as a text
     */
    public static String written(@Nullable Object value) {
        StringWriter json = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(ObjectWriteContext.empty(), json)) {
            value(out, value);
        }
        return json.toString();
    }

    /**
     * Writes a text. Half of a surrogate pair, as is left when an application cuts a text in the middle of an emoji,
     * becomes U+FFFD: it cannot be written as UTF-8, and written as an escape it is refused by many a provider.
     *
     * @param out where to
     * @param text the text
     */
    public static void string(JsonGenerator out, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                out.writeString(wellFormed(text, i));
                return;
            }
        }
        out.writeString(text);
    }

    /**
     * Whether a text is one JSON object and nothing else.
     *
     * @param json the text
     * @return true if so
     */
    public static boolean isObject(String json) {
        return isWhole(json, JsonToken.START_OBJECT);
    }

    /**
     * Whether a text is one JSON array and nothing else.
     *
     * @param json the text
     * @return true if so
     */
    public static boolean isArray(String json) {
        return isWhole(json, JsonToken.START_ARRAY);
    }

    private static boolean isWhole(String json, JsonToken start) {
        try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            if (in.nextToken() != start) {
                return false;
            }
            in.skipChildren();
            return in.nextToken() == null;
        } catch (JacksonException e) {
            return false;
        }
    }

    /**
     * Writes JSON that is there as a text. Half of a surrogate pair becomes U+FFFD, as in {@link #string}.
     *
     * @param out where to
     * @param json the JSON, which {@linkplain #isObject is known} to be good
     */
    public static void raw(JsonGenerator out, String json) {
        out.writeRawValue(wellFormed(json, 0));
    }

    /**
     * Writes a value made of strings, numbers, booleans, nulls, lists and maps.
     *
     * @param out where to
     * @param value the value
     */
    public static void value(JsonGenerator out, @Nullable Object value) {
        if (value == null) {
            out.writeNull();
        } else if (value instanceof String text) {
            string(out, text);
        } else if (value instanceof Boolean bool) {
            out.writeBoolean(bool);
        } else if (value instanceof Integer
                || value instanceof Long
                || value instanceof Short
                || value instanceof Byte) {
            out.writeNumber(((Number) value).longValue());
        } else if (value instanceof Double number) {
            out.writeNumber((double) number);
        } else if (value instanceof Float number) {
            out.writeNumber((float) number);
        } else if (value instanceof BigInteger number) {
            out.writeNumber(number);
        } else if (value instanceof Number number) {
            out.writeNumber(new BigDecimal(number.toString()));
        } else if (value instanceof List<?> list) {
            out.writeStartArray();
            for (Object each : list) {
                value(out, each);
            }
            out.writeEndArray();
        } else if (value instanceof Map<?, ?> map) {
            out.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.writeName(wellFormed(String.valueOf(entry.getKey()), 0));
                value(out, entry.getValue());
            }
            out.writeEndObject();
        } else {
            throw new IllegalArgumentException(
                    "not a JSON value: " + value.getClass().getName());
        }
    }

    private static String wellFormed(String text, int from) {
        StringBuilder repaired = null;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            if (repaired == null) {
                repaired = new StringBuilder(text);
            }
            repaired.setCharAt(i, '\uFFFD');
        }
        return repaired == null ? text : repaired.toString();
    }

    private static MalformedReplyException notAnObject() {
        return new MalformedReplyException("the answer is JSON but not an object");
    }

    /** What kind of document came, without quoting it. */
    private static String typeOf(ResponseBody body) {
        MediaType type = body.contentType();
        if (type == null) {
            return "of no stated type";
        }
        String name = type.type() + "/" + type.subtype();
        return name.length() > 60 ? "of an unlikely type" : name;
    }

    /** Writes one JSON value. */
    @FunctionalInterface
    public interface Writing {
        /**
         * Writes the value.
         *
         * @param out where to
         */
        void write(JsonGenerator out);
    }

    /**
     * Reads one JSON object.
     *
     * @param <T> what it is read as
     */
    @FunctionalInterface
    public interface Reading<T> {
        /**
         * Reads the object.
         *
         * @param in stands at the start of the object and is left at its end
         * @return what was read
         */
        T read(JsonParser in);
    }
}
