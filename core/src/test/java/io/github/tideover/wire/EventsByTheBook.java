package io.github.tideover.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The standard's algorithm, word by word, on a whole stream in memory. Each byte is a char from 0 to 255 here, and so
 * no line depends on what is UTF-8.
 */
public final class EventsByTheBook {
    /** An event: type and id as text, each char of the data a byte. */
    public record Event(String type, String lastId, String data) {}

    /** The lines that have an end, and what is behind the last of them. */
    final List<String> lines;

    final String rest;
    public final List<Event> events = new ArrayList<>();
    /** The bound that was passed, if one was, after those events. */
    String passed = "";

    long retryMillis = -1;

    public EventsByTheBook(byte[] body) {
        this(body, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    EventsByTheBook(byte[] body, int maxLine, int maxEvent) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        String withoutMark = text.startsWith("\u00EF\u00BB\u00BF") ? text.substring(3) : text;
        String[] split = withoutMark.split("\r\n|\r|\n", -1);
        lines = Arrays.asList(split).subList(0, split.length - 1);
        rest = split[split.length - 1];
        interpret(maxLine, maxEvent);
    }

    private void interpret(int maxLine, int maxEvent) {
        StringBuilder data = new StringBuilder();
        String type = "";
        String id = "";
        for (String line : lines) {
            if (line.length() > maxLine) {
                passed = "line";
                return;
            }
            if (line.isEmpty()) {
                if (data.length() > 0) {
                    data.setLength(data.length() - 1);
                    events.add(new Event(type.isEmpty() ? "message" : type, id, data.toString()));
                }
                data.setLength(0);
                type = "";
                continue;
            }
            int colon = line.indexOf(':');
            String name = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            if (value.startsWith(" ")) {
                value = value.substring(1);
            }
            if (name.equals("data")) {
                data.append(value).append('\n');
                if (data.length() - 1 > maxEvent) {
                    passed = "event";
                    return;
                }
            } else if (name.equals("event")) {
                type = text(value);
            } else if (name.equals("id") && value.indexOf('\0') < 0) {
                id = text(value);
            } else if (name.equals("retry") && value.matches("[0-9]{1,18}")) {
                retryMillis = Long.parseLong(value);
            }
        }
        if (rest.length() > maxLine) {
            passed = "line";
        }
    }

    private static String text(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
