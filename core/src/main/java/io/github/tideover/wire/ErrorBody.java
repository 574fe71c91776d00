package io.github.tideover.wire;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What an error body says, whatever its shape: {@code {"error":{…}}}, {@code {"error":"text"}}, {@code {"detail":…}},
 * {@code {"message":…}}, any of these in an array, a text in JSON, RFC 9457 problem details, HTML, plain text, nothing. Read gently: a
 * body that breaks off tells what came before the break, and none makes it throw. Only its beginning is looked at.
 */
final class ErrorBody {
    private static final int LONGEST_BODY = 64 * 1024;
    private static final JsonFactory JSON = new JsonFactory();

    /** Objects that only hold the error. What is inside one comes before what stands beside it. */
    private static final Set<String> WRAPPERS =
            Set.of("error", "errors", "response", "detail", "body", "choices", "x_groq");

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9_.\\-\\[\\]]{1,64}");
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9_.:\\-]{1,128}");
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e]{1,64}");
    private static final Pattern EVENT = Pattern.compile("(data|event|id|retry)?:(?!//)");
    private static final Pattern LIST = Pattern.compile("\\[\\s*[{\"]");
    private static final Pattern TAG = Pattern.compile("<[^<>]*>");
    /** What LiteLLM puts before the words of whom it asked: {@code litellm.RateLimitError: AnthropicException - …}. */
    private static final Pattern OF_ANOTHER = Pattern.compile("litellm\\.[A-Za-z0-9_.: ]{1,200} - ");

    /** How many errors are read that stand as a text in a field of another. */
    private static final int DEEPEST_TEXT = 3;

    private static final Pattern TITLE = Pattern.compile("(?i)<title>([^<]{1,300})</title>");

    private final boolean isHtml;
    private final List<Code> codes = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();
    private @Nullable String message;
    private int depthOfMessage = -1;
    private @Nullable String param;
    private @Nullable String requestId;
    private @Nullable String id;
    private @Nullable String retryDelay;
    private final Map<String, String> headers = new LinkedHashMap<>(4);

    /** A code, and how much it says: the smaller the rank, the more. */
    private record Code(String value, int rank) {}

    private ErrorBody(boolean isHtml) {
        this.isHtml = isHtml;
    }

    static ErrorBody read(String body) {
        String beginning =
                body.substring(0, Math.min(body.length(), LONGEST_BODY)).strip();
        if (beginning.startsWith("\ufeff")) {
            beginning = beginning.substring(1).strip();
        }
        if (beginning.startsWith("<")) {
            return html(beginning);
        }
        ErrorBody error = new ErrorBody(false);
        int start = startOfJson(beginning);
        if (start >= 0) {
            error.readJson(beginning.substring(start), 0);
        } else if (!beginning.isEmpty()) {
            error.message = beginning;
            error.texts.add(beginning);
        }
        error.codes.sort(Comparator.comparingInt(Code::rank));
        return error;
    }

    /** Whether a page for people came, as a proxy sends it. */
    boolean isHtml() {
        return isHtml;
    }

    /** Every code in the body, the most telling first, in small letters and with {@code _} for {@code -}. */
    List<String> codes() {
        return codes.stream()
                .map(code -> code.value().toLowerCase(Locale.ROOT).replace('-', '_'))
                .toList();
    }

    /** The most telling code as the provider writes it. */
    Optional<String> code() {
        return codes.stream().map(Code::value).findFirst();
    }

    /** Everything in the body that is meant to be read by a person. */
    List<String> texts() {
        return texts;
    }

    /** The sentence that sums the error up. */
    Optional<String> message() {
        return Optional.ofNullable(message);
    }

    /** The name of the parameter that is wrong. */
    Optional<String> param() {
        return Optional.ofNullable(param);
    }

    Optional<String> requestId() {
        return Optional.ofNullable(requestId).or(() -> Optional.ofNullable(id));
    }

    /** The delay of a {@code google.rpc.RetryInfo}, or of OpenRouter's {@code metadata}, such as {@code 48s}. */
    @Nullable
    String retryDelay() {
        return retryDelay;
    }

    /** The headers about waits and limits that OpenRouter passes on in {@code metadata.headers}, in small letters. */
    Map<String, String> headers() {
        return headers;
    }

    /** Whether {@code text} has the shape of an id, and not of a sentence or a placeholder. */
    static boolean isRequestId(String text) {
        return REQUEST_ID.matcher(text).matches();
    }

    private static ErrorBody html(String page) {
        ErrorBody error = new ErrorBody(true);
        error.texts.add(TAG.matcher(page).replaceAll(" "));
        Matcher title = TITLE.matcher(page);
        if (title.find()) {
            error.message = title.group(1).strip();
        }
        return error;
    }

    /** An error may come dressed as an event, {@code data: {…}}; a sentence that mentions a brace is still a sentence. */
    private static int startOfJson(String body) {
        if (EVENT.matcher(body).lookingAt()) {
            return body.indexOf('{');
        }
        if (body.startsWith("{") || LIST.matcher(body).lookingAt()) {
            return 0;
        }
        if (body.startsWith("[")) {
            return Math.max(0, body.indexOf('{'));
        }
        return body.length() > 1 && body.startsWith("\"") && body.endsWith("\"") ? 0 : -1;
    }

    /** Reads an error, or one that stands as a text inside {@code above} others. */
    private void readJson(String json, int above) {
        Deque<String> path = new ArrayDeque<>();
        String name = "";
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.PROPERTY_NAME) {
                    name = parser.currentName();
                } else if (token.isStructStart()) {
                    path.addLast(name);
                    name = "";
                } else if (token.isStructEnd()) {
                    path.removeLast();
                    name = "";
                } else if (token == JsonToken.VALUE_STRING || token.isNumeric()) {
                    path.addLast(name);
                    keep(path, parser.getString(), above);
                    path.removeLast();
                }
            }
        } catch (JacksonException e) {
            // Not JSON from here on. What came before it stands.
        }
    }

    private void keep(Deque<String> path, String value, int above) {
        List<String> names = path.stream().filter(each -> !each.isEmpty()).collect(Collectors.toList());
        int depth = above;
        while (names.size() > 1 && WRAPPERS.contains(names.get(0))) {
            names.remove(0);
            depth++;
        }
        switch (String.join(".", names)) {
            case "details.error_code", "details.reason" -> keepCode(value, 0, depth);
            case "code", "error_code" -> keepCode(value, 1, depth);
            case "__type" -> keepCode(value, 1, depth); // Amazon's
            case "status" -> keepCode(value, 2, depth);
            case "type", "innererror.code", "error_type", "metadata.error_type", "metadata.limit_source" ->
                keepCode(value, 3, depth);
            case "message", "Message", "error", "errors", "detail", "title", "msg", "error_message", "error_msg", "" ->
                keepMessage(value, depth, above);
            case "details", "details.message", "metadata.raw" -> keepText(value, above);
            case "details.violations.quotaId" -> texts.add(value);
            case "details.retryDelay" -> retryDelay = retryDelay == null ? value : retryDelay;
            // OpenRouter's, and Cloudflare's.
            case "metadata.retry_after_seconds", "retry_after" ->
                retryDelay = retryDelay == null ? value + "s" : retryDelay;
            case "param" -> param = IDENTIFIER.matcher(value).matches() ? value : param;
            case "request_id", "requestId" -> requestId = isRequestId(value) ? value : requestId;
            case "id" -> id = isRequestId(value) ? value : id;
            case "metadata.headers.Retry-After", "metadata.headers.retry-after" -> keepHeader(names, value);
            case "metadata.headers.X-RateLimit-Limit",
                    "metadata.headers.X-RateLimit-Remaining",
                    "metadata.headers.X-RateLimit-Reset" -> keepHeader(names, value);
            default -> {
                // Not about the error, or the conversation quoted back.
            }
        }
    }

    private void keepHeader(List<String> names, String value) {
        if (HEADER_VALUE.matcher(value).matches()) {
            headers.putIfAbsent(names.get(names.size() - 1).toLowerCase(Locale.ROOT), value);
        }
    }

    private void keepCode(String value, int rank, int depth) {
        String code = value.substring(Math.max(value.lastIndexOf('/'), value.lastIndexOf('#')) + 1); // RFC 9457: a URI
        if (!IDENTIFIER.matcher(code).matches()) {
            texts.add(value); // xAI: a whole sentence
        } else if (!code.equals("error") && !code.equals("None")) { // what LiteLLM makes of none
            boolean saysLittle = NUMBER.matcher(code).matches();
            codes.add(new Code(code, (saysLittle ? 4 : rank) + (depth == 0 ? 5 : 0)));
        }
    }

    /** Routers pass the words of whom they asked on, and often all of its body as a text. */
    private void keepText(String value, int above) {
        texts.add(value);
        Matcher prefix = OF_ANOTHER.matcher(value);
        String words = prefix.lookingAt() ? value.substring(prefix.end()) : value;
        if (words.length() < value.length()) {
            texts.add(words);
        }
        if (above < DEEPEST_TEXT && (words.startsWith("{") || words.startsWith("["))) {
            readJson(words, above + 1);
        }
    }

    private void keepMessage(String value, int depth, int above) {
        keepText(value, above);
        if (depth > depthOfMessage) {
            message = value;
            depthOfMessage = depth;
        }
    }
}
