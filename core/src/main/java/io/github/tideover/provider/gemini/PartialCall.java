package io.github.tideover.provider.gemini;

import io.github.tideover.provider.gemini.CallPiece.Argument;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.MalformedReplyException;
import io.github.tideover.wire.ToolCallPart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts a tool call together whose arguments come one by one. For one thread. */
final class PartialCall {
    private static final int LONGEST_PATH = 500;
    private static final Pattern STEP = Pattern.compile(
            "\\.([^.\\[\\]]+)|\\[(\\d{1,6})]|\\['((?:[^'\\\\]|\\\\.)*)']|\\[\"((?:[^\"\\\\]|\\\\.)*)\"]");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(.)");

    private final CallPiece beginning;
    private final Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
    private long length;

    PartialCall(CallPiece beginning) {
        this.beginning = beginning;
    }

    /** About how many characters are kept. */
    long length() {
        return length;
    }

    /**
     * Puts an argument into its place, or more text behind the text that is there.
     *
     * @throws MalformedReplyException if there is no such place
     */
    void add(Argument argument) throws MalformedReplyException {
        List<Object> steps = steps(argument.path());
        length += argument.path().length();
        length += argument.value() instanceof String text ? text.length() : 1;
        put(arguments, steps, 0, argument.value());
    }

    /** The call as far as it came, in one part. */
    ToolCallPart part(long index) {
        return new ToolCallPart(
                index, beginning.id(), beginning.name(), Json.written(finished(arguments)), beginning.signature());
    }

    @SuppressWarnings("UnnecessaryStringBuilder") // more of the text may come
    private static @Nullable Object put(@Nullable Object here, List<Object> steps, int depth, @Nullable Object value)
            throws MalformedReplyException {
        if (depth == steps.size()) {
            if (!(value instanceof String text)) {
                return value;
            }
            return here instanceof StringBuilder begun ? begun.append(text) : new StringBuilder(text);
        }
        Object step = steps.get(depth);
        if (step instanceof Integer index) {
            List<@Nullable Object> list = list(here);
            if (index > list.size()) {
                throw nowhere();
            }
            if (index == list.size()) {
                list.add(null);
            }
            list.set(index, put(list.get(index), steps, depth + 1, value));
            return list;
        }
        Map<String, @Nullable Object> map = map(here);
        String name = (String) step;
        map.put(name, put(map.get(name), steps, depth + 1, value));
        return map;
    }

    @SuppressWarnings("unchecked") // what is here was put here
    private static List<@Nullable Object> list(@Nullable Object here) throws MalformedReplyException {
        if (here == null) {
            return new ArrayList<>();
        }
        if (here instanceof List) {
            return (List<@Nullable Object>) here;
        }
        throw nowhere();
    }

    @SuppressWarnings("unchecked") // what is here was put here
    private static Map<String, @Nullable Object> map(@Nullable Object here) throws MalformedReplyException {
        if (here == null) {
            return new LinkedHashMap<>();
        }
        if (here instanceof Map) {
            return (Map<String, @Nullable Object>) here;
        }
        throw nowhere();
    }

    private static @Nullable Object finished(@Nullable Object value) {
        if (value instanceof StringBuilder text) {
            return text.toString();
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> finished = new ArrayList<>(list.size());
            for (Object each : list) {
                finished.add(finished(each));
            }
            return finished;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> finished = new LinkedHashMap<>();
            map.forEach((name, each) -> finished.put((String) name, finished(each)));
            return finished;
        }
        return value;
    }

    /** The way to a place: names of fields and numbers of items, {@code $.places[0].name} or {@code $['places'][0]['name']}. */
    private static List<Object> steps(String path) throws MalformedReplyException {
        if (path.length() > LONGEST_PATH || !path.startsWith("$")) {
            throw nowhere();
        }
        List<Object> steps = new ArrayList<>(4);
        Matcher step = STEP.matcher(path).region(1, path.length());
        while (step.lookingAt()) {
            if (step.group(2) != null) {
                steps.add(Integer.valueOf(step.group(2)));
            } else {
                String quoted = step.group(3) == null ? step.group(4) : step.group(3);
                steps.add(
                        quoted == null ? step.group(1) : ESCAPE.matcher(quoted).replaceAll("$1"));
            }
            step.region(step.end(), path.length());
        }
        if (step.regionStart() != path.length() || steps.isEmpty() || !(steps.get(0) instanceof String)) {
            throw nowhere();
        }
        return steps;
    }

    private static MalformedReplyException nowhere() {
        return new MalformedReplyException("an argument of a tool call belongs nowhere");
    }
}
