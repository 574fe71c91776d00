package io.github.tideover.examples.web;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Records of this sample as JSON, and back. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private Json() {}

    static String write(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /**
     * Reads what a page sent.
     *
     * @param example what would have been understood
     * @throws Refusal if it is something else
     */
    static <T extends Record> T read(String json, Class<T> type, String example) {
        try {
            T value = MAPPER.readValue(json, type);
            if (value != null) {
                return value;
            }
        } catch (JacksonException e) {
            // Said below, without a word of what was sent.
        }
        throw new Refusal(400, "The body is not understood; it should be like " + example);
    }
}
