package io.github.tideover.tool;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.introspect.ClassIntrospector;

/**
 * Finds the form of a record, by the names that Jackson gives its components, so that what is read is what was asked for. Says
 * no, in a sentence for the record's author, to whatever could not be put into a schema that every provider takes.
 */
final class ShapeFinder {
    /** More levels are refused by OpenAI: https://platform.openai.com/docs/guides/structured-outputs. */
    private static final int MOST_LEVELS = 10;

    private static final String DATE = "[+-]?\\d{4,9}-\\d\\d-\\d\\d";

    private static final Map<Class<?>, Shape> SIMPLE = simple();

    private final ObjectMapper mapper;
    private final boolean takesMaps;
    private final Deque<Class<?>> around = new ArrayDeque<>();
    private String where = "";

    /**
     * Makes a finder for one record.
     *
     * @param mapper reads the record in the end
     * @param takesMaps whether names of the model's choice may be asked for: structured outputs take none
     */
    ShapeFinder(ObjectMapper mapper, boolean takesMaps) {
        this.mapper = mapper;
        this.takesMaps = takesMaps;
    }

    private static Map<Class<?>, Shape> simple() {
        Map<Class<?>, Shape> shapes = new LinkedHashMap<>();
        Shape bool = new Shape.Bool();
        shapes.put(boolean.class, bool);
        shapes.put(Boolean.class, bool);
        whole(shapes, byte.class, Byte.class, Byte.MIN_VALUE, Byte.MAX_VALUE);
        whole(shapes, short.class, Short.class, Short.MIN_VALUE, Short.MAX_VALUE);
        whole(shapes, int.class, Integer.class, Integer.MIN_VALUE, Integer.MAX_VALUE);
        whole(shapes, long.class, Long.class, Long.MIN_VALUE, Long.MAX_VALUE);
        shapes.put(BigInteger.class, new Shape.Figure(true, null, null));
        floating(shapes, float.class, Float.class, Float.MAX_VALUE);
        floating(shapes, double.class, Double.class, Double.MAX_VALUE);
        shapes.put(BigDecimal.class, new Shape.Figure(false, null, null));
        shapes.put(String.class, Shape.Text.ANYTHING);
        // Jackson takes the digits of 20260309 for seconds since 1970, and drops what a type has no place for: the
        // time of a date, the offset of a local time. The record would not say what the model wrote.
        Shape moment = text("date-time", "a date and time with offset, such as 2026-03-09T14:30:00Z", DATE + "T.+");
        shapes.put(Instant.class, moment);
        shapes.put(OffsetDateTime.class, moment);
        shapes.put(ZonedDateTime.class, moment);
        shapes.put(LocalDate.class, text("date", "a date, such as 2026-03-09", DATE));
        shapes.put(OffsetTime.class, text("time", "a time of day with offset, such as 14:30:00Z", ".+"));
        shapes.put(Duration.class, text("duration", "a duration, such as PT5M", ".+"));
        shapes.put(UUID.class, text("uuid", "a UUID", "\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}"));
        // JSON schema's own formats for these want an offset, or are not taken by OpenAI's strict mode.
        shapes.put(
                LocalDateTime.class,
                text("", "a date and time without offset, such as 2026-03-09T14:30:00", DATE + "T[\\d:.]+"));
        shapes.put(LocalTime.class, text("", "a time of day without offset, such as 14:30:00", "[\\d:.]+"));
        shapes.put(URI.class, text("", "a URI", ".+"));
        shapes.put(OptionalInt.class, new Shape.OrNull(requireNonNull(shapes.get(int.class))));
        shapes.put(OptionalLong.class, new Shape.OrNull(requireNonNull(shapes.get(long.class))));
        shapes.put(OptionalDouble.class, new Shape.OrNull(requireNonNull(shapes.get(double.class))));
        return shapes;
    }

    private static Shape text(String format, String words, String form) {
        return new Shape.Text(format, words, Pattern.compile(form, Pattern.CASE_INSENSITIVE | Pattern.DOTALL));
    }

    private static void whole(Map<Class<?>, Shape> shapes, Class<?> type, Class<?> boxed, long least, long most) {
        Shape shape = new Shape.Figure(true, BigDecimal.valueOf(least), BigDecimal.valueOf(most));
        shapes.put(type, shape);
        shapes.put(boxed, shape);
    }

    private static void floating(Map<Class<?>, Shape> shapes, Class<?> type, Class<?> boxed, double most) {
        BigDecimal bound = new BigDecimal(most);
        Shape shape = new Shape.Figure(false, bound.negate(), bound);
        shapes.put(type, shape);
        shapes.put(boxed, shape);
    }

    /** The form of a record. */
    Shape.Fields of(Class<?> type) {
        if (!type.isRecord()) {
            throw refused(type.getName()
                    + " is not a record; what a model is to fill in is a record with a component for each" + " value");
        }
        return fields(type);
    }

    private Shape.Fields fields(Class<?> type) {
        if (type.getTypeParameters().length > 0) {
            throw refused(
                    type.getName() + " has a type parameter, and what stands for it is not known when the program runs;"
                            + " make it a record without");
        }
        RecordComponent[] components = type.getRecordComponents();
        if (components.length == 0) {
            throw refused(type.getName() + " has no components, so there would be nothing to fill in");
        }
        if (around.contains(type)) {
            throw refused(type.getName() + " holds itself (" + where
                    + "), and not every provider takes a schema that does;" + " hold ids instead");
        }
        if (around.size() == MOST_LEVELS) {
            throw refused(type.getName() + " (" + where + ") is more than " + MOST_LEVELS
                    + " records deep, which OpenAI refuses; make it flatter");
        }
        checkOpen(type);
        around.push(type);
        BeanPropertyDefinition[] properties = properties(type, components);
        Map<String, Shape> fields = new LinkedHashMap<>();
        Map<String, String> descriptions = new LinkedHashMap<>();
        for (int i = 0; i < components.length; i++) {
            String before = where;
            where = type.getSimpleName() + "." + components[i].getName();
            Shape shape = asWritten(component(components[i]), properties[i]);
            where = before;
            fields.put(properties[i].getName(), shape);
            String description = descriptionOf(properties[i], shape);
            if (!description.isEmpty()) {
                descriptions.put(properties[i].getName(), description);
            }
        }
        around.pop();
        return new Shape.Fields(fields, descriptions);
    }

    /** The components as Jackson sees them, in order. */
    private BeanPropertyDefinition[] properties(Class<?> type, RecordComponent[] components) {
        MapperConfig<?> config = mapper.deserializationConfig();
        ClassIntrospector introspector = config.classIntrospectorInstance().forOperation(config);
        var javaType = mapper.constructType(type);
        BeanPropertyDefinition[] found = new BeanPropertyDefinition[components.length];
        for (BeanPropertyDefinition each : introspector
                .introspectForDeserialization(javaType, introspector.introspectClassAnnotations(javaType))
                .findProperties()) {
            if (each.getConstructorParameter() != null
                    && each.getConstructorParameter().getOwner().getParameterCount() == components.length) {
                found[each.getConstructorParameter().getIndex()] = each;
            }
        }
        boolean hasFactory =
                Arrays.stream(type.getDeclaredMethods()).anyMatch(each -> each.isAnnotationPresent(JsonCreator.class));
        for (int i = 0; i < components.length; i++) {
            if (found[i] == null || hasFactory || isHidden(components[i])) {
                throw refused(
                        "Jackson does not make " + type.getName() + " from its component " + components[i].getName()
                                + "; leave out annotations that hide it, and creators other than the record's own");
            }
        }
        return found;
    }

    private static boolean isHidden(RecordComponent component) {
        Method accessor = component.getAccessor();
        return accessor.isAnnotationPresent(JsonUnwrapped.class) || accessor.isAnnotationPresent(JsonIgnore.class);
    }

    /** A date in the form that the record wishes for, and that no format of JSON schema has. */
    private static Shape asWritten(Shape shape, BeanPropertyDefinition property) {
        JsonFormat wish = property.getConstructorParameter().getAnnotation(JsonFormat.class);
        if (wish == null || wish.pattern().isEmpty()) {
            return shape;
        }
        if (shape instanceof Shape.OrNull orNull) {
            return new Shape.OrNull(asWritten(orNull.shape(), property));
        }
        boolean isForm = shape instanceof Shape.Text text && !text.words().isEmpty();
        return isForm ? new Shape.Text("", "in the form " + wish.pattern(), null) : shape;
    }

    /** What the model reads about a component. */
    private static String descriptionOf(BeanPropertyDefinition property, Shape shape) {
        String description = property.getMetadata().getDescription();
        Shape inner = shape instanceof Shape.OrNull orNull ? orNull.shape() : shape;
        String hint = inner instanceof Shape.Text text ? text.hint() : "";
        if (description == null || description.isBlank()) {
            return hint;
        }
        return hint.isEmpty() ? description : description + " (" + hint + ")";
    }

    private Shape component(RecordComponent component) {
        Shape shape = shape(component.getAnnotatedType());
        // Annotations older than JSpecify's are not on the type but on what is generated for the component.
        boolean isNullable = isNullable(component) || isNullable(component.getAccessor());
        return isNullable ? orNull(shape, component.getType()) : shape;
    }

    private Shape shape(AnnotatedType annotated) {
        Type type = annotated.getType();
        Shape shape;
        if (type instanceof Class<?> raw && raw.isArray() && annotated instanceof AnnotatedArrayType array) {
            shape = row(raw, array.getAnnotatedGenericComponentType());
        } else if (type instanceof Class<?> raw) {
            shape = plain(raw);
        } else if (type instanceof ParameterizedType parameterized
                && annotated instanceof AnnotatedParameterizedType arguments) {
            shape = generic((Class<?>) parameterized.getRawType(), arguments.getAnnotatedActualTypeArguments());
        } else if (type instanceof GenericArrayType && annotated instanceof AnnotatedArrayType array) {
            shape = row(Object[].class, array.getAnnotatedGenericComponentType());
        } else if (type instanceof TypeVariable || type instanceof WildcardType) {
            throw refused(where + " has the type " + type.getTypeName()
                    + ", which is not known when the program runs; write a"
                    + " record, a number, a text or another known type");
        } else {
            throw unknown(type);
        }
        return isNullable(annotated) ? orNull(shape, type) : shape;
    }

    private Shape orNull(Shape shape, Type type) {
        if (type instanceof Class<?> raw && raw.isPrimitive()) {
            throw refused(where + " is a " + raw + ", which cannot be null; make it an Optional");
        }
        return shape instanceof Shape.OrNull ? shape : new Shape.OrNull(shape);
    }

    private Shape plain(Class<?> raw) {
        Shape simple = SIMPLE.get(raw);
        if (simple != null) {
            return simple;
        }
        if (raw.isEnum()) {
            return choice(raw);
        }
        if (raw.isRecord()) {
            return fields(raw);
        }
        if (Collection.class.isAssignableFrom(raw) || Map.class.isAssignableFrom(raw) || raw == Optional.class) {
            throw refused(
                    where + " is a " + raw.getSimpleName() + " of nobody knows what; write what is in it, such as "
                            + raw.getSimpleName()
                            + (raw == Optional.class || Collection.class.isAssignableFrom(raw)
                                    ? "<String>"
                                    : "<String, Integer>"));
        }
        throw unknown(raw);
    }

    private Shape generic(Class<?> raw, AnnotatedType[] arguments) {
        if (raw == Optional.class) {
            Shape inside = shape(arguments[0]);
            if (inside instanceof Shape.OrNull) {
                throw refused(where + " may be absent in two ways; one Optional is enough");
            }
            return new Shape.OrNull(inside);
        }
        if (raw == List.class || raw == Set.class || raw == Collection.class) {
            return new Shape.Row(shape(arguments[0]));
        }
        if (raw == Map.class) {
            return named(arguments);
        }
        if (raw.isRecord()) {
            return fields(raw);
        }
        throw unknown(raw);
    }

    private Shape row(Class<?> raw, AnnotatedType element) {
        if (raw == byte[].class || raw == char[].class) {
            throw refused(where + " is a " + raw.getSimpleName() + "; write a String");
        }
        return new Shape.Row(shape(element));
    }

    private Shape named(AnnotatedType[] arguments) {
        if (!takesMaps) {
            throw refused(
                    where + " is a Map, and models are held to names that are known beforehand; write a List of records"
                            + " with a component for the key");
        }
        if (arguments[0].getType() != String.class) {
            throw refused(where + " is a Map whose keys are not String, as all names in JSON are");
        }
        return new Shape.Named(shape(arguments[1]));
    }

    private Shape choice(Class<?> type) {
        Set<String> names = new LinkedHashSet<>();
        for (Object constant : requireNonNull(type.getEnumConstants())) {
            JsonNode name = mapper.valueToTree(constant);
            if (!name.isString()) {
                throw refused(
                        where + " is the enum " + type.getName() + ", whose constants Jackson does not write as texts");
            }
            if (!isReadAs(name, constant)) {
                throw refused(where + " is the enum " + type.getName()
                        + ", whose constants Jackson does not read as it writes them");
            }
            names.add(name.stringValue());
        }
        if (names.isEmpty()) {
            throw refused(where + " is the enum " + type.getName() + ", which has no constants");
        }
        return new Shape.Choice(names);
    }

    private boolean isReadAs(JsonNode name, Object constant) {
        try {
            return mapper.treeToValue(name, ((Enum<?>) constant).getDeclaringClass()) == constant;
        } catch (JacksonException e) {
            return false;
        }
    }

    private static boolean isNullable(AnnotatedElement element) {
        return Arrays.stream(element.getAnnotations())
                .map(Annotation::annotationType)
                .anyMatch(type -> type.getSimpleName().equals("Nullable"));
    }

    /** On the module path, Jackson makes no record that is hidden from it. */
    private static void checkOpen(Class<?> type) {
        Module own = type.getModule();
        Module jackson = ObjectMapper.class.getModule();
        String in = type.getPackageName();
        if (!own.isOpen(in, jackson)) {
            boolean isShown = own.isExported(in, jackson);
            for (Class<?> each = type; each != null && isShown; each = each.getEnclosingClass()) {
                isShown = Modifier.isPublic(each.getModifiers());
            }
            if (!isShown) {
                throw refused(type.getName() + " is hidden from Jackson; write \"opens " + in
                        + " to tools.jackson.databind;\" in the module-info of " + own.getName());
            }
        }
    }

    private IllegalArgumentException unknown(Type type) {
        return refused(where + " has the type " + type.getTypeName()
                + ", which a model cannot be asked for; write a record, an"
                + " enum, a number, a boolean, a String, a type of java.time, a List, a Set or an Optional of these"
                + (takesMaps ? ", or a Map with them" : ""));
    }

    private static IllegalArgumentException refused(String why) {
        return new IllegalArgumentException(why);
    }
}
