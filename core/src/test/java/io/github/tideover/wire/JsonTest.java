package io.github.tideover.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okhttp3.ResponseBody;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonParser;

class JsonTest {
    private static final MediaType JSON = MediaType.get("application/json");

    @Test
    void everyJsonValueIsWrittenAsItIs() throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("text", "a \"quoted\" / slash");
        map.put("int", 1);
        map.put("long", Long.MAX_VALUE);
        map.put("double", 0.1);
        map.put("float", 0.5f);
        map.put("big", new BigInteger("123456789012345678901234567890"));
        map.put("decimal", new BigDecimal("1.10"));
        map.put("yes", true);
        map.put("list", Arrays.asList("a", null, List.of()));
        map.put("map", Map.of("k", "v"));

        assertThat(written(map)).isEqualTo("""
                {"text":"a \\"quoted\\" / slash","int":1,"long":9223372036854775807,"double":0.1,"float":0.5,\
                "big":123456789012345678901234567890,"decimal":1.10,"yes":true,"list":["a",null,[]],"map":{"k":"v"}}""");
    }

    @Test
    void whatIsNotJsonIsRefusedByItsType() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> written(new StringBuilder("secret")))
                .withMessage("not a JSON value: java.lang.StringBuilder");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 50, 1_999, 2_000, 2_001, 3_999, 4_000, 7_990, 8_000, 8_001, 20_000})
    void halfASurrogatePairBecomesTheReplacementCharacterWhereverItStands(int before) throws IOException {
        for (String half : List.of("\ud83d", "\ude00", "\ude00\ud83d", "\ud83d\ud83d\ude00", "\ud83d\ue000")) {
            for (String after : List.of("", "y", "y".repeat(9_000))) {
                String text = "x".repeat(before) + half + after;
                String repaired = text.replace("\ud83d\ude00", "OK")
                        .replaceAll("[\ud800-\udfff]", "\ufffd")
                        .replace("OK", "\ud83d\ude00");
                assertThat(decoded(text)).isEqualTo('"' + repaired + '"');
            }
        }
    }

    @Test
    void wholeSurrogatePairsAreLeftAlone() throws IOException {
        assertThat(decoded("a\ud83d\ude00b")).isEqualTo("\"a\ud83d\ude00b\"");
        assertThat(written(Map.of("\ud83d\ude00", "\ud83d\ude00"))).isEqualTo("{\"\ud83d\ude00\":\"\ud83d\ude00\"}");
    }

    @Test
    void halfASurrogatePairInANameIsReplacedToo() throws IOException {
        assertThat(written(Map.of("a\ud83d", 1))).isEqualTo("{\"a\ufffd\":1}");
    }

    @Test
    void theLengthIsKnownAndTheBodyCanBeSentTwice() throws IOException {
        String text = "0123456789".repeat(2_000_000);
        RequestBody body = Json.body(out -> Json.string(out, text));

        for (int time = 0; time < 2; time++) {
            Buffer sent = new Buffer();
            body.writeTo(sent);
            assertThat(body.contentLength()).isEqualTo(20_000_002).isEqualTo(sent.size());
            assertThat(sent.readUtf8()).isEqualTo('"' + text + '"');
        }
        assertThat(body.contentType()).hasToString("application/json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | the answer is empty (application/json)",
                "'   ' | the answer is empty (application/json)",
                "[] | the answer is JSON but not an object",
                "null | the answer is JSON but not an object",
                "\"sk-secret\" | the answer is JSON but not an object",
                "<html>sk-secret</html> | the answer is not JSON (application/json)",
                "sk-secret | the answer is not JSON (application/json)",
                "{\"a\":sk-secret} | the answer is not JSON (application/json)",
                "{\"a\" | the answer ends in the middle of its JSON",
                "{\"a\":\"sk-secret | the answer ends in the middle of its JSON",
                "{\"a\":tru | the answer is not JSON (application/json)",
            })
    void whatIsNotAnObjectIsNamedAndNotQuoted(String body, String message) {
        assertThatThrownBy(() -> Json.read(ResponseBody.create(body, JSON), 1_000, JsonTest::skip))
                .isInstanceOf(MalformedReplyException.class)
                .hasMessage(message)
                .hasNoCause();
    }

    @Test
    void theStatedTypeIsNamed() {
        MediaType html = MediaType.get("text/html; charset=utf-8");
        assertThatThrownBy(() -> Json.read(ResponseBody.create("<html>", html), 1_000, JsonTest::skip))
                .hasMessage("the answer is not JSON (text/html)");
        assertThatThrownBy(() -> Json.read(ResponseBody.create("<html>", null), 1_000, JsonTest::skip))
                .hasMessage("the answer is not JSON (of no stated type)");
    }

    @Test
    void deeplyNestedJsonIsRefusedAndNotRecursedInto() {
        String deep = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertThatThrownBy(() -> Json.read(ResponseBody.create(deep, JSON), 1_000_000, JsonTest::skip))
                .isInstanceOf(MalformedReplyException.class);
    }

    @Test
    void aReplyMayBeAsLongAsTheLimitAndNoLonger() throws IOException {
        String reply = "{\"a\":\"" + "x".repeat(992) + "\"}";
        assertThat(reply).hasSize(1_000);

        assertThat(Json.read(unsized(reply), 1_000, JsonTest::skip)).isTrue();
        assertThat(Json.read(ResponseBody.create(reply, JSON), 1_000, JsonTest::skip))
                .isTrue();
        for (ResponseBody body : List.of(unsized(reply), ResponseBody.create(reply, JSON))) {
            assertThatThrownBy(() -> Json.read(body, 999, JsonTest::skip))
                    .isInstanceOf(MalformedReplyException.class)
                    .hasMessage("the answer is larger than 999 bytes");
        }
    }

    @Test
    void whatFollowsTheObjectIsNotLookedAt() throws IOException {
        assertThat(Json.read(ResponseBody.create("{} {} trailing", JSON), 1_000, JsonTest::skip))
                .isTrue();
    }

    @Test
    void aByteOrderMarkIsReadOver() throws IOException {
        assertThat(Json.read(ResponseBody.create("\ufeff{}", JSON), 1_000, JsonTest::skip))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "12, 12",
        "12.9, 12",
        "\"12\", 12",
        "null, 0",
        "-1, 0",
        "1e30, 9223372036854775807",
        "99999999999999999999999, 0",
        "true, 0",
        "[1], 0",
        "{}, 0",
        "\"x\", 0",
    })
    void aCountIsReadFromWhateverStandsInItsPlace(String json, long count) throws IOException {
        assertThat(value(json, Json::count)).isEqualTo(count);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\": 1, \"wanted\": 7, \"b\": {\"wanted\": 9}} | 7",
                "{\"wanted\": \"12\"} | 12",
                "{\"wanted\": {\"wanted\": 3}} | 0",
                "{\"b\": 3} | 0",
                "[{\"wanted\": 3}] | 0",
                "null | 0"
            })
    void aCountIsFoundInAnObjectByItsName(String json, long count) throws IOException {
        long found = value(json, in -> Json.countIn(in, "wanted"));
        assertThat(found).isEqualTo(count);
    }

    @ParameterizedTest
    @CsvSource({"\"a\", a", "12, 12", "1.50, 1.50", "true, true", "null, ''", "[1], ''", "{}, ''"})
    void aTextIsReadFromWhateverStandsInItsPlace(String json, String text) throws IOException {
        String read = value(json, in -> Json.text(in));
        assertThat(read).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"\"stop\", stop", "\"step\", step", "\"stopp\", stopp", "'\"\"', ''", "1, 1", "null, ''"})
    void aUsualTextIsReadLikeAnyOther(String json, String text) throws IOException {
        String read = value(json, in -> Json.text(in, "stop"));
        assertThat(read).isEqualTo(text);
    }

    @Test
    void whatIsNestedTooDeeplyIsNotWritten() {
        Object deep = List.of();
        for (int i = 0; i < 1_000; i++) {
            deep = List.of(deep);
        }
        Object value = deep;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> written(value))
                .withMessage("the request is nested too deeply to be written as JSON");
    }

    private static <T> T value(String json, Json.Reading<T> reading) throws IOException {
        return Json.read(ResponseBody.create("{\"a\":" + json + ",\"b\":1}", JSON), 1_000, in -> {
            in.nextName();
            in.nextToken();
            T value = reading.read(in);
            assertThat(in.nextName()).isEqualTo("b");
            return value;
        });
    }

    private static boolean skip(JsonParser in) {
        in.skipChildren();
        return true;
    }

    private static ResponseBody unsized(String text) {
        return ResponseBody.create(new Buffer().writeUtf8(text), JSON, -1);
    }

    private static String written(Object value) throws IOException {
        Buffer sink = new Buffer();
        Json.body(out -> Json.value(out, value)).writeTo(sink);
        return sink.readUtf8();
    }

    /** Decoded by a decoder that takes nothing but good UTF-8. */
    private static String decoded(String text) throws CharacterCodingException, IOException {
        Buffer sink = new Buffer();
        Json.body(out -> Json.string(out, text)).writeTo(sink);
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(sink.readByteArray()))
                .toString();
    }
}
