package io.github.tideover.testkit;

import static java.util.Objects.requireNonNull;

import io.github.tideover.testkit.Answering.Called;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What an {@link OutageServer}, or {@link Chaos}, does with a request. Immutable: each method gives another one.
 *
 * <p>A script has its own way of saying these ({@code service.fails(OVERLOADED).times(3)}); this class is for the
 * {@link Weather} of a {@link Timeline}.
 *
 * @since 0.1
 */
public final class Behaviour {
    private final Act act;
    private final Duration delay;
    private final Map<String, String> headers;

    private Behaviour(Act act, Duration delay, Map<String, String> headers) {
        this.act = act;
        this.delay = delay;
        this.headers = headers;
    }

    /** What is done, past all delay. */
    sealed interface Act {
        /**
         * A reply, or the beginning of one.
         *
         * @param text what is said; null for {@link OutageServer#HEALTHY_ANSWER}, or nothing where tools are
         *     called
         * @param calls the tools that are called
         * @param usage what is counted; null to count it
         * @param gap between two tokens
         * @param breaksAfter after how many tokens the stream breaks; -1 if it does not
         */
        record Answer(
                @Nullable String text,
                List<Called> calls,
                @Nullable Counts usage,
                Duration gap,
                int breaksAfter,
                StreamBreak how)
                implements Act {
            static final Answer PLAIN = new Answer(null, List.of(), null, Duration.ZERO, -1, StreamBreak.CLOSE);

            String said() {
                return text != null ? text : calls.isEmpty() ? OutageServer.HEALTHY_ANSWER : "";
            }

            boolean hasContent() {
                return text != null || !calls.isEmpty();
            }

            Answer saying(String other) {
                return new Answer(other, calls, usage, gap, breaksAfter, how);
            }

            Answer calling(Called call) {
                List<Called> more = new ArrayList<>(calls);
                more.add(call);
                return new Answer(text, List.copyOf(more), usage, gap, breaksAfter, how);
            }

            Answer counting(Counts counts) {
                return new Answer(text, calls, counts, gap, breaksAfter, how);
            }

            Answer dripping(Duration pause) {
                return new Answer(text, calls, usage, pause, breaksAfter, how);
            }

            Answer breaking(int tokens, StreamBreak way) {
                return new Answer(text, calls, usage, gap, tokens, way);
            }
        }

        record Refuse(Fault fault, @Nullable Duration rest) implements Act {}

        record Say(int status, String contentType, String body) implements Act {}

        record Silence() implements Act {}

        record Reset() implements Act {}
    }

    /** How many tokens are said to have been read and written. */
    record Counts(long input, long output) {}

    private static Behaviour of(Act act) {
        return new Behaviour(act, Duration.ZERO, Map.of());
    }

    /**
     * Answers with {@link OutageServer#HEALTHY_ANSWER}.
     *
     * @return the behaviour
     */
    public static Behaviour answers() {
        return of(Act.Answer.PLAIN);
    }

    /**
     * Answers, whole or as a stream, as it is asked.
     *
     * @param text what it says
     * @return the behaviour
     */
    public static Behaviour says(String text) {
        return of(Act.Answer.PLAIN.saying(requireNonNull(text, "text == null")));
    }

    /**
     * Calls a tool, and says nothing. What is done with the request that brings the tool's result is up to the next behaviour.
     *
     * @param tool its name
     * @param arguments a JSON object, such as <code>{"city":"Oslo"}</code>
     * @return the behaviour
     * @throws IllegalArgumentException if the name is blank or the arguments are no JSON object
     */
    public static Behaviour calls(String tool, String arguments) {
        return answers().calling(tool, arguments);
    }

    /**
     * Refuses.
     *
     * @param fault why
     * @return the behaviour
     */
    public static Behaviour fails(Fault fault) {
        return of(new Act.Refuse(requireNonNull(fault, "fault == null"), null));
    }

    /**
     * Breaks off: a stream after some tokens, a whole reply after the same part of its text, by {@link StreamBreak#CLOSE}
     * with the bytes that are lacking announced and not sent. Where the text is over before, it breaks at its end: all has been
     * said, and not that this is all.
     *
     * @param tokens after how many, at least 0; a token is a word and the space after it
     * @param how in what way
     * @return the behaviour
     * @throws IllegalArgumentException if the number is negative
     */
    public static Behaviour breaksAfter(int tokens, StreamBreak how) {
        return of(Act.Answer.PLAIN.breaking(notNegative(tokens), requireNonNull(how, "how == null")));
    }

    /**
     * Answers slowly: a stream drips, and a whole reply comes when all of it would have been written.
     *
     * @param tokensPerSecond more than 0
     * @return the behaviour
     * @throws IllegalArgumentException if it is not more than 0
     */
    public static Behaviour drips(double tokensPerSecond) {
        return of(Act.Answer.PLAIN.dripping(gap(tokensPerSecond)));
    }

    /**
     * Takes the request and says nothing until the client hangs up.
     *
     * @return the behaviour
     */
    public static Behaviour goesSilent() {
        return of(new Act.Silence());
    }

    /**
     * Reads the request and resets the connection.
     *
     * @return the behaviour
     */
    public static Behaviour hangsUp() {
        return of(new Act.Reset());
    }

    /**
     * Serves the page that a proxy has for when the provider behind it does not answer: HTTP 502, in HTML.
     *
     * @return the behaviour
     */
    public static Behaviour servesTheProxyErrorPage() {
        return of(new Act.Say(502, "text/html", OutageServer.PROXY_PAGE));
    }

    /**
     * Answers with exactly this.
     *
     * @param status the HTTP status, 200 to 599
     * @param contentType the body's type
     * @param body the body
     * @return the behaviour
     * @throws IllegalArgumentException if the status is none
     */
    public static Behaviour answersWith(int status, String contentType, String body) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("an HTTP status is a number from 200 to 599, not " + status);
        }
        return of(new Act.Say(
                status, requireNonNull(contentType, "contentType == null"), requireNonNull(body, "body == null")));
    }

    /**
     * The same, later: so long passes before the first byte.
     *
     * @param delay how long, not negative
     * @return another behaviour
     * @throws IllegalArgumentException if it is negative
     */
    public Behaviour after(Duration delay) {
        return new Behaviour(act, notNegative(delay), headers);
    }

    /**
     * The same, with a wish for rest: in {@code Retry-After}, in {@code retry-after-ms} as well where OpenAI's APIs are spoken
     * and it is no number of seconds, and in the body where Gemini's is.
     *
     * @param wait how long the client shall not ask
     * @return another behaviour
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if this is no refusal
     */
    public Behaviour asking(Duration wait) {
        if (!(act instanceof Act.Refuse refuse)) {
            throw new IllegalStateException("only who fails(...) can ask for a wait");
        }
        return new Behaviour(new Act.Refuse(refuse.fault(), notNegative(wait)), delay, headers);
    }

    /**
     * The same, with another text.
     *
     * @param text what is said
     * @return another behaviour
     * @throws IllegalArgumentException if it would break only after the end of this text
     * @throws IllegalStateException if this is no answer
     */
    public Behaviour saying(String text) {
        return new Behaviour(
                checked(answer("saying(...)").saying(requireNonNull(text, "text == null"))), delay, headers);
    }

    /**
     * The same, and a call of a tool after the text, and after the calls that are there already: a model may call several at
     * once. Where nothing is {@linkplain #saying said}, there are only calls.
     *
     * @param tool its name
     * @param arguments a JSON object; each of its names and values is a token
     * @return another behaviour
     * @throws IllegalArgumentException if the name is blank, the arguments are no JSON object, or all would be over before the
     *     break
     * @throws IllegalStateException if this is no answer
     */
    public Behaviour calling(String tool, String arguments) {
        if (tool.isBlank()) {
            throw new IllegalArgumentException("the name of a tool must not be blank");
        }
        if (!isObject(arguments)) {
            throw new IllegalArgumentException("the arguments for " + tool
                    + " must be a JSON object, such as {\"city\":\"Oslo\"}, or {} if there are none");
        }
        return new Behaviour(checked(answer("calling(...)").calling(new Called(tool, arguments))), delay, headers);
    }

    private static boolean isObject(String json) {
        try {
            return Speech.JSON.readTree(json).isObject();
        } catch (JacksonException e) {
            return false;
        }
    }

    /**
     * The same, with other counts of tokens. Unless set, four characters of a request are a token, and of a reply a word is one.
     *
     * @param inputTokens how many were read
     * @param outputTokens how many were written
     * @return another behaviour
     * @throws IllegalArgumentException if one is negative
     * @throws IllegalStateException if this is no answer
     */
    public Behaviour usage(long inputTokens, long outputTokens) {
        if (inputTokens < 0 || outputTokens < 0) {
            throw new IllegalArgumentException(
                    "there are 0 tokens or more, not " + inputTokens + " and " + outputTokens);
        }
        return new Behaviour(answer("usage(...)").counting(new Counts(inputTokens, outputTokens)), delay, headers);
    }

    /**
     * The same, broken in another way.
     *
     * @param how in what way
     * @return another behaviour
     * @throws IllegalStateException if this does not break
     */
    public Behaviour by(StreamBreak how) {
        Act.Answer answer = answer("by(...)");
        if (answer.breaksAfter() < 0) {
            throw new IllegalStateException("by(...) says how a stream breaks, and this one does not");
        }
        return new Behaviour(answer.breaking(answer.breaksAfter(), requireNonNull(how, "how == null")), delay, headers);
    }

    /**
     * The same, with a header.
     *
     * @param name its name
     * @param value its value
     * @return another behaviour
     * @throws IllegalArgumentException if either has a line break
     */
    public Behaviour header(String name, String value) {
        if ((name + value).chars().anyMatch(c -> c == '\r' || c == '\n')) {
            throw new IllegalArgumentException("a header is one line: " + name);
        }
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Behaviour(act, delay, more);
    }

    /** The same, with words if it has nothing to say and calls no tool. A break that they are too short for comes at their end. */
    Behaviour inWords(Supplier<String> words) {
        if (!(act instanceof Act.Answer answer) || answer.hasContent()) {
            return this;
        }
        String text = requireNonNull(words.get(), "what answers a question was null");
        int breaksAfter = Math.min(answer.breaksAfter(), Tokens.of(text).size());
        return new Behaviour(answer.saying(text).breaking(breaksAfter, answer.how()), delay, headers);
    }

    private Act.Answer answer(String what) {
        if (act instanceof Act.Answer answer) {
            return answer;
        }
        throw new IllegalStateException(what + " is for a behaviour that answers, not for " + this);
    }

    private static Act.Answer checked(Act.Answer answer) {
        int tokens = answer.breaksAfter() < 0 ? 0 : Answering.tokens(answer.said(), answer.calls());
        if (answer.breaksAfter() > tokens) {
            throw new IllegalArgumentException("a stream of " + tokens + " tokens cannot break after "
                    + answer.breaksAfter() + "; a token is a word and the space after it");
        }
        return answer;
    }

    private static int notNegative(int tokens) {
        if (tokens < 0) {
            throw new IllegalArgumentException("a stream breaks after 0 tokens or more, not " + tokens);
        }
        return tokens;
    }

    private static Duration gap(double tokensPerSecond) {
        if (!(tokensPerSecond > 0) || Double.isInfinite(tokensPerSecond)) {
            throw new IllegalArgumentException("tokens per second must be more than 0, not " + tokensPerSecond);
        }
        return Duration.ofNanos(Math.round(1e9 / tokensPerSecond));
    }

    private static Duration notNegative(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("a time must not be negative: " + time);
        }
        return time;
    }

    Act act() {
        return act;
    }

    Duration delay() {
        return delay;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** Whether who asks gets an answer, all of it. */
    boolean isHealthy() {
        return act instanceof Act.Answer answer
                && (answer.breaksAfter() < 0 || answer.how() == StreamBreak.GARBLED_EVENT);
    }

    /** Whether it has a text of its own to say. */
    boolean hasWords() {
        return act instanceof Act.Answer answer && (answer.hasContent() || answer.usage() != null);
    }

    /** Whether it is an answer with nothing about it. */
    boolean isPlain() {
        return isHealthy()
                && !isSlow()
                && headers.isEmpty()
                && act instanceof Act.Answer answer
                && answer.breaksAfter() < 0;
    }

    /** Whether it is later or slower than it could be. */
    boolean isSlow() {
        return !delay.isZero()
                || act instanceof Act.Answer answer && !answer.gap().isZero();
    }

    private static String callsInWords(Act.Answer answer) {
        return String.join(
                ".calling",
                answer.calls().stream()
                        .map(call -> "(" + call.name() + ", ...)")
                        .toList());
    }

    /** In the words of a script, without any text that is said. */
    @Override
    public String toString() {
        String what;
        if (act instanceof Act.Answer answer) {
            what = answer.breaksAfter() >= 0
                    ? "cutsTheStreamAfter(" + answer.breaksAfter() + ").tokens().by(" + answer.how() + ")"
                    : answer.gap().isZero()
                            ? answer.calls().isEmpty() ? "says(...)" : "calls" + callsInWords(answer)
                            : "dripsAt(" + 1e9 / answer.gap().toNanos() + ").tokensPerSecond()";
        } else if (act instanceof Act.Refuse refuse) {
            what = "fails(" + refuse.fault() + ")" + (refuse.rest() == null ? "" : ".asking(" + refuse.rest() + ")");
        } else if (act instanceof Act.Say say) {
            what = "answersWith(" + say.status() + ", ...)";
        } else {
            what = act instanceof Act.Silence ? "goesSilent()" : "hangsUp()";
        }
        return delay.isZero() ? what : what + ".after(" + delay + ")";
    }
}
