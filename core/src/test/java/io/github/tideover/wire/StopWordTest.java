package io.github.tideover.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tideover.chat.FinishReason;
import io.github.tideover.failure.FailureKind;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StopWordTest {
    private static final Headers HEADERS = Headers.of("x-request-id", "req_1");

    @ParameterizedTest
    @CsvSource({
        "stop,STOP",
        "STOP,STOP",
        "end_turn,STOP",
        "stop_sequence,STOP",
        "eos,STOP",
        "eos_token,STOP",
        "COMPLETE,STOP",
        "length,LENGTH",
        "MAX_TOKENS,LENGTH",
        "max_output_tokens,LENGTH",
        "max_completion_tokens,LENGTH",
        "model_length,LENGTH",
        "model_context_window_exceeded,LENGTH",
        "tool_calls,TOOL_CALLS",
        "TOOL_CALL,TOOL_CALLS",
        "tool_use,TOOL_CALLS",
        "function_call,TOOL_CALLS",
        "content_filter,CONTENT_FILTER",
        "content_filtered,CONTENT_FILTER",
        "guardrail_intervened,CONTENT_FILTER",
        "sensitive,CONTENT_FILTER",
        "refusal,CONTENT_FILTER",
        "SAFETY,CONTENT_FILTER",
        "RECITATION,CONTENT_FILTER",
        "content_filter: PROHIBITED_CONTENT,CONTENT_FILTER",
        "content_filter: OTHER,CONTENT_FILTER",
        "content_filter:,CONTENT_FILTER",
        "language: stop,STOP",
        "pause_turn,OTHER",
        "compaction,OTHER",
        "a: b,OTHER",
        ":,OTHER",
        "'',OTHER"
    })
    void aWordMeansTheSameInEveryDialect(String word, FinishReason reason) throws IOException {
        assertThat(StopWord.end(word, HEADERS)).isEqualTo(reason);
        assertThat(StopWord.reason(word)).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "error,TRANSIENT",
        "network_error,TRANSIENT",
        "overloaded_error,OVERLOADED",
        "insufficient_system_resource,TRANSIENT",
        "abort,TRANSIENT",
        "ABORTED,TRANSIENT",
        "cancelled,TRANSIENT",
        "server_timeout,TRANSIENT",
        "rate_limit_error,THROTTLED"
    })
    void aWordForAFaultIsAnErrorAndNoEnd(String word, FailureKind kind) {
        assertThatThrownBy(() -> StopWord.end(word, HEADERS))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(new FailureSorter(List.of(), () -> true).sort(refused, Instant.EPOCH))
                                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(kind))
                                .satisfies(failure ->
                                        assertThat(failure.requestId()).contains("req_1")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MALFORMED_FUNCTION_CALL",
                "function_call_filter: MALFORMED_FUNCTION_CALL",
                "function_call_filter: UNEXPECTED_TOOL_CALL",
                "malformed_response"
            })
    void aToolCallThatIsNoneIsNoReply(String word) {
        assertThatThrownBy(() -> StopWord.end(word, HEADERS)).isInstanceOf(MalformedReplyException.class);
    }

    @Test
    void whatStandsBeforeTheWordIsNotQuoted() {
        assertThatThrownBy(() -> StopWord.end("my diary: MALFORMED_FUNCTION_CALL", HEADERS))
                .hasMessage("the model wrote what the provider could not use: MALFORMED_FUNCTION_CALL");
    }
}
