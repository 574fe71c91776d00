package io.github.tideover.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.Map;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://api.openai.com/v1/",
                "http://localhost:11434/v1/",
                "HTTPS://EXAMPLE.com/",
                "http://[::1]:80/",
            })
    void anHttpAddressThatEndsInASlashIsABaseUrl(String baseUrl) {
        assertThat(Endpoint.baseUrl(baseUrl)).isEqualTo(HttpUrl.parse(baseUrl));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | baseUrl is not an http(s) address, such as https://chat.example.com/v1/",
                "localhost:11434/v1/ | baseUrl is not an http(s) address, such as https://chat.example.com/v1/: "
                        + "localhost:11434/v1/",
                "ftp://example.com/ | baseUrl is not an http(s) address, such as https://chat.example.com/v1/: "
                        + "ftp://example.com/",
                "https://example.com/v1 | baseUrl must end in / or its last part is dropped: https://example.com/v1",
                "https://example.com | baseUrl must end in / or its last part is dropped: https://example.com",
                "https://example.com/v1/chat/completions/ | baseUrl must end before chat/completions/, which is added: "
                        + "https://example.com/v1/chat/completions/",
                "https://example.com/#/ | baseUrl must not have a query or a fragment, which would be dropped: "
                        + "https://example.com/#/",
            })
    void anotherAddressIsRefusedWithWhatWouldHaveWorked(String baseUrl, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.baseUrl(baseUrl))
                .withMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-s3cret",
                "https://user:sk-s3cret@example.com/v1/",
                "https://sk-s3cret@example.com/v1/",
                "https://example.com/v1/?key=sk-s3cret",
                "https://example.com/v1?key=sk-s3cret",
                "wrong://user:sk-s3cret@example.com/v1/",
            })
    void aSecretInABaseUrlIsNotEchoed(String baseUrl) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.baseUrl(baseUrl))
                .satisfies(
                        e -> assertThat(e.getMessage()).startsWith("baseUrl ").doesNotContain("s3cret"));
    }

    @Test
    void aMissingBaseUrlOrKeyIsNamed() {
        assertThatNullPointerException()
                .isThrownBy(() -> Endpoint.baseUrl(null))
                .withMessage("baseUrl == null");
        assertThatNullPointerException()
                .isThrownBy(() -> Endpoint.apiKey(null))
                .withMessage("apiKey == null; is the environment variable it comes from set?");
    }

    @Test
    void aKeyThatNoHeaderCanCarryIsRefusedAndNotEchoed() {
        refused("", "apiKey must not be empty; leave it out for a server that asks for none");
        refused(" \n", "apiKey must not be blank; leave it out for a server that asks for none");
        refused(
                "sk-s3cret\n",
                "apiKey must be printable ASCII to fit in an HTTP header; character 10 of 10 is a line break");
        refused(
                "sk\tx",
                "apiKey must be printable ASCII to fit in an HTTP header; character 3 of 4 is a control character");
        refused(
                "sk-s3cr\u00e9t",
                "apiKey must be printable ASCII to fit in an HTTP header; character 8 of 9 is not ASCII");
        refused(" sk-s3cret", "apiKey begins or ends in a space; strip() it");
    }

    private static void refused(String key, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.apiKey(key))
                .withMessage(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cr"));
    }

    @Test
    void aHeaderThatCannotBeSentIsRefusedAndItsValueNotEchoed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.header("api-key", "s3cret\r\nx: y"))
                .withMessage("the value of header api-key must be printable ASCII to fit in an HTTP header; "
                        + "character 7 of 12 is a line break");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.header("api:key", "v"))
                .withMessage(
                        "the name of a header must be ASCII letters, digits and dashes; character 4 of 7 is a colon");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.header("", "v"))
                .withMessage("the name of a header must not be empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.header("Content-LENGTH", "1"))
                .withMessage("the header Content-LENGTH is set by the HTTP client; leave it out");
    }

    @Test
    void aKeyIsSentAsABearerTokenUnlessAHeaderSaysOtherwise() {
        Headers plain = Endpoint.headers("k", Map.of("x-org", "o"));
        assertThat(plain.get("Authorization")).isEqualTo("Bearer k");
        assertThat(plain.get("User-Agent")).startsWith("tideover/");
        assertThat(plain.get("x-org")).isEqualTo("o");
        assertThat(Endpoint.headers(null, Map.of()).get("Authorization")).isNull();
        assertThat(Endpoint.headers("k", Map.of("authorization", "Basic b")).values("Authorization"))
                .containsExactly("Basic b");
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost/, true",
        "http://a.localhost:8080/, true",
        "http://127.0.0.1:1/, true",
        "http://127.8.9.1/, true",
        "http://[::1]/, true",
        "http://127.example.com/, false",
        "http://192.168.0.1/, false",
        "https://api.openai.com/, false",
    })
    void aLoopbackAddressIsLocal(String url, boolean local) {
        assertThat(Endpoint.isLocal(HttpUrl.get(url))).isEqualTo(local);
    }
}
