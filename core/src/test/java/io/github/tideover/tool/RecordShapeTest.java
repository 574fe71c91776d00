package io.github.tideover.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RecordShapeTest {
    enum Speed {
        SLOW,
        @JsonProperty("very-fast")
        FAST
    }

    record Item(String name, BigDecimal price, @Nullable Integer stock) {}

    record Order(
            @JsonProperty("order_id") @JsonPropertyDescription("as printed on the receipt")
            String id,

            int quantity,
            double weight,
            boolean paid,
            Speed speed,
            Optional<Speed> wished,
            List<Item> items,
            @Nullable Item gift,
            LocalDate due) {}

    record Everything(
            byte b,
            Short s,
            long l,
            BigInteger big,
            float f,
            Set<String> names,
            int[] numbers,
            Item[] items,
            List<List<Optional<String>>> table,
            OptionalInt maybe,
            Instant instant,
            OffsetDateTime offset,
            ZonedDateTime zoned,
            LocalDateTime local,
            LocalTime time,
            OffsetTime offsetTime,
            Duration duration,
            UUID id,
            URI link) {}

    private static final String ORDER = """
            {"order_id":"A7","quantity":2,"weight":1.5,"paid":true,"speed":"very-fast","wished":null,
             "items":[{"name":"lamp","price":19.90,"stock":null}],"gift":null,"due":"2026-03-09"}""";

    private static JsonNode tree(Object value) {
        return JsonMapper.shared().valueToTree(value);
    }

    private static String misfit(Class<? extends Record> type, String text) {
        try {
            RecordShape.ofAnswer(type).readAnswer(text);
            return "";
        } catch (MisfitException e) {
            return e.why();
        }
    }

    @Test
    void aRecordIsASchemaThatStrictModesTake() throws Exception {
        assertThat(tree(RecordShape.ofAnswer(Order.class).schema()))
                .isEqualTo(JsonMapper.shared().readTree("""
                {"type":"object","properties":{
                  "order_id":{"type":"string","description":"as printed on the receipt"},
                  "quantity":{"type":"integer"},"weight":{"type":"number"},"paid":{"type":"boolean"},
                  "speed":{"type":"string","enum":["SLOW","very-fast"]},
                  "wished":{"anyOf":[{"type":"string","enum":["SLOW","very-fast"]},{"type":"null"}]},
                  "items":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},
                    "price":{"type":"number"},"stock":{"type":["integer","null"]}},
                    "required":["name","price","stock"],"additionalProperties":false}},
                  "gift":{"anyOf":[{"type":"object","properties":{"name":{"type":"string"},
                    "price":{"type":"number"},"stock":{"type":["integer","null"]}},
                    "required":["name","price","stock"],"additionalProperties":false},{"type":"null"}]},
                  "due":{"type":"string","format":"date"}},
                 "required":["order_id","quantity","weight","paid","speed","wished","items","gift","due"],
                 "additionalProperties":false}"""));
    }

    @Test
    void everyTypeThatMayBeAskedForIsReadAsWritten() throws Exception {
        RecordShape<Everything> shape = RecordShape.ofAnswer(Everything.class);
        Everything read = shape.readAnswer("""
                {"b":1,"s":-2,"l":9007199254740993,"big":123456789012345678901234567890,"f":0.5,"names":["a","b"],
                 "numbers":[1,2],"items":[{"name":"x","price":12345678901234567890.123,"stock":3.0}],
                 "table":[["a",null],[]],"maybe":null,"instant":"2026-03-09T14:30:00Z",
                 "offset":"2026-03-09T14:30:00+02:00","zoned":"2026-03-09T14:30:00+02:00","local":"2026-03-09T14:30:00",
                 "time":"14:30:00","offsetTime":"14:30:00+02:00","duration":"PT5M",
                 "id":"9b2f3c1e-0000-4000-8000-000000000001","link":"https://example.com/a","more":[1]}""");
        assertThat(read.l()).isEqualTo(9007199254740993L);
        assertThat(read.big()).isEqualTo(new BigInteger("123456789012345678901234567890"));
        assertThat(read.items()[0].price()).isEqualByComparingTo("12345678901234567890.123");
        assertThat(read.items()[0].stock()).isEqualTo(3);
        assertThat(read.table()).isEqualTo(List.of(List.of(Optional.of("a"), Optional.empty()), List.of()));
        assertThat(read.maybe()).isEmpty();
        assertThat(read.offset()).isEqualTo(OffsetDateTime.parse("2026-03-09T14:30:00+02:00"));
        assertThat(read.zoned().getOffset().getTotalSeconds()).isEqualTo(7200);
        assertThat(read.duration()).isEqualTo(Duration.ofMinutes(5));
        JsonNode properties = tree(shape.schema()).get("properties");
        assertThat(properties.at("/instant/format").asString()).isEqualTo("date-time");
        assertThat(properties.at("/duration/format").asString()).isEqualTo("duration");
        assertThat(properties.at("/offsetTime/format").asString()).isEqualTo("time");
        assertThat(properties.at("/id/format").asString()).isEqualTo("uuid");
        assertThat(properties.get("local").has("format")).isFalse();
        assertThat(properties.at("/local/description").asString()).contains("2026-03-09T14:30:00");
        assertThat(properties.at("/table/items/items/type")).isEqualTo(tree(List.of("string", "null")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "quantity":2,            |                           | quantity is missing
            "quantity":2             | "quantity":"2"            | quantity must be a whole number, not a string
            "quantity":2             | "quantity":2.5            | quantity must be a whole number
            "quantity":2             | "quantity":3000000000     | quantity must be from -2147483648 to 2147483647
            "quantity":2             | "quantity":null           | quantity must not be null
            "quantity":2             | "quantity":1e999999999    | quantity must be a number of a usual size
            "weight":1.5             | "weight":1e400            | weight must be from
            "weight":1.5             | "weight":"NaN"            | weight must be a number, not a string
            "weight":1.5             | "weight":NaN              | there is no whole JSON object
            "weight":1.5             | "weight":Infinity         | there is no whole JSON object
            "paid":true              | "paid":"true"             | paid must be true or false, not a string
            "paid":true              | "paid":1                  | paid must be true or false, not a number
            "order_id":"A7"          | "order_id":7              | order_id must be a string, not a number
            "order_id":"A7"          | "id":"A7"                 | order_id is missing
            "speed":"very-fast"      | "speed":"FAST"            | speed must be one of [SLOW, very-fast]
            "speed":"very-fast"      | "speed":1                 | speed must be a string, not a number
            "wished":null            | "wished":"warp"           | wished must be one of [SLOW, very-fast]
            "price":19.90            | "price":"19.90"           | items[0].price must be a number, not a string
            "name":"lamp",           |                           | items[0].name is missing
            [{"name"                 | [null,{"name"             | items[0] must not be null
            "gift":null              | "gift":[]                 | gift must be an object, not an array
            "due":"2026-03-09"       | "due":""                  | due must not be blank
            "due":"2026-03-09"       | "due":"tomorrow"          | due must be a date, such as 2026-03-09
            "due":"2026-03-09"       | "due":"2026-02-30"        | due has a value that Order does not take
            "due":"2026-03-09"       | "due":20260309            | due must be a string, not a number
            "due":"2026-03-09"}      | "due":"2026-03-0          | there is no whole JSON object
            "paid":true              | "paid":true,"paid":false  | there is no whole JSON object
            """)
    void whatDoesNotFitIsToldByItsPlaceAndNeverHalfFilled(String there, @Nullable String instead, String why) {
        assertThat(ORDER).contains(there);
        assertThat(misfit(Order.class, ORDER.replace(there, instead == null ? "" : instead)))
                .startsWith(why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            instant   | 20260309                    | a date and time with offset, such as 2026-03-09T14:30:00Z
            instant   | 1773066600                  | a date and time with offset, such as 2026-03-09T14:30:00Z
            offset    | 5                           | a date and time with offset, such as 2026-03-09T14:30:00Z
            zoned     | -1.5                        | a date and time with offset, such as 2026-03-09T14:30:00Z
            date      | 2026-03-09T23:30:00         | a date, such as 2026-03-09
            date      | 2026-03-09T23:30:00Z        | a date, such as 2026-03-09
            local     | 2026-03-09T14:30:00Z        | a date and time without offset, such as 2026-03-09T14:30:00
            time      | 2026-03-09T14:30:00         | a time of day without offset, such as 14:30:00
            id        | m9LzwcAAEAAgAAAAAAAAAQ==    | a UUID
            written   | 2026-03-09                  |
            """)
    void aTextThatWouldBecomeAnotherTimeThanWasWrittenDoesNotFit(String name, String text, @Nullable String why) {
        String fits = """
                {"instant":"2026-03-09T14:30:00Z","offset":"2026-03-09T14:30:00+02:00","zoned":"2026-03-09T14:30:00.5Z",
                 "date":"2026-03-09","local":"2026-03-09T14:30","time":"14:30",
                 "id":"9b2f3c1e-0000-4000-8000-000000000001","written":"09.03.2026"}""";
        assertThat(misfit(Times.class, fits)).isEmpty();
        String changed = fits.replaceFirst("\"" + name + "\":\"[^\"]*", "\"" + name + "\":\"" + text);
        assertThat(misfit(Times.class, changed))
                .isEqualTo(name + (why == null ? " has a value that Times does not take" : " must be " + why));
    }

    record Times(
            Instant instant,
            OffsetDateTime offset,
            ZonedDateTime zoned,
            LocalDate date,
            LocalDateTime local,
            LocalTime time,
            UUID id,
            @JsonFormat(pattern = "dd.MM.yyyy") LocalDate written) {}

    @Test
    void aDateInAFormOfItsOwnIsAskedForInThatForm() {
        JsonNode written = tree(RecordShape.ofAnswer(Times.class).schema()).at("/properties/written");
        assertThat(written).isEqualTo(tree(Map.of("type", "string", "description", "in the form dd.MM.yyyy")));
    }

    record Absent(
            Optional<String> text,
            OptionalInt number,
            @Nullable String word) {}

    @Test
    void whatMayBeAbsentIsEmptyAndNeverNullWhereItIsLeftOut() throws Exception {
        assertThat(RecordShape.ofAnswer(Absent.class).readAnswer("{}"))
                .isEqualTo(new Absent(Optional.empty(), OptionalInt.empty(), null));
    }

    @Test
    void whatDoesNotFitIsNotQuoted() {
        String secret = "hunter2";
        assertThat(misfit(Order.class, ORDER.replace("2026-03-09", secret)))
                .isNotEmpty()
                .doesNotContain(secret);
        assertThat(misfit(Order.class, ORDER.replace("very-fast", secret)))
                .isNotEmpty()
                .doesNotContain(secret);
        assertThat(misfit(Order.class, ORDER + secret + "{")).isNotEmpty().doesNotContain(secret);
        MisfitException e = (MisfitException) org.assertj.core.api.Assertions.catchThrowable(() ->
                RecordShape.ofArguments(Prices.class).read("{\"prices\":{\"" + secret + "\":\"" + secret + "\"}}"));
        assertThat(e.why()).isEqualTo("prices[...] must be a number, not a string");
        assertThat(e.getCause()).isNull();
    }

    record Prices(Map<String, BigDecimal> prices) {}

    record Picky(int age) {
        Picky {
            if (age < 0) {
                throw new IllegalArgumentException("no such age: " + age);
            }
        }
    }

    @Test
    void aRecordThatRefusesItsValuesIsNotFilled() {
        assertThat(misfit(Picky.class, "{\"age\":-1}")).isEqualTo("the whole has a value that Picky does not take");
        assertThat(misfit(Picky.class, "{\"age\":1}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"age\":5}",
                "  {\"age\":5}\n",
                "```json\n{\"age\":5}\n```",
                "```\n{\"age\":5}```",
                "Here you are:\n\n```json\n{\"age\": 5}\n```\nAnything else?",
                "The age (see {docs}) is {\"age\":5}, I think.",
                "{\"age\":5,\"note\":\"a } and a { and a \\\" in it\"} Done.",
                "{\"age\":5.0}"
            })
    void oneObjectIsFoundInItsWrapping(String text) throws Exception {
        assertThat(RecordShape.ofAnswer(Picky.class).readAnswer(text)).isEqualTo(new Picky(5));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "I do not know.",
                "null",
                "5",
                "[{\"age\":5}]",
                "As an array: [ {\"age\":5} ]",
                "{\"age\":5} {\"age\":6}",
                "Either {\"age\":5} or {\"age\":6}.",
                "{\"person\":{\"age\":5}",
                "```json\n{\"a\":{\"age\":5},",
                "{\"age\":5} and { so on",
                "{'age':5}"
            })
    void whatIsAmbiguousOrCutIsNoAnswer(String text) {
        assertThat(misfit(Picky.class, text)).isNotEmpty();
    }

    @Test
    void aBombIsRefusedAndNotExpanded() {
        assertThat(misfit(Picky.class, "{\"age\":" + "[".repeat(100_000))).isNotEmpty();
        assertThat(misfit(Huge.class, "{\"number\":1e2000000000}"))
                .isEqualTo("number must be a number of a usual size");
        assertThat(misfit(Huge.class, "{\"number\":" + "9".repeat(50_000) + "}"))
                .isNotEmpty();
    }

    record Huge(BigInteger number) {}

    record Nothing() {}

    record Generic<T>(T value) {}

    record HoldsGeneric(Generic<String> generic) {}

    record Anything(Object value) {}

    record Raw(@SuppressWarnings("rawtypes") List values) {}

    record Wild(List<? extends Number> values) {}

    record Node(String name, List<Node> children) {}

    record Deep0(Deep1 next) {}

    record Deep1(Deep2 next) {}

    record Deep2(Deep3 next) {}

    record Deep3(Deep4 next) {}

    record Deep4(Deep5 next) {}

    record Deep5(Deep6 next) {}

    record Deep6(Deep7 next) {}

    record Deep7(Deep8 next) {}

    record Deep8(Deep9 next) {}

    record Deep9(Deep10 next) {}

    record Deep10(int end) {}

    enum Empty {}

    record HoldsEmpty(Empty empty) {}

    record Bytes(byte[] data) {}

    record Letter(char letter) {}

    record NullablePrimitive(@Nullable Integer fine, Optional<Optional<String>> twice) {}

    record IntKeys(Map<Integer, String> map) {}

    record Unwrapped(@JsonUnwrapped Item item) {}

    record Hidden(@JsonIgnore int secret, int age) {}

    enum Moody {
        CALM,
        CROSS;

        @JsonCreator
        static Moody of(String name) {
            return valueOf(name.substring(1));
        }
    }

    record HoldsMoody(Moody mood) {}

    record Created(int a, int b) {
        @JsonCreator
        static Created of(int sum) {
            return new Created(sum, 0);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Nothing           | has no components
            Generic           | has a type parameter
            HoldsGeneric      | has a type parameter
            Anything          | Anything.value has the type java.lang.Object, which a model cannot be asked for
            Raw               | Raw.values is a List of nobody knows what; write what is in it, such as List<String>
            Wild              | Wild.values has the type ? extends java.lang.Number, which is not known
            Node              | holds itself (Node.children)
            Deep0             | more than 10 records deep
            HoldsEmpty        | has no constants
            Bytes             | Bytes.data is a byte[]; write a String
            Letter            | Letter.letter has the type char
            NullablePrimitive | may be absent in two ways
            Prices            | Prices.prices is a Map, and models are held to names that are known beforehand
            Created           | Jackson does not make
            Unwrapped         | Jackson does not make
            Hidden            | from its component secret
            HoldsMoody        | whose constants Jackson does not read as it writes them
            """)
    @SuppressWarnings("unchecked")
    void aRecordThatCannotBeAskedForIsRefusedWithTheReason(String name, String why) throws Exception {
        Class<? extends Record> type =
                (Class<? extends Record>) Class.forName(RecordShapeTest.class.getName() + "$" + name);
        assertThatThrownBy(() -> RecordShape.ofAnswer(type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void argumentsOfToolsMayBeMapsByText() throws Exception {
        RecordShape<Prices> shape = RecordShape.ofArguments(Prices.class);
        assertThat(tree(shape.schema()).at("/properties/prices"))
                .isEqualTo(JsonMapper.shared()
                        .readTree("{\"type\":\"object\",\"additionalProperties\":{\"type\":\"number\"}}"));
        assertThat(shape.read("{\"prices\":{\"lamp\":19.9}}").prices()).containsKey("lamp");
        assertThatThrownBy(() -> RecordShape.ofArguments(IntKeys.class)).hasMessageContaining("keys are not String");
    }
}
