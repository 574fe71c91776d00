package io.github.tideover.wire;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;

/** The fields an error is made of, from servers that do not wrap them in an {@code error}. */
public final class Complaint {
    private static final Pattern TYPE = Pattern.compile("(?i)(error|exception)$");

    private final StringBuilder json = new StringBuilder();

    private Complaint() {}

    /**
     * Takes in the field the parser stands at, if it is one of those, and passes over it if it is not.
     *
     * @param soFar the complaint so far, null if there is none
     * @param name the field's name
     * @param in the parser, which stands at its value and is left at its end
     * @return the complaint so far, null if there is none
     */
    public static @Nullable Complaint take(@Nullable Complaint soFar, String name, JsonParser in) {
        switch (name) {
            case "message", "detail", "errors", "code", "type", "error_message", "error_type" -> {
                String value = Json.json(in);
                if (value == null) {
                    return soFar;
                }
                Complaint complaint = soFar == null ? new Complaint() : soFar;
                complaint.json.append(complaint.json.isEmpty() ? '{' : ',');
                complaint.json.append('"').append(name).append("\":").append(value);
                return complaint;
            }
            default -> {
                in.skipChildren();
                return soFar;
            }
        }
    }

    /**
     * Whether an event of that type is a complaint if its fields look like one. Others are newer than this version.
     *
     * @param type the event's type in its own words, empty if it has none
     * @return true for none, and for one that calls itself an error or, as Amazon does, an exception
     */
    public static boolean isTypeOfOne(String type) {
        return type.isEmpty() || TYPE.matcher(type).find();
    }

    /**
     * The complaint as JSON.
     *
     * @return an object
     */
    public String json() {
        return json + "}";
    }
}
