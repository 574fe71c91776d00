package io.github.tideover.tool;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.Tool;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * A tool and what it does: its arguments are a Java record, and the JSON schema of that record goes out with each request.
 *
 * <p>Components are required; one that may be absent is an {@link java.util.Optional} or annotated {@code @Nullable}, and the
 * model sends null for it. They may be booleans, numbers, texts, enums, records, types of {@code java.time}, UUIDs and URIs, and
 * lists, sets and maps of these. Jackson's {@code @JsonProperty} and {@code @JsonPropertyDescription} are heeded.
 *
 * <p>On the module path, a package whose records are not public is to be opened to {@code tools.jackson.databind}.
 *
 * @since 0.1
 */
public final class TypedTool {
    private final Tool tool;
    private final Binding binding;

    private TypedTool(Tool tool, Binding binding) {
        this.tool = tool;
        this.binding = binding;
    }

    /** Makes a call that is ready to run of arguments as the model wrote them. */
    private interface Binding {
        Callable<@Nullable Object> bind(String arguments) throws MisfitException;
    }

    /**
     * Describes a tool.
     *
     * @param <T> the record of its arguments
     * @param name its name: a letter or underscore, then letters, digits, underscores and hyphens, 64 characters at most
     * @param description what it does and when to call it, for the model to read
     * @param arguments the record
     * @param function does it. It may be called by several calls at the same time, each with a thread of its own.
     * @return the tool
     * @throws IllegalArgumentException if the name has another form, or a model cannot be asked for the record; the message says
     *     which component is at fault, and what would do
     */
    public static <T extends Record> TypedTool of(
            String name, String description, Class<T> arguments, ToolFunction<? super T> function) {
        requireNonNull(function, "function == null");
        if (requireNonNull(arguments, "arguments == null").isRecord() && arguments.getRecordComponents().length == 0) {
            throw new IllegalArgumentException(arguments.getName()
                    + " has no components; a tool that takes no arguments is made by TypedTool.withoutArguments");
        }
        RecordShape<T> shape = RecordShape.ofArguments(arguments);
        return new TypedTool(Tool.function(name, description, shape.schema()), text -> {
            // A model that has nothing to say says it in each of these ways.
            boolean isNothing = text.isBlank() || text.strip().equals("null");
            T bound = shape.read(isNothing ? "{}" : text);
            return () -> function.call(bound);
        });
    }

    /**
     * Describes a tool that takes no arguments.
     *
     * @param name its name, as {@link #of} has it
     * @param description what it does and when to call it, for the model to read
     * @param function does it; what it gives and throws is treated as {@link ToolFunction#call} says
     * @return the tool
     * @throws IllegalArgumentException if the name has another form
     */
    public static TypedTool withoutArguments(
            String name, String description, Callable<? extends @Nullable Object> function) {
        requireNonNull(function, "function == null");
        Map<String, Object> nothing =
                Map.of("type", "object", "properties", Map.of(), "required", List.of(), "additionalProperties", false);
        return new TypedTool(Tool.function(name, description, nothing), text -> function::call);
    }

    /**
     * The tool as it goes out with a request.
     *
     * @return name, description and schema
     */
    public Tool tool() {
        return tool;
    }

    Callable<String> bind(String arguments) throws MisfitException {
        Callable<@Nullable Object> call = binding.bind(arguments);
        return () -> written(awaited(call.call()));
    }

    /** What a tool that works elsewhere gives in the end, or how it fails. */
    private static @Nullable Object awaited(@Nullable Object result) throws Exception {
        if (!(result instanceof CompletionStage<?> stage)) {
            return result;
        }
        try {
            return stage.toCompletableFuture().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static String written(@Nullable Object result) throws ToolFailedException {
        if (result instanceof String text) {
            return text;
        }
        try {
            return RecordShape.MAPPER.writeValueAsString(result);
        } catch (JacksonException e) {
            throw new ToolFailedException("The tool ran, but what it gave could not be written down.", e);
        }
    }

    @Override
    public String toString() {
        return "TypedTool{" + tool.name() + "}";
    }
}
