package io.github.tideover.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.wire.RefusedException;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.junit5.StartStop;
import okhttp3.Headers;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ProviderTest {
    private static final String REPLY =
            "{\"id\":\"c1\",\"model\":\"small-model\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                    + "\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}";

    @StartStop
    final MockWebServer server = new MockWebServer();

    @Test
    void aProviderIsNamedAfterItsHostUnlessItHasAName() {
        assertThat(Provider.openAiCompatible("https://chat.example.com/v1/").name())
                .isEqualTo("chat.example.com");
        assertThat(Provider.openAiCompatible("http://localhost:8000/v1/").name())
                .isEqualTo("localhost:8000");
        assertThat(Provider.openAiCompatible("http://localhost:8000/v1/")
                        .name("vllm")
                        .name())
                .isEqualTo("vllm");
        assertThat(Provider.openAi("k").name()).isEqualTo("openai");
        assertThat(Provider.ollama().name()).isEqualTo("ollama");
        assertThat(Provider.gemini("k").name()).isEqualTo("gemini");
        assertThat(Provider.geminiCompatible("https://chat.example.com/v1beta/").name())
                .isEqualTo("chat.example.com");
    }

    @Test
    void theWellKnownOnesHaveTheirAddress() {
        assertThat(Provider.openAi("k").baseUrl()).isEqualTo("https://api.openai.com/v1/");
        assertThat(Provider.openAi("k").isLocal()).isFalse();
        assertThat(Provider.openAiResponses("k").baseUrl()).isEqualTo("https://api.openai.com/v1/");
        assertThat(Provider.openAiResponses("k").name()).isEqualTo("openai");
        assertThat(Provider.anthropic("k").baseUrl()).isEqualTo("https://api.anthropic.com/");
        assertThat(Provider.anthropic("k").name()).isEqualTo("anthropic");
        assertThat(Provider.ollama().baseUrl()).isEqualTo("http://localhost:11434/v1/");
        assertThat(Provider.ollama().isLocal()).isTrue();
        assertThat(Provider.gemini("k").baseUrl()).isEqualTo("https://generativelanguage.googleapis.com/v1beta/");
    }

    @Test
    void onlyTheResponsesApiHasABackgroundAndGoesOnFromStoredReplies() {
        assertThatThrownBy(() -> Provider.anthropic("k").background(true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("openAiResponses(key)");
        assertThatThrownBy(() -> Provider.openAi("k").storesReplies(true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("openAiResponses(key)");
        assertThat(Provider.anthropic("k").background(false).storesReplies(false))
                .isNotNull();
        assertThat(Provider.openAiResponses("k").background(true).model("m").model())
                .contains("m");
    }

    @Test
    void aSetterGivesACopyAndLeavesTheOriginal() {
        Provider plain = Provider.openAiCompatible("https://chat.example.com/v1/");
        Provider set = plain.model("small-model")
                .maxConcurrent(3)
                .name("n")
                .apiKey("k")
                .header("a", "b");
        assertThat(plain.model()).isEmpty();
        assertThat(plain.maxConcurrent()).isEqualTo(64);
        assertThat(plain.name()).isEqualTo("chat.example.com");
        assertThat(set.model()).contains("small-model");
        assertThat(set.maxConcurrent()).isEqualTo(3);
        assertThat(set.baseUrl()).isEqualTo(plain.baseUrl());
    }

    @Test
    void whatCannotWorkIsRefusedByTheSetter() {
        Provider provider = Provider.ollama();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Provider.openAiCompatible("https://chat.example.com/v1"))
                .withMessage("baseUrl must end in / or its last part is dropped: https://chat.example.com/v1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Provider.openAi(""))
                .withMessage("apiKey must not be empty; leave it out for a server that asks for none");
        assertThatNullPointerException()
                .isThrownBy(() -> Provider.openAi(null))
                .withMessage("apiKey == null; is the environment variable it comes from set?");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.maxConcurrent(0))
                .withMessage("maxConcurrent must be at least 1, not 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.model(" "))
                .withMessage("model must not be blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.name("a\nb"))
                .withMessage("name must not hold a line break or another control character, as its character 2 is");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.header("Host", "elsewhere"))
                .withMessage("the header Host is set by the HTTP client; leave it out");
    }

    @Test
    void neitherKeyNorHeaderIsShown() {
        Provider provider =
                Provider.openAi("sk-s3cret").header("api-key", "s3cret").model("gpt-5-mini");
        assertThat(provider.toString()).isEqualTo("Provider{openai at https://api.openai.com/v1/, gpt-5-mini}");
        assertThat(Provider.ollama().toString()).isEqualTo("Provider{ollama at http://localhost:11434/v1/}");
    }

    @Test
    void keyAndHeadersAreSent() throws Exception {
        Provider provider = here().apiKey("k").header("X-Org", "o").header("x-org", "p");
        RecordedRequest request = ask(provider);
        assertThat(request.getHeaders().values("Authorization")).containsExactly("Bearer k");
        assertThat(request.getHeaders().values("X-Org")).containsExactly("p");
        assertThat(request.getHeaders().values("Accept")).containsExactly("application/json");
        assertThat(request.getHeaders().get("User-Agent")).startsWith("tideover/");
    }

    @Test
    void anthropicsKeyHasAHeaderOfItsOwnAndIsJustAsSecret() throws Exception {
        server.enqueue(new MockResponse.Builder()
                .body("{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"Hello\"}]}")
                .build());
        Provider provider = Provider.anthropicCompatible(server.url("/").toString())
                .apiKey("sk-ant-s3cret")
                .header("anthropic-beta", "some-feature-2026-01-01");
        provider.dialect(new OkHttpClient(), 1_000)
                .whole(ChatRequest.of("Hi"), "small-model")
                .perform();
        RecordedRequest request = server.takeRequest();
        assertThat(request.getTarget()).isEqualTo("/v1/messages");
        assertThat(request.getHeaders().values("x-api-key")).containsExactly("sk-ant-s3cret");
        assertThat(request.getHeaders().values("anthropic-version")).containsExactly("2023-06-01");
        assertThat(request.getHeaders().values("anthropic-beta")).containsExactly("some-feature-2026-01-01");
        assertThat(request.getHeaders().get("Authorization")).isNull();
        IOException echo = new RefusedException(
                401, Headers.of(), "{\"error\":{\"message\":\"invalid\",\"type\":\"sk-ant-s3cret\"}}");
        assertThat(provider.sort(echo, Instant.EPOCH).message()).doesNotContain("s3cret");
        assertThat(provider.toString()).doesNotContain("s3cret");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Provider.anthropicCompatible("https://api.anthropic.com/v1/"))
                .withMessage("baseUrl must end before v1/, which is added: https://api.anthropic.com/v1/");
    }

    @Test
    void theResponsesApiIsSpokenToInItsOwnWay() throws Exception {
        server.enqueue(new MockResponse.Builder()
                .body("{\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"content\":"
                        + "[{\"type\":\"output_text\",\"text\":\"Hello\"}]}]}")
                .build());
        Provider provider =
                Provider.responsesCompatible(server.url("/v1/").toString()).apiKey("sk-s3cret");
        ChatReply reply = provider.dialect(new OkHttpClient(), 1_000)
                .whole(ChatRequest.of("Hi"), "small-model")
                .perform()
                .build();
        assertThat(reply.text()).isEqualTo("Hello");
        RecordedRequest request = server.takeRequest();
        assertThat(request.getTarget()).isEqualTo("/v1/responses");
        assertThat(request.getHeaders().values("Authorization")).containsExactly("Bearer sk-s3cret");
        assertThat(provider.toString()).doesNotContain("s3cret");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Provider.responsesCompatible("https://api.openai.com/v1/responses/"))
                .withMessageStartingWith("baseUrl must end before responses/");
    }

    @Test
    void withoutAKeyNoneIsSent() throws Exception {
        assertThat(ask(here()).getHeaders().get("Authorization")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.openai.com/v1/, max_completion_tokens",
        "https://eu.api.openai.com/v1/, max_completion_tokens",
        "https://mine.openai.azure.com/openai/v1/, max_completion_tokens",
        "http://localhost:11434/v1/, max_tokens",
        "https://api.openai.com.example.org/v1/, max_tokens",
    })
    void theTokenLimitIsNamedAsTheHostKnowsIt(String baseUrl, String field) throws Exception {
        OkHttpClient redirecting = new OkHttpClient.Builder()
                .addInterceptor(chain -> chain.proceed(
                        chain.request().newBuilder().url(server.url("/")).build()))
                .build();
        server.enqueue(new MockResponse.Builder().body(REPLY).build());
        ChatRequest request =
                ChatRequest.builder().user("Hi").maxOutputTokens(5).build();
        Provider.openAiCompatible(baseUrl)
                .dialect(redirecting, 1_000)
                .whole(request, "m")
                .perform();
        assertThat(server.takeRequest().getBody().utf8()).contains("\"" + field + "\":5");
    }

    @Test
    void theNameOfTheTokenLimitCanBeChosen() throws Exception {
        server.enqueue(new MockResponse.Builder().body(REPLY).build());
        ChatRequest request =
                ChatRequest.builder().user("Hi").maxOutputTokens(5).build();
        here().tokenLimitField("max_output_tokens")
                .dialect(new OkHttpClient(), 1_000)
                .whole(request, "m")
                .perform();
        assertThat(server.takeRequest().getBody().utf8()).contains("\"max_output_tokens\":5");
    }

    private Provider here() {
        return Provider.openAiCompatible(server.url("/v1/").toString());
    }

    private RecordedRequest ask(Provider provider) throws IOException, InterruptedException {
        server.enqueue(new MockResponse.Builder().body(REPLY).build());
        ChatReply reply = provider.dialect(new OkHttpClient(), 1_000)
                .whole(ChatRequest.of("Hi"), "small-model")
                .perform()
                .build();
        assertThat(reply.text()).isEqualTo("Hello");
        return server.takeRequest();
    }

    @Test
    void aKeySentInAHeaderOfItsOwnIsHiddenLikeTheOther() {
        Provider provider = Provider.openAiCompatible("https://chat.example.com/v1/")
                .apiKey("first-secret")
                .header("api-key", "second-secret");
        IOException echo = new RefusedException(
                401, Headers.of(), "{\"error\":{\"message\":\"no access with first-secret or second-secret\"}}");
        assertThat(provider.sort(echo, Instant.EPOCH).message())
                .startsWith("HTTP 401")
                .doesNotContain("first-secret", "second-secret");
    }

    private static Stream<Arguments> readyMade() {
        return Stream.of(
                arguments(Provider.openAi("k"), "openai", "https://api.openai.com/v1/"),
                arguments(Provider.openAiResponses("k"), "openai", "https://api.openai.com/v1/"),
                arguments(Provider.anthropic("k"), "anthropic", "https://api.anthropic.com/"),
                arguments(Provider.gemini("k"), "gemini", "https://generativelanguage.googleapis.com/v1beta/"),
                arguments(Provider.mistral("k"), "mistral", "https://api.mistral.ai/v1/"),
                arguments(Provider.groq("k"), "groq", "https://api.groq.com/openai/v1/"),
                arguments(Provider.deepSeek("k"), "deepseek", "https://api.deepseek.com/"),
                arguments(Provider.xAi("k"), "xai", "https://api.x.ai/v1/"),
                arguments(Provider.openRouter("k"), "openrouter", "https://openrouter.ai/api/v1/"),
                arguments(Provider.together("k"), "together", "https://api.together.xyz/v1/"),
                arguments(Provider.fireworks("k"), "fireworks", "https://api.fireworks.ai/inference/v1/"),
                arguments(Provider.cohere("k"), "cohere", "https://api.cohere.ai/compatibility/v1/"),
                arguments(Provider.perplexity("k"), "perplexity", "https://api.perplexity.ai/v1/"),
                arguments(Provider.ollama(), "ollama", "http://localhost:11434/v1/"),
                arguments(Provider.lmStudio(), "lmstudio", "http://localhost:1234/v1/"),
                arguments(Provider.vllm(), "vllm", "http://localhost:8000/v1/"),
                arguments(Provider.llamaCpp(), "llama.cpp", "http://localhost:8080/v1/"),
                arguments(
                        Provider.azureOpenAi("https://me.openai.azure.com/"),
                        "azure",
                        "https://me.openai.azure.com/openai/v1/"),
                arguments(
                        Provider.azureOpenAi("https://me.openai.azure.com/", "my gpt", "2024-10-21"),
                        "azure",
                        "https://me.openai.azure.com/openai/deployments/my%20gpt/?api-version=2024-10-21"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("readyMade")
    void aReadyMadeProviderHasANameAndAnAddress(Provider provider, String name, String address) {
        assertThat(provider.name()).isEqualTo(name);
        assertThat(provider.baseUrl()).isEqualTo(address);
    }

    @Test
    void anAzureDeploymentIsAskedUnderItsPathAndVersion() throws Exception {
        server.enqueue(new MockResponse.Builder().body(REPLY).build());
        Provider azure = Provider.azureOpenAi(server.url("/").toString(), "my-gpt", "2024-10-21")
                .apiKey("azure-key");
        assertThat(azure.model()).contains("my-gpt");
        azure.dialect(new OkHttpClient(), 1 << 20)
                .whole(ChatRequest.of("Hi"), "my-gpt")
                .perform();
        RecordedRequest request = server.takeRequest();
        assertThat(request.getTarget()).isEqualTo("/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21");
        assertThat(request.getHeaders().get("api-key")).isEqualTo("azure-key");
        assertThat(request.getHeaders().get("Authorization")).isNull();
    }

    @Test
    void azureTakesAMicrosoftEntraTokenAsABearerAndAsksForItEachTime() throws Exception {
        server.enqueue(new MockResponse.Builder().body(REPLY).build());
        server.enqueue(new MockResponse.Builder().body(REPLY).build());
        AtomicInteger tokens = new AtomicInteger();
        Dialect dialect = Provider.azureOpenAi(server.url("/").toString())
                .apiKey("azure-key")
                .bearerToken(() -> "entra-" + tokens.incrementAndGet())
                .dialect(new OkHttpClient(), 1 << 20);
        for (int i = 1; i <= 2; i++) {
            dialect.whole(ChatRequest.of("Hi"), "my-gpt").perform();
            RecordedRequest request = server.takeRequest();
            assertThat(request.getTarget()).isEqualTo("/openai/v1/chat/completions");
            assertThat(request.getHeaders().get("Authorization")).isEqualTo("Bearer entra-" + i);
            assertThat(request.getHeaders().get("api-key")).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({"true, IllegalStateException", "false, NullPointerException"})
    void aSourceOfTokensThatFailsIsAMatterOfCredentialsAndWhatItSaysIsNotShown(boolean throwing, String what) {
        Provider provider = Provider.azureOpenAi(server.url("/").toString()).bearerToken(() -> {
            if (throwing) {
                throw new IllegalStateException("s3cret");
            }
            return null;
        });
        Exchange<?, ?> exchange = provider.dialect(new OkHttpClient(), 1 << 20).whole(ChatRequest.of("Hi"), "m");
        Throwable problem = catchThrowable(exchange::perform);
        Failure failure = provider.sort(problem, Instant.EPOCH);
        assertThat(failure.kind()).isEqualTo(FailureKind.AUTH);
        assertThat(failure.message())
                .isEqualTo("not sent: bearerToken gave no token that can be sent (java.lang." + what + ")");
        assertThat(failure.cause().orElseThrow().getCause()).hasMessage("java.lang." + what);
        assertThat(server.getRequestCount()).isZero();
    }

    @Test
    void aKeyGoesIntoTheHeaderThatIsNamed() throws Exception {
        server.enqueue(new MockResponse.Builder().body(REPLY).build());
        Provider.openAiCompatible(server.url("/").toString())
                .apiKey("gateway-key")
                .apiKeyHeader("X-Gateway-Key")
                .dialect(new OkHttpClient(), 1 << 20)
                .whole(ChatRequest.of("Hi"), "m")
                .perform();
        RecordedRequest request = server.takeRequest();
        assertThat(request.getHeaders().get("X-Gateway-Key")).isEqualTo("gateway-key");
        assertThat(request.getHeaders().get("Authorization")).isNull();
    }

    @Test
    void keysThatCannotWorkTogetherAreRefusedWithTheReasonAndWithoutAKey() {
        Provider provider = Provider.openAiCompatible("https://chat.example.com/v1/");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.apiKeys())
                .withMessage("apiKeys must be 1 to 64 keys, not 0; leave it out for a server that asks for none");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.apiKeys(
                        IntStream.range(0, 65).mapToObj(i -> "key" + i).toArray(String[]::new)))
                .withMessage("apiKeys must be 1 to 64 keys, not 65");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.apiKeys("k-one", "k-two", "k-one"))
                .withMessage("apiKeys must differ, but key 1 and key 3 of 3 are the same");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.apiKeys("k-one", " "))
                .withMessageContaining("must not be blank");
        assertThatNullPointerException()
                .isThrownBy(() -> provider.apiKeys("k-one", null))
                .withMessageContaining("environment variable");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.apiKeys("k-one", "k-two").header("authorization", "Bearer x"))
                .withMessage("the header Authorization would be sent in place of all 2 keys; leave out either that "
                        + "header or apiKeys");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> provider.apiKeyHeader("Content-Length"))
                .withMessageContaining("is set by the HTTP client");
    }

    @Test
    void noneOfSeveralKeysIsShown() {
        Provider provider = Provider.openAi("k").apiKeys("plainword", "otherword");
        assertThat(provider.keys()).isEqualTo(2);
        assertThat(provider.toString()).doesNotContain("plainword", "otherword");
        RefusedException echo = new RefusedException(
                400, Headers.EMPTY, "{\"error\":{\"code\":\"otherword\",\"message\":\"plainword\"}}");
        assertThat(provider.sort(echo, Instant.EPOCH).toString()).doesNotContain("plainword", "otherword");
    }

    @Test
    void anAzureAddressWithThePathIsRefusedWithWhatWouldWork() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Provider.azureOpenAi("https://me.openai.azure.com/openai/v1/"))
                .withMessageContaining("openai/v1/, which is added");
    }
}
