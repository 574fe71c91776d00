package io.github.tideover.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.chat.ToolCall;
import io.github.tideover.wire.ToolCallIds.Form;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ToolCallIdsTest {
    private static ToolCall call(String id) {
        return ToolCall.of(id, "now", "{}");
    }

    @ParameterizedTest
    @CsvSource({
        "SHORT, functions.now:0, functions.now:0",
        "SHORT, call_0123456789012345678901234567890123456789, call_01234567890123456789012345678901234",
        "SHORT, '', call",
        "PLAIN, functions.now:0, functions_now_0",
        "PLAIN, toolu_01-a, toolu_01-a",
        "PLAIN, '', call",
        "NINE, AbC123xyz, AbC123xyz",
    })
    void anIdIsKeptAsFarAsTheProviderTakesIt(Form form, String id, String sent) {
        assertThat(new ToolCallIds(form).of(call(id))).isEqualTo(sent);
    }

    @Test
    void mistralsModelsGetNineLettersAndDigitsTheSameEachTime() {
        String id = new ToolCallIds(Form.NINE).of(call("toolu_01NRLabsLyVHZPKxbKvkfSMn"));
        assertThat(id).matches("[a-zA-Z0-9]{9}");
        assertThat(new ToolCallIds(Form.NINE).of(call("toolu_01NRLabsLyVHZPKxbKvkfSMn")))
                .isEqualTo(id);
        assertThat(new ToolCallIds(Form.NINE).of(call("toolu_01NRLabsLyVHZPKxbKvkfSMo")))
                .isNotEqualTo(id);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void callsOfOneIdGetOneEachAndResultsFindTheirs(Form form) {
        ToolCallIds ids = new ToolCallIds(form);
        String first = ids.of(call("x".repeat(80)));
        String second = ids.of(call("x".repeat(80)));
        assertThat(first).isNotEqualTo(second);
        assertThat(second).hasSizeLessThanOrEqualTo(form == Form.NINE ? 9 : form == Form.SHORT ? 40 : 64);
        assertThat(ids.answeredBy(call("x".repeat(80)))).isEqualTo(first);
        assertThat(ids.answeredBy(call("x".repeat(80)))).isEqualTo(second);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void aResultWithoutACallHasTheIdThatTheCallWouldHaveHad(Form form) {
        assertThat(new ToolCallIds(form).answeredBy(call("a.b"))).isEqualTo(new ToolCallIds(form).of(call("a.b")));
    }
}
