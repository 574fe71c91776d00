package io.github.tideover.wire;

import static io.github.tideover.failure.FailureKind.AUTH;
import static io.github.tideover.failure.FailureKind.CONFLICT;
import static io.github.tideover.failure.FailureKind.CONTENT_FILTER;
import static io.github.tideover.failure.FailureKind.CONTEXT_LENGTH;
import static io.github.tideover.failure.FailureKind.CUT;
import static io.github.tideover.failure.FailureKind.DNS;
import static io.github.tideover.failure.FailureKind.FORBIDDEN;
import static io.github.tideover.failure.FailureKind.INVALID_REQUEST;
import static io.github.tideover.failure.FailureKind.MAINTENANCE;
import static io.github.tideover.failure.FailureKind.MALFORMED;
import static io.github.tideover.failure.FailureKind.MODEL_NOT_FOUND;
import static io.github.tideover.failure.FailureKind.NETWORK;
import static io.github.tideover.failure.FailureKind.NETWORK_AMBIGUOUS;
import static io.github.tideover.failure.FailureKind.NETWORK_LOCAL;
import static io.github.tideover.failure.FailureKind.OVERLOADED;
import static io.github.tideover.failure.FailureKind.QUOTA;
import static io.github.tideover.failure.FailureKind.THROTTLED;
import static io.github.tideover.failure.FailureKind.TIMEOUT;
import static io.github.tideover.failure.FailureKind.TLS;
import static io.github.tideover.failure.FailureKind.TRANSIENT;
import static io.github.tideover.failure.FailureKind.UNEXPECTED;
import static java.util.Objects.requireNonNull;
import static java.util.function.Predicate.not;

import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.failure.FailureKind.Again;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.exc.JacksonIOException;

/**
 * Sorts everything that is not a reply, once: past this class nobody looks at a status, an error body or an exception of
 * the HTTP client. Two tables, read from top to bottom, decide; what a body says comes before the status it came with,
 * since a bad key is HTTP 400 at some providers and an empty account is HTTP 429 at others.
 *
 * <p>Looks at one answer at a time. That a provider hands out HTTP 429 to everybody because its limiter is broken shows
 * only over many calls, so the rule for it is the engine's. So is whether a wait is worth it: {@link
 * Failure#retryAfter()} may be a hundred years, when a provider says {@code inf}.
 *
 * <p>A provider's own sentences are read and not passed on: they may quote the key or the conversation. Its code for the
 * error is, and the name of the parameter it complains of, unless they look like a key.
 *
 * <p>Safe for use by many threads.
 */
public final class FailureSorter {
    private static final Duration LONG_PAUSE = Duration.ofMinutes(5);
    private static final Duration LONGEST_FORECAST = Duration.ofHours(24);
    private static final int DEEPEST_CAUSE = 16;

    /** Stands for the status of an error inside HTTP 200 that names none. */
    private static final int UNNAMED = 0;

    /** What a provider said instead of a reply. The first rule that fits decides. */
    private static final List<Rule<Refusal>> REFUSALS = List.of(
            // What the body names beats the status.
            rule(CONTENT_FILTER, code(ErrorWords.BLOCKED_CODE)),
            rule(CONTENT_FILTER, code(ErrorWords.PROMPT_CODE).and(text(ErrorWords.PROMPT_BLOCKED))),
            rule(CONTENT_FILTER, status(UNNAMED, 400).and(text(ErrorWords.BLOCKED_FIRST))),
            rule(CONTENT_FILTER, status(403).and(not(Refusal::isHtml)).and(text(ErrorWords.BLOCKED))),
            rule(CONTEXT_LENGTH, code(ErrorWords.TOO_LONG_CODE)),
            rule(CONTEXT_LENGTH, status(UNNAMED, 429, 500).and(text(ErrorWords.TOO_LONG_FIRST))),
            rule(THROTTLED, status(402).and(code(ErrorWords.CREDIT_UNDER_WAY_CODE))),
            rule(QUOTA, code(ErrorWords.OUT_OF_CREDIT_CODE)),
            rule(QUOTA, status(402)),
            rule(QUOTA, status(UNNAMED, 400).and(text(ErrorWords.OUT_OF_CREDIT_FIRST))),
            rule(QUOTA, status(403, 412, 429).and(text(ErrorWords.OUT_OF_CREDIT))),
            rule(QUOTA, status(429).and(text(ErrorWords.OVER_SOME_QUOTA)).and(not(FailureSorter::isSetToResume))),
            rule(QUOTA, status(429).and(text(ErrorWords.OVER_DAILY_QUOTA))),
            rule(OVERLOADED, code(ErrorWords.OVERLOADED_CODE)),
            // One request that is larger than a minute's limit: it will not fit later either.
            rule(THROTTLED, Again.ELSEWHERE, status(413).and(code(ErrorWords.THROTTLED_CODE))),
            rule(THROTTLED, Again.ELSEWHERE, status(UNNAMED, 429).and(text(ErrorWords.LARGER_THAN_A_LIMIT))),
            rule(THROTTLED, code(ErrorWords.THROTTLED_CODE)),
            rule(FORBIDDEN, code(ErrorWords.FORBIDDEN_CODE)),
            rule(FORBIDDEN, status(UNNAMED, 400).and(text(ErrorWords.FORBIDDEN_FIRST))),
            rule(FORBIDDEN, status(403).and(text(ErrorWords.FORBIDDEN))),
            rule(AUTH, code(ErrorWords.BAD_KEY_CODE)),
            rule(AUTH, status(UNNAMED, 400).and(text(ErrorWords.BAD_KEY_FIRST))),
            rule(MODEL_NOT_FOUND, code(ErrorWords.NO_SUCH_MODEL_CODE)),
            rule(MODEL_NOT_FOUND, status(UNNAMED, 400, 403).and(text(ErrorWords.NO_SUCH_MODEL_FIRST))),
            rule(MODEL_NOT_FOUND, status(404, 410).and(not(Refusal::isHtml)).and(text(ErrorWords.NO_SUCH_MODEL))),
            rule(CONTEXT_LENGTH, status(UNNAMED, 400, 422).and(text(ErrorWords.TOO_LONG))),
            rule(CONTEXT_LENGTH, status(413)),
            rule(OVERLOADED, status(529)),
            rule(OVERLOADED, status(UNNAMED, 429, 498, 503).and(text(ErrorWords.OVERLOADED))),
            rule(THROTTLED, status(429)),
            rule(THROTTLED, status(UNNAMED).and(text(ErrorWords.THROTTLED))),
            rule(MAINTENANCE, code(ErrorWords.MAINTENANCE_CODE)),
            rule(MAINTENANCE, status(503).and(text(ErrorWords.MAINTENANCE))),
            rule(MAINTENANCE, status(503).and(refusal -> refusal.hasHeader("maintenance"))),
            rule(MAINTENANCE, status(503).and(FailureSorter::isLongPause)),

            // The status, and the codes that say less than it.
            // A page in front of the provider asks for a browser: it lets the next request pass, or never will.
            rule(NETWORK, Again.ONCE, status(403).and(FailureSorter::isFromTheEdge)),
            rule(AUTH, status(401, 403)),
            rule(TRANSIENT, code(ErrorWords.PROVIDER_CODE)),
            rule(TRANSIENT, status(400).and(text(ErrorWords.MODEL_CRASHED_FIRST))),
            rule(CONFLICT, status(409)),
            rule(INVALID_REQUEST, Again.ONCE, status(400).and(code(ErrorWords.UNUSABLE_ANSWER_CODE))),
            rule(INVALID_REQUEST, status(400, 405, 411, 415, 422)),
            rule(FORBIDDEN, status(451)),
            rule(UNEXPECTED, status(501, 505, 511)),
            rule(UNEXPECTED, status(UNNAMED).and(text(ErrorWords.NO_SUCH_PATH_FIRST))),
            rule(TRANSIENT, status(UNNAMED, 408, 424, 425, 499).or(refusal -> refusal.status() >= 500)),
            rule(UNEXPECTED, refusal -> true));

    /** What the network did instead of carrying an answer. The first rule that fits decides. */
    private static final List<Rule<Break>> BREAKS = List.of(
            rule(NETWORK, Break::wasTurnedAwayUnread),
            rule(TIMEOUT, sent().and(caused(InterruptedIOException.class))),
            rule(NETWORK_AMBIGUOUS, sent()),
            rule(NETWORK_AMBIGUOUS, says(ProtocolException.class, "unexpected end of stream")),
            rule(NETWORK_LOCAL, caused(UnknownHostException.class).and(trouble -> !trouble.networkIsUp())),
            rule(DNS, caused(UnknownHostException.class)),
            rule(NETWORK_LOCAL, Break::isWithoutRoute),
            rule(
                    TLS,
                    caused(SSLPeerUnverifiedException.class)
                            .or(caused(CertificateException.class))
                            .or(caused(CertPathValidatorException.class))
                            .or(caused(InvalidAlgorithmParameterException.class))), // an empty trust store
            rule(NETWORK, trouble -> true));

    /** Kinds that a provider may declare worth another attempt. */
    private static final Set<FailureKind> OPEN_TO_ADVICE = Set.of(UNEXPECTED, CONFLICT, TRANSIENT);

    /** Kinds that a provider's own words may mean. The others are found by us. */
    private static final Set<FailureKind> OPEN_TO_WORDS = Set.of(
            MALFORMED,
            CONTENT_FILTER,
            CONTEXT_LENGTH,
            INVALID_REQUEST,
            AUTH,
            FORBIDDEN,
            MODEL_NOT_FOUND,
            QUOTA,
            THROTTLED,
            OVERLOADED,
            MAINTENANCE,
            TRANSIENT,
            CONFLICT,
            UNEXPECTED);

    private final Redaction redaction;
    private final BooleanSupplier networkIsUp;
    private final Words words;

    /** What a provider's own words mean, where the table does not know them. */
    @FunctionalInterface
    public interface Words {
        /** Knows none. */
        Words NONE = (status, body) -> Optional.empty();

        /**
         * Sorts a refusal.
         *
         * @param status the HTTP status
         * @param body the error body
         * @return the kind, or empty to leave it to the table
         */
        Optional<FailureKind> kindOf(int status, String body);
    }

    private record Rule<T>(FailureKind kind, Again again, Predicate<T> fits) {}

    /**
     * Makes the sorter of one provider.
     *
     * @param secrets what is sent to the provider to be let in, and must not come back in a message; may be empty
     * @param networkIsUp asked when the provider's name does not resolve, on the thread that sorts: whether this machine
     *     has a network all the same
     */
    public FailureSorter(Collection<String> secrets, BooleanSupplier networkIsUp) {
        this(secrets, networkIsUp, Words.NONE);
    }

    /**
     * Makes the sorter of a provider with words of its own.
     *
     * @param secrets as above
     * @param networkIsUp as above
     * @param words asked before the table; whatever it throws, the table decides
     */
    public FailureSorter(Collection<String> secrets, BooleanSupplier networkIsUp, Words words) {
        this.redaction = new Redaction(secrets);
        this.words = requireNonNull(words, "words == null");
        this.networkIsUp = requireNonNull(networkIsUp, "networkIsUp == null");
    }

    /**
     * Sorts what came instead of a reply. Never throws.
     *
     * @param problem what was thrown
     * @param now the time it was thrown, from which waits and dates are counted
     * @return the failure, without a source
     */
    public Failure sort(Throwable problem, Instant now) {
        Throwable bare = unwrap(problem);
        List<Throwable> chain = chain(bare);
        for (Throwable each : chain) {
            if (each instanceof RefusedException refused) {
                return refused(refused, now);
            }
            if (each instanceof MalformedReplyException) {
                return unusable(MALFORMED, each);
            }
            if (each instanceof CutReplyException) {
                return unusable(CUT, each);
            }
            if (each instanceof NoCredentialsException) {
                return withoutToken(each);
            }
        }
        return bare instanceof IOException ? broken(bare, chain) : unexpected(bare);
    }

    private Failure refused(RefusedException problem, Instant now) {
        Refusal refusal = new Refusal(problem, now);
        Rule<Refusal> rule = own(problem).orElseGet(() -> first(REFUSALS, refusal));
        Duration retryAfter = refusal.retryAfter().orElse(null);
        return Failure.of(rule.kind())
                .again(again(rule, refusal.shouldRetry()))
                .message(sentence(rule.kind(), refusal))
                .httpStatus(refusal.httpStatus())
                .code(code(refusal).orElse(null))
                .requestId(refusal.requestId().filter(redaction::isHarmlessId).orElse(null))
                .retryAfter(retryAfter)
                .retryAt(retryAfter == null || retryAfter.compareTo(LONGEST_FORECAST) > 0 ? null : now.plus(retryAfter))
                .rateLimits(RateLimitHeaders.read(refusal.headers(), () -> now))
                .cause(problem)
                .build();
    }

    private Optional<Rule<Refusal>> own(RefusedException problem) {
        try {
            return words.kindOf(problem.status(), problem.body())
                    .filter(OPEN_TO_WORDS::contains)
                    .map(kind -> rule(kind, refusal -> true));
        } catch (RuntimeException e) { // words that trip over a proxy's page must not hide the outage
            return Optional.empty();
        }
    }

    private Failure unusable(FailureKind kind, Throwable problem) {
        String what = problem.getMessage();
        return Failure.of(kind)
                .message(kind.cause() + (what == null ? "" : ": " + redaction.line(what)))
                .cause(problem)
                .build();
    }

    /** What the application's own source of tokens says may hold anything, so only its name is passed on. */
    private static Failure withoutToken(Throwable problem) {
        Throwable why = requireNonNull(problem.getCause());
        return Failure.of(AUTH)
                .message("not sent: bearerToken gave no token that can be sent ("
                        + why.getClass().getName() + ")")
                .cause(new Outline(problem, DEEPEST_CAUSE))
                .build();
    }

    private Failure broken(Throwable problem, List<Throwable> chain) {
        FailureKind kind = first(BREAKS, new Break(chain, networkIsUp)).kind();
        return Failure.of(kind)
                .message(kind.cause() + " (" + networkWords(chain) + ")")
                .cause(mayQuoteTheAnswer(chain) ? new Outline(problem, DEEPEST_CAUSE) : problem)
                .build();
    }

    /** The HTTP client puts what it could not read as HTTP, or the rest of a line that broke off, into its words. */
    private static boolean mayQuoteTheAnswer(List<Throwable> chain) {
        return chain.stream().anyMatch(each -> each instanceof ProtocolException || each instanceof EOFException);
    }

    /** A fault in this program: what it says may quote anything, so only its name and its stack are kept. */
    private static Failure unexpected(Throwable problem) {
        return Failure.of(UNEXPECTED)
                .message("not an answer of the provider but a fault in this program: "
                        + problem.getClass().getName())
                .cause(new Outline(problem, DEEPEST_CAUSE))
                .build();
    }

    private static <T> Rule<T> first(List<Rule<T>> rules, T what) {
        return rules.stream().filter(rule -> rule.fits().test(what)).findFirst().orElseThrow(); // the last fits all
    }

    private static Again again(Rule<Refusal> rule, @Nullable Boolean shouldRetry) {
        if (Boolean.FALSE.equals(shouldRetry)) {
            return Again.NEVER;
        }
        return Boolean.TRUE.equals(shouldRetry) && OPEN_TO_ADVICE.contains(rule.kind()) ? Again.YES : rule.again();
    }

    private Optional<String> code(Refusal refusal) {
        return refusal.body().code().filter(redaction::isHarmless);
    }

    private String sentence(FailureKind kind, Refusal refusal) {
        StringBuilder sentence = new StringBuilder("HTTP ").append(refusal.httpStatus());
        sentence.append(
                refusal.isInsideSuccess() ? " from the provider with an error in it: " : " from the provider: ");
        sentence.append(kind.cause());
        code(refusal).ifPresent(code -> sentence.append(" (code ").append(code).append(')'));
        if (kind == INVALID_REQUEST) {
            refusal.body()
                    .param()
                    .filter(redaction::isHarmless)
                    .ifPresent(param -> sentence.append(", parameter ").append(param));
        }
        if (refusal.status() >= 300 && refusal.status() < 400) {
            refusal.location()
                    .map(redaction::line)
                    .ifPresent(location -> sentence.append("; it redirects to ")
                            .append(location)
                            .append("; set that as the base URL"));
        }
        if (kind == NETWORK) {
            sentence.append("; a page for a browser came instead");
        }
        if (kind == UNEXPECTED && refusal.status() == 404) {
            sentence.append("; check the base URL");
        }
        return sentence.toString();
    }

    /** What the JDK said of an address or a handshake; of a broken answer only the name of the break. */
    private String networkWords(List<Throwable> chain) {
        boolean isSent = chain.stream().anyMatch(AfterSendException.class::isInstance);
        Throwable problem = chain.stream()
                .filter(each -> !(each instanceof AfterSendException))
                .findFirst()
                .orElse(chain.get(0));
        String name = problem.getClass().getSimpleName();
        String words = problem.getMessage();
        return words == null || isSent || mayQuoteTheAnswer(chain) || !isOfTheJdk(problem)
                ? name
                : name + ": " + redaction.line(words);
    }

    private static boolean isOfTheJdk(Throwable problem) {
        String name = problem.getClass().getName();
        return name.startsWith("java.net.") || name.startsWith("javax.net.ssl.");
    }

    /** Takes off what only carries the problem from one place to another. */
    private static Throwable unwrap(Throwable problem) {
        Throwable bare = problem;
        for (int depth = 0; depth < DEEPEST_CAUSE; depth++) {
            Throwable inner = carried(bare);
            if (inner == null) {
                return bare;
            }
            bare = inner;
        }
        return bare;
    }

    private static @Nullable Throwable carried(Throwable problem) {
        if (problem instanceof UncheckedIOException
                || problem instanceof JacksonIOException
                || problem instanceof CompletionException
                || problem instanceof ExecutionException) {
            return problem.getCause();
        }
        // OkHttp reports an interceptor's bug to an asynchronous caller in this form.
        String words = problem.getMessage();
        boolean isBug = problem instanceof IOException && words != null && words.startsWith("canceled due to ");
        return isBug && problem.getSuppressed().length > 0 ? problem.getSuppressed()[0] : null;
    }

    private static List<Throwable> chain(Throwable problem) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable each = problem; each != null && chain.size() < DEEPEST_CAUSE; each = each.getCause()) {
            chain.add(each);
        }
        return chain;
    }

    /** Gemini words its limits per minute like an empty account, but names another code and a time to wait. */
    private static boolean isSetToResume(Refusal refusal) {
        return refusal.hasCode(ErrorWords.RESOURCE_EXHAUSTED_CODE)
                || refusal.retryAfter().isPresent();
    }

    private static boolean isLongPause(Refusal refusal) {
        return refusal.retryAfter()
                .filter(pause -> pause.compareTo(LONG_PAUSE) >= 0)
                .isPresent();
    }

    private static boolean isFromTheEdge(Refusal refusal) {
        return refusal.isHtml() || refusal.hasHeader("cf-mitigated") || refusal.hasText(ErrorWords.STOPPED_BY_FIREWALL);
    }

    private static <T> Rule<T> rule(FailureKind kind, Predicate<T> fits) {
        return new Rule<>(kind, kind.again(), fits);
    }

    private static <T> Rule<T> rule(FailureKind kind, Again again, Predicate<T> fits) {
        return new Rule<>(kind, again, fits);
    }

    private static Predicate<Refusal> status(int... statuses) {
        return refusal -> Arrays.stream(statuses).anyMatch(status -> status == refusal.status());
    }

    private static Predicate<Refusal> code(Pattern code) {
        return refusal -> refusal.hasCode(code);
    }

    private static Predicate<Refusal> text(Pattern words) {
        return refusal -> refusal.hasText(words);
    }

    private static Predicate<Break> sent() {
        return Break::isSent;
    }

    private static Predicate<Break> caused(Class<? extends Throwable> by) {
        return trouble -> trouble.find(by).isPresent();
    }

    private static Predicate<Break> says(Class<? extends Throwable> type, String words) {
        return trouble ->
                trouble.find(type).filter(each -> contains(each, words)).isPresent();
    }

    private static boolean contains(Throwable problem, String words) {
        String message = problem.getMessage();
        return message != null && message.contains(words);
    }

    /** A connection that failed, with everything that caused it. */
    private record Break(List<Throwable> chain, BooleanSupplier canary) {
        boolean isSent() {
            return find(AfterSendException.class).isPresent();
        }

        <T extends Throwable> Optional<T> find(Class<T> type) {
            return chain.stream().filter(type::isInstance).map(type::cast).findFirst();
        }

        /** HTTP/2 says for certain that nobody read the request. The HTTP client keeps both types to itself. */
        boolean wasTurnedAwayUnread() {
            return chain.stream().anyMatch(each -> switch (each.getClass().getSimpleName()) {
                case "StreamResetException" -> contains(each, "REFUSED_STREAM");
                case "ConnectionShutdownException" -> true;
                default -> false;
            });
        }

        /** Of several addresses, each must have failed for want of a route: many networks have no IPv6. */
        boolean isWithoutRoute() {
            return chain.stream().anyMatch(Break::namesNoRoute)
                    && Arrays.stream(chain.get(0).getSuppressed()).allMatch(Break::namesNoRoute);
        }

        /** A canary that fails knows nothing, and then the provider's name is what does not resolve. */
        boolean networkIsUp() {
            try {
                return canary.getAsBoolean();
            } catch (RuntimeException e) {
                return true;
            }
        }

        private static boolean namesNoRoute(Throwable problem) {
            return problem instanceof NoRouteToHostException || contains(problem, "Network is unreachable");
        }
    }

    /** Stands in for an exception whose message may quote anything: its name and its stack. */
    private static final class Outline extends Exception {
        private static final long serialVersionUID = 1L;

        Outline(Throwable original, int depth) {
            super(original.getClass().getName(), causeOf(original, depth));
            setStackTrace(original.getStackTrace());
        }

        private static @Nullable Throwable causeOf(Throwable original, int depth) {
            Throwable cause = original.getCause();
            return cause == null || depth == 0 ? null : new Outline(cause, depth - 1);
        }
    }
}
