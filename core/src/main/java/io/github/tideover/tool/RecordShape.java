package io.github.tideover.tool;

import io.github.tideover.chat.ResponseFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A record that a model fills in: its JSON schema, and what the model wrote read into it. Safe for use by many threads.
 *
 * <p>Reading is strict where leniency would fill in what nobody said: a component that is missing or null, a number for a text
 * and a text for a number, an unknown constant of an enum, a name that occurs twice, anything behind the object: all of these
 * do not fit. It is lenient where nothing is lost: properties that the record does not have are passed over, and a whole number
 * may be written as {@code 5.0}.
 *
 * <p>Part of the seam between this library's own packages.
 *
 * @param <T> the record
 * @since 0.1
 */
public final class RecordShape<T> {
    /** OpenAI's bound for the name of a schema. */
    private static final int LONGEST_NAME = 64;

    static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(
                    DeserializationFeature
                            .USE_BIG_DECIMAL_FOR_FLOATS) // or digits of a BigDecimal would be lost on the way
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE) // an offset that was written is kept
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private static final ClassValue<RecordShape<?>> ANSWERS = new ClassValue<>() {
        @Override
        protected RecordShape<?> computeValue(Class<?> type) {
            return new RecordShape<>(type, false);
        }
    };

    private final Class<T> type;
    private final Shape.Fields shape;
    private final Map<String, Object> schema;

    private RecordShape(Class<T> type, boolean takesMaps) {
        this.type = type;
        this.shape = new ShapeFinder(MAPPER, takesMaps).of(type);
        this.schema = shape.schema();
    }

    /**
     * The form of a record that is to be an answer.
     *
     * @param <T> the record
     * @param type its class
     * @return its form
     * @throws IllegalArgumentException if a model cannot be asked for it; the message says why, and what would do
     */
    @SuppressWarnings("unchecked") // the value of a class is made from that class
    public static <T extends Record> RecordShape<T> ofAnswer(Class<T> type) {
        return (RecordShape<T>) ANSWERS.get(type);
    }

    static <T extends Record> RecordShape<T> ofArguments(Class<T> type) {
        return new RecordShape<>(type, true);
    }

    /**
     * The record's name.
     *
     * @return the class's simple name
     */
    public String name() {
        return type.getSimpleName();
    }

    Map<String, Object> schema() {
        return schema;
    }

    /**
     * The format that asks for it.
     *
     * @return a JSON schema in which every property is required and no other is allowed
     */
    public ResponseFormat format() {
        String name = type.getSimpleName().replaceAll("[^a-zA-Z0-9_-]", "_");
        return ResponseFormat.jsonSchema(name.substring(0, Math.min(name.length(), LONGEST_NAME)), schema);
    }

    /**
     * Reads an answer. A Markdown fence or words around it are passed over if there is one JSON object in all the text.
     *
     * @param text what the model said
     * @return the record
     * @throws MisfitException if it does not fit
     */
    public T readAnswer(String text) throws MisfitException {
        String stripped = text.strip();
        JsonNode whole = tree(stripped);
        return bind(whole != null ? whole : onlyObjectIn(stripped));
    }

    /** Reads what is JSON and nothing else. */
    T read(String json) throws MisfitException {
        JsonNode tree = tree(json);
        if (tree == null) {
            throw new MisfitException("the whole is not JSON");
        }
        return bind(tree);
    }

    private static @Nullable JsonNode tree(String json) {
        try {
            JsonNode tree = MAPPER.readTree(json);
            return tree.isMissingNode() ? null : tree;
        } catch (JacksonException e) {
            return null; // its message quotes what it tripped over
        }
    }

    private static JsonNode onlyObjectIn(String text) throws MisfitException {
        JsonNode only = null;
        for (String each : EmbeddedObjects.in(text)) {
            JsonNode tree = tree(each);
            if (tree != null && only != null) {
                throw new MisfitException("there is more than one JSON object");
            }
            only = tree != null ? tree : only;
        }
        if (only == null) {
            throw new MisfitException("there is no whole JSON object");
        }
        return only;
    }

    private T bind(JsonNode tree) throws MisfitException {
        String misfit = shape.misfit(tree, "");
        if (misfit != null) {
            throw new MisfitException(misfit);
        }
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (JacksonException e) {
            throw new MisfitException(at(e.getPath()) + "has a value that " + type.getSimpleName() + " does not take");
        }
    }

    /** The component of this record where reading failed; deeper names may be the model's own. */
    private static String at(List<JacksonException.Reference> path) {
        String name = path.isEmpty() ? null : path.get(0).getPropertyName();
        return name == null ? "the whole " : name + " ";
    }
}
