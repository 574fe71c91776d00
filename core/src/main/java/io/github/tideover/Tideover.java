package io.github.tideover;

import static java.util.Objects.requireNonNull;

import io.github.tideover.cache.CacheGuard;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.cache.SimilarAnswers;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Origin;
import io.github.tideover.chat.Receipt;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.RequestRejectedException;
import io.github.tideover.failure.ServiceUnavailableException;
import io.github.tideover.outbox.Delivery;
import io.github.tideover.outbox.Ledger;
import io.github.tideover.outbox.Outbox;
import io.github.tideover.outbox.OutboxMessage;
import io.github.tideover.provider.Provider;
import io.github.tideover.status.Listeners;
import io.github.tideover.status.OutageReport;
import io.github.tideover.status.PagePoller;
import io.github.tideover.status.PageReport;
import io.github.tideover.status.RouteHealth;
import io.github.tideover.status.RouteName;
import io.github.tideover.status.ServiceHealth;
import io.github.tideover.status.ServiceState;
import io.github.tideover.status.ServiceStatus;
import io.github.tideover.status.StatusBoard;
import io.github.tideover.status.StatusEvent;
import io.github.tideover.status.StatusHistory;
import io.github.tideover.status.StatusPage;
import io.github.tideover.status.StatusPages;
import io.github.tideover.status.StatusRecorder;
import io.github.tideover.status.StatusWords;
import io.github.tideover.status.Subscription;
import io.github.tideover.tool.Toolbox;
import io.github.tideover.wire.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * A chat client that keeps an application useful while its chatbot is down.
 *
 * <p>A call goes up a ladder until something answers: the provider (tried again where that helps), its alternates, what
 * was answered before, the application's own words. It ends inside its deadline with a {@link ChatReply} that says where it
 * came from, or with a {@link ChatException} that says whose fault it is and what to do next.
 *
 * <p>Make one and share it: it is safe for use by many threads, and what it learns about a provider in one call helps the
 * next. Close it to free its connections and threads, all of which are daemon threads.
 *
 * @since 0.1
 */
public final class Tideover implements AutoCloseable {
    /** What is left to write is a few lines: a disk that takes longer hangs. */
    private static final Duration LAST_WRITE = Duration.ofSeconds(1);

    private final Builder blueprint;
    private final Engine engine;
    private final StatusBoard board;
    private final ListenerThreads listenerThreads;
    private final BackgroundLane historyLane;
    private final StatusRecorder recorder;
    private final Transport transport;
    private final Watchdog watchdog;
    private final Time time;
    private final boolean ownsScheduler;
    private final List<Route> routes;
    private final @Nullable PagePoller pages;
    private final @Nullable NetworkCheck networkCheck;
    private final @Nullable CacheGuard cache;
    private final @Nullable SimilarReplies similar;
    private final @Nullable OutboxDrain outbox;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Tideover(Builder builder) {
        blueprint = new Builder(builder);
        Time given = builder.time;
        ownsScheduler = given == null;
        time = given != null ? given : systemTime();
        listenerThreads = new ListenerThreads();
        historyLane = new BackgroundLane("tideover-history");
        watchdog = new Watchdog(time);
        List<Provider> providers = builder.providers();
        transport = Transport.open(
                builder.httpClient,
                providers.stream().mapToInt(Provider::maxConcurrent).sum(),
                builder.connectTimeout());
        List<RouteName> names = providers.stream().map(Tideover::routeName).toList();
        recorder = new StatusRecorder(
                names,
                time.clock(),
                time.nanos(),
                builder.statusWords,
                builder.reportListeners,
                listenerThreads,
                builder.statusHistory,
                historyLane);
        board = new StatusBoard(
                names,
                place -> providers.get(place).isLocal(),
                time.nanos(),
                time.clock(),
                listenerThreads,
                this::later,
                builder.statusWords);
        board.recordTo(recorder);
        routes = new ArrayList<>(providers.size());
        List<Rung> ladder = new ArrayList<>();
        for (Provider provider : providers) {
            int index = routes.size();
            Route route = new Route(
                    nameOf(provider), index, provider.maxConcurrent(), Math.max(1, provider.keys()), time, board);
            routes.add(route);
            ladder.add(new Rung.Ask(
                    index == 0 ? Origin.LIVE : Origin.ALTERNATE,
                    provider.name(),
                    provider.model().orElseThrow(),
                    provider.isLocal(),
                    provider.capabilities(),
                    provider.tags(),
                    route,
                    provider.dialects(transport.client(), builder.maxReplyBytes),
                    provider::sort));
        }
        if (builder.replyCache != null) {
            ladder.add(new Rung.Remember());
        }
        if (builder.similarAnswers != null) {
            ladder.add(new Rung.Resemble());
        }
        List<Rung> asks = List.copyOf(routes.isEmpty() ? List.of() : ladder.subList(0, routes.size()));
        Ledger ledger = builder.outbox == null ? null : builder.outbox.open(time.clock(), time.nanos());
        if (ledger != null) {
            ladder.add(new Rung.Keep(ledger, requireNonNull(builder.outbox).words()));
        }
        if (builder.lastResort != null) {
            ladder.add(new Rung.Speak(builder.lastResort));
        }
        builder.listeners.forEach(board::subscribe);
        Map<String, StatusPage> known = knownPages(builder.statusPages, providers);
        pages = builder.statusPages == null ? null : pollerFor(known, builder.statusPages.announceAhead());
        networkCheck = builder.networkCheck ? networkCheckOf(providers, known, builder.networkCheckLimit) : null;
        cache = builder.replyCache == null
                ? null
                : new CacheGuard(builder.replyCache, time.clock(), time.nanos(), this::later);
        Provider first = providers.get(0);
        similar = builder.similarAnswers == null
                ? null
                : new SimilarReplies(
                        builder.similarAnswers,
                        requireNonNull(cache),
                        requireNonNull(builder.replyCache),
                        transport.client().dispatcher().executorService(),
                        time.clock());
        engine = new Engine(
                new Ladder(ladder),
                blueprint.settings,
                time,
                watchdog,
                transport.client().dispatcher().executorService(),
                first.baseUrl() + " " + first.model().orElseThrow(),
                cache,
                similar,
                recorder,
                ledger);
        outbox = ledger == null ? null : drainOf(ledger, new Ladder(asks), builder);
        if (pages != null) {
            pages.start();
        }
    }

    /** Sends what is kept, by providers alone: what is kept was not answered by anything else. */
    private OutboxDrain drainOf(Ledger ledger, Ladder providers, Builder builder) {
        Engine quiet = new Engine(
                providers,
                blueprint.settings.forLater(),
                time,
                watchdog,
                transport.client().dispatcher().executorService(),
                engine.identity(),
                cache,
                similar,
                null,
                null);
        Listeners<OutboxMessage> listeners =
                new Listeners<>("the outbox", listenerThreads, OutboxMessage::id, message -> false);
        builder.outboxListeners.forEach(listeners::subscribe);
        OutboxDrain drain = new OutboxDrain(
                ledger,
                quiet,
                () -> routes.stream().allMatch(route -> route.isCalm(time.now())),
                requireNonNull(builder.onDelivered),
                listeners,
                recorder::delivered);
        engine.whenAnswered(drain::othersAreAnswered);
        board.subscribe(drain::hears);
        drain.open();
        return drain;
    }

    private static Map<String, StatusPage> knownPages(@Nullable StatusPages which, List<Provider> providers) {
        Map<String, StatusPage> known = new LinkedHashMap<>();
        if (which != null) {
            for (Provider provider : providers) {
                which.pageOf(provider.name(), provider.baseUrl())
                        .ifPresent(page -> known.putIfAbsent(provider.name(), page));
            }
        }
        return known;
    }

    private PagePoller pollerFor(Map<String, StatusPage> known, Duration announceAhead) {
        PagePoller poller = new PagePoller(
                known, transport.origin(), new PageNews(), time.clock(), time.nanos(), this::later, time.dice());
        board.pagesAreReadBy(poller::wake, announceAhead);
        return poller;
    }

    private NetworkCheck networkCheckOf(
            List<Provider> providers, Map<String, StatusPage> pages, Duration connectLimit) {
        NetworkCheck check = new NetworkCheck(
                providers,
                pages.values().stream().map(StatusPage::address).toList(),
                transport.origin(),
                board,
                time,
                this::later,
                connectLimit);
        board.othersAreTriedBy(check::doubt);
        return check;
    }

    /** Takes what status pages say to the board, and to the routes that wait for their provider. */
    private final class PageNews implements PagePoller.Hearer {
        @Override
        public boolean isUnwell(String provider) {
            return board.isUnwell(provider);
        }

        @Override
        public void heard(String provider, PageReport report) {
            board.heardFromPage(provider, report);
        }

        @Override
        public void mended(String provider) {
            List<Provider> providers = blueprint.providers();
            for (int i = 0; i < providers.size(); i++) {
                if (providers.get(i).name().equals(provider)) {
                    routes.get(i).hearsItIsMended(time.now());
                }
            }
        }
    }

    /**
     * Starts a client. It needs a {@linkplain Builder#provider provider} with a model; everything else has a default.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts from this client: the builder makes another one that shares its connections and its reply cache, with one
     * thing or more changed. Each is closed by itself.
     *
     * @return a builder with this client's options
     */
    public Builder newBuilder() {
        return new Builder(blueprint).httpClient(transport.origin());
    }

    /**
     * Asks one thing and waits for the reply, on the calling thread.
     *
     * @param userText what the person says
     * @return the reply
     * @throws ChatException as {@link #chat(ChatRequest)} does
     */
    public ChatReply chat(String userText) {
        return chat(ChatRequest.of(userText));
    }

    /**
     * Sends a request and waits for the reply, on the calling thread, for at most the call's timeout. Interrupting the
     * thread ends a wait between attempts.
     *
     * <p>A request that is tried again is a second request: a provider may bill both.
     *
     * <p>While an alternate could answer instead, the reply is read as a stream underneath: only a stream tells a provider
     * that is at work from one that hangs. {@link Provider#streaming(boolean)} is for providers that cannot.
     *
     * @param request the request
     * @return the reply, and where it came from
     * @throws ServiceUnavailableException if nothing on the ladder could answer
     * @throws RequestRejectedException if the provider understood the request and refused it
     * @throws ChatException for each other reason there is no answer, by what can be done about it
     * @throws IllegalStateException if the client is closed
     */
    public ChatReply chat(ChatRequest request) {
        checkOpen();
        return new BlockingCall(engine, requireNonNull(request, "request == null")).run();
    }

    /**
     * Sends a request without waiting for the reply.
     *
     * @param request the request
     * @return completes with the reply or a {@link ChatException}, on one of the client's threads. Cancelling it breaks off
     *     the attempt under way at its socket.
     * @throws IllegalStateException if the client is closed
     */
    public CompletableFuture<ChatReply> chatAsync(ChatRequest request) {
        checkOpen();
        return new AsyncCall<>(engine, requireNonNull(request, "request == null"), Goal.ANY, (reply, said) -> reply)
                .start();
    }

    /**
     * Asks one thing without waiting for the reply.
     *
     * @param userText what the person says
     * @return as {@link #chatAsync(ChatRequest)}
     */
    public CompletableFuture<ChatReply> chatAsync(String userText) {
        return chatAsync(ChatRequest.of(userText));
    }

    /**
     * Sends a request and gives the reply as it comes. Nothing is sent before the first piece is asked for.
     *
     * @param request the request
     * @return the reply's pieces; to be closed
     * @throws IllegalStateException if the client is closed
     */
    public ReplyStream stream(ChatRequest request) {
        return stream(request, reply -> {});
    }

    /**
     * Asks one thing and gives the reply as it comes.
     *
     * @param userText what the person says
     * @return as {@link #stream(ChatRequest)}
     */
    public ReplyStream stream(String userText) {
        return stream(ChatRequest.of(userText));
    }

    ReplyStream stream(ChatRequest request, Consumer<ChatReply> whenComplete) {
        checkOpen();
        return new ReplyStream(engine, requireNonNull(request, "request == null"), whenComplete, Goal.ANY);
    }

    /**
     * Sends a request whose answer is to fill a record, and waits for it, on the calling thread. The record's JSON schema goes
     * out as the {@linkplain ChatRequest#responseFormat() response format}: with a model that cannot be held to one it goes into
     * the prompt instead, and {@link ChatReply#adapted()} says so.
     *
     * <p>An answer that does not fit is a failure like any other, of the kind
     * {@link io.github.tideover.failure.FailureKind#WRONG_SHAPE}: it is asked for once more, then of the next rung. A kept reply
     * is given if it fits, the application's own words never. A Markdown fence or words around the JSON are passed over if there
     * is one object in all the text. An answer that was cut by the token limit does not fit.
     *
     * <p>Each component of the record must be there and of its type; one that may be absent is an {@link java.util.Optional} or
     * annotated {@code @Nullable}. A component may be a boolean, a number, a text, an enum, a record, a type of
     * {@code java.time}, a UUID, a URI, or a list or set of these, but not a map: models are held to names that are known
     * beforehand. Jackson's {@code @JsonProperty} and {@code @JsonPropertyDescription} are heeded.
     *
     * @param <T> the record
     * @param request the request, without tools and response format
     * @param type the record's class
     * @return the record, and the reply it came in
     * @throws ServiceUnavailableException if nothing on the ladder gave an answer that fits
     * @throws ChatException as {@link #chat(ChatRequest)} does
     * @throws IllegalArgumentException if a model cannot be asked for the record, or the request has tools or a response format;
     *     nothing is sent
     * @throws IllegalStateException if the client is closed
     */
    public <T extends Record> TypedReply<T> chat(ChatRequest request, Class<T> type) {
        checkOpen();
        RecordGoal<T> goal = new RecordGoal<>(type);
        return filled(goal, new BlockingCall(engine, goal.asked(withoutTools(request)), goal));
    }

    /**
     * Asks one thing whose answer is to fill a record, and waits for it, on the calling thread.
     *
     * @param <T> the record
     * @param userText what the person says
     * @param type the record's class
     * @return as {@link #chat(ChatRequest, Class)}
     */
    public <T extends Record> TypedReply<T> chat(String userText, Class<T> type) {
        return chat(ChatRequest.of(userText), type);
    }

    /**
     * Sends a request whose answer is to fill a record, without waiting for it.
     *
     * @param <T> the record
     * @param request the request, without tools and response format
     * @param type the record's class
     * @return completes as {@link #chat(ChatRequest, Class)} ends, on one of the client's threads. Cancelling it breaks off the
     *     attempt under way at its socket.
     * @throws IllegalArgumentException as {@link #chat(ChatRequest, Class)} does
     * @throws IllegalStateException if the client is closed
     */
    public <T extends Record> CompletableFuture<TypedReply<T>> chatAsync(ChatRequest request, Class<T> type) {
        checkOpen();
        RecordGoal<T> goal = new RecordGoal<>(type);
        return new AsyncCall<>(engine, goal.asked(withoutTools(request)), goal, goal::filled).start();
    }

    /**
     * Sends a request whose answer is to fill a record, and gives the answer as it comes. Nothing is sent before the first
     * piece is asked for.
     *
     * @param <T> the record
     * @param request the request, without tools and response format
     * @param type the record's class
     * @return the answer's pieces, and the record at the end; to be closed
     * @throws IllegalArgumentException as {@link #chat(ChatRequest, Class)} does
     * @throws IllegalStateException if the client is closed
     */
    public <T extends Record> TypedReplyStream<T> stream(ChatRequest request, Class<T> type) {
        checkOpen();
        RecordGoal<T> goal = new RecordGoal<>(type);
        ChatRequest asked = goal.asked(withoutTools(request));
        return new TypedReplyStream<>(new ReplyStream(engine, asked, reply -> {}, goal), goal);
    }

    private static <T extends Record> TypedReply<T> filled(RecordGoal<T> goal, BlockingCall call) {
        return goal.filled(call.run(), call.history());
    }

    /**
     * Sends a request and runs the tools that the model wishes to have called, on the calling thread, until it answers: one
     * after the other in the order of its wishes, and each round is another request with what the tools gave. There is one
     * deadline for all rounds. No tool is begun after it, but one that runs is not broken off by it, and this thread waits for
     * it: give whatever a tool waits for a timeout of its own.
     *
     * <p><b>No tool runs twice for one wish.</b> Only the wishes of a reply that has proved to be complete are acted on: not those
     * of an attempt that broke, of the slower of two hedged ones, or of an answer that a restart took back. What a tool gave is
     * in the conversation from then on, so whoever is asked next, after a failure another provider, gets the result and not
     * the task. A call with the id, name and arguments of an earlier one is given that one's result. Should the process die in
     * the middle, nobody knows what the tool that was running has done: where that matters, let the tool itself find out.
     *
     * <p>A tool that throws has failed, and the model is told no more than that, unless it threw a
     * {@link io.github.tideover.tool.ToolFailedException}. Arguments that do not fit the tool's record, and names that no tool
     * has, are answered with what is wrong; the second time, the reply is a failure of the kind
     * {@link io.github.tideover.failure.FailureKind#WRONG_SHAPE}, and the next rung is asked.
     *
     * <p>The last resort and the cache may answer in any round. A {@linkplain ChatRequest#toolChoice() tool choice} that demands
     * a call holds in the first round only.
     *
     * @param request the request, without tools of its own. If it ends in calls without results, as
     *     {@link ToolLoopException#resumption()} may, these are run first.
     * @param toolbox the tools
     * @return the reply, and what was said and done
     * @throws ToolLoopException if there is no answer after a tool has run; it holds what the tools gave
     * @throws ChatException as {@link #chat(ChatRequest)} does, before a tool has run
     * @throws IllegalArgumentException if the request has tools that are not those of the toolbox
     * @throws IllegalStateException if the client is closed
     */
    public ToolReply chat(ChatRequest request, Toolbox toolbox) {
        return chat(request, toolbox, done -> {});
    }

    ToolReply chat(ChatRequest request, Toolbox toolbox, Consumer<List<Message>> whenBroken) {
        checkOpen();
        ToolLoop loop = new ToolLoop(toolbox, requireNonNull(request, "request == null"), Goal.ANY, whenBroken);
        BlockingCall call = new BlockingCall(engine, request, loop);
        return new ToolReply(call.run(), call.history());
    }

    /**
     * Asks one thing, and runs the tools that the model wishes to have called, on the calling thread.
     *
     * @param userText what the person says
     * @param toolbox the tools
     * @return as {@link #chat(ChatRequest, Toolbox)}
     */
    public ToolReply chat(String userText, Toolbox toolbox) {
        return chat(ChatRequest.of(userText), toolbox);
    }

    /**
     * Sends a request, and runs the tools that the model wishes to have called until its answer fills a record, on the calling
     * thread.
     *
     * @param <T> the record
     * @param request the request, without tools of its own and without response format
     * @param toolbox the tools
     * @param type the record's class
     * @return the record, the reply it came in, and what was said and done
     * @throws ToolLoopException if there is no answer that fits after a tool has run
     * @throws ChatException as {@link #chat(ChatRequest, Class)} does, before a tool has run
     * @throws IllegalArgumentException as {@link #chat(ChatRequest, Toolbox)} and {@link #chat(ChatRequest, Class)} do
     * @throws IllegalStateException if the client is closed
     */
    public <T extends Record> TypedReply<T> chat(ChatRequest request, Toolbox toolbox, Class<T> type) {
        checkOpen();
        RecordGoal<T> goal = new RecordGoal<>(type);
        ChatRequest asked = goal.asked(requireNonNull(request, "request == null"));
        return filled(goal, new BlockingCall(engine, asked, new ToolLoop(toolbox, asked, goal, done -> {})));
    }

    /**
     * Sends a request without waiting for the reply, and runs the tools that the model wishes to have called, on the client's
     * threads.
     *
     * @param request the request, without tools of its own
     * @param toolbox the tools
     * @return completes as {@link #chat(ChatRequest, Toolbox)} ends, and at the deadline whatever a tool does: one that runs then
     *     goes on alone, its call's result says so, and what it gives is dropped. Cancelling it breaks off the attempt under way at
     *     its socket, and no further tool is begun; what was done until then is not told.
     * @throws IllegalArgumentException as {@link #chat(ChatRequest, Toolbox)} does
     * @throws IllegalStateException if the client is closed
     */
    public CompletableFuture<ToolReply> chatAsync(ChatRequest request, Toolbox toolbox) {
        checkOpen();
        ToolLoop loop = new ToolLoop(toolbox, requireNonNull(request, "request == null"), Goal.ANY, done -> {});
        return new AsyncCall<>(engine, request, loop, ToolReply::new).start();
    }

    /**
     * Sends a request without waiting for the reply, and runs the tools that the model wishes to have called until its answer
     * fills a record, on the client's threads.
     *
     * @param <T> the record
     * @param request the request, without tools of its own and without response format
     * @param toolbox the tools
     * @param type the record's class
     * @return completes as {@link #chat(ChatRequest, Toolbox, Class)} ends; cancelling it is as with
     *     {@link #chatAsync(ChatRequest, Toolbox)}
     * @throws IllegalArgumentException as {@link #chat(ChatRequest, Toolbox, Class)} does
     * @throws IllegalStateException if the client is closed
     */
    public <T extends Record> CompletableFuture<TypedReply<T>> chatAsync(
            ChatRequest request, Toolbox toolbox, Class<T> type) {
        checkOpen();
        RecordGoal<T> goal = new RecordGoal<>(type);
        ChatRequest asked = goal.asked(requireNonNull(request, "request == null"));
        return new AsyncCall<>(engine, asked, new ToolLoop(toolbox, asked, goal, done -> {}), goal::filled).start();
    }

    /**
     * Sends a request and gives the reply as it comes, running the tools that the model wishes to have called, on the thread
     * that reads; for callbacks and publishers on a thread of their own, as {@link #chatAsync(ChatRequest, Toolbox)} does.
     * Nothing is sent before the first piece is asked for; the tools of a round are run when the event after {@link
     * io.github.tideover.chat.StreamEvent.ToolsCalled} is asked for.
     *
     * @param request the request, without tools of its own
     * @param toolbox the tools
     * @return the reply's pieces, those of every round; to be closed. {@link ReplyStream#history()} has what was said and done, and
     *     where {@link #chat(ChatRequest, Toolbox)} throws a {@link ToolLoopException}, so does reading.
     * @throws IllegalArgumentException as {@link #chat(ChatRequest, Toolbox)} does
     * @throws IllegalStateException if the client is closed
     */
    public ReplyStream stream(ChatRequest request, Toolbox toolbox) {
        return stream(request, toolbox, done -> {});
    }

    /** {@code heard} is given the conversation when it has its answer, and when it ends without one after something was done. */
    ReplyStream stream(ChatRequest request, Toolbox toolbox, Consumer<List<Message>> heard) {
        checkOpen();
        ToolLoop loop = new ToolLoop(toolbox, requireNonNull(request, "request == null"), Goal.ANY, heard);
        return new ReplyStream(engine, request, reply -> heard.accept(loop.historyWith(reply)), loop);
    }

    private static ChatRequest withoutTools(ChatRequest request) {
        if (!requireNonNull(request, "request == null").tools().isEmpty()) {
            throw new IllegalArgumentException(
                    "a call for a record gives no tool calls back; leave the tools out, or hand in a toolbox");
        }
        return request;
    }

    /**
     * Starts a conversation with nothing said yet.
     *
     * @return the conversation
     */
    public Conversation conversation() {
        return new Conversation(this, null);
    }

    /**
     * Starts a conversation.
     *
     * @param beginning what it begins with, a system message as a rule, and the settings for each of its requests
     * @return the conversation
     */
    public Conversation conversation(ChatRequest beginning) {
        return new Conversation(this, requireNonNull(beginning, "beginning == null"));
    }

    /**
     * Keeps an answer that the application has, as if a provider had given it just now: to have the commonest questions answered
     * in an outage that comes before they were asked. It is served as a kept reply is, for as long as the reply cache keeps it.
     * The calling thread does the work.
     *
     * <p>A reply that names no {@linkplain ChatReply#provider() provider} is not served to a request that says who
     * {@linkplain ChatRequest#allowedProviders() may see it}.
     *
     * @param request the request to which it is the answer, as the application will send it
     * @param reply a complete reply with a text, without tool calls
     * @throws IllegalArgumentException if the reply is cut, refused, has tool calls, or says nothing
     * @throws IllegalStateException if the client has no reply cache, or is closed
     */
    public void remember(ChatRequest request, ChatReply reply) {
        checkOpen();
        requireNonNull(request, "request == null");
        engine.keep(cacheFor("remember"), request, complete(reply), time.clock().instant());
    }

    /**
     * Keeps an answer in the application's words, as {@link #remember(ChatRequest, ChatReply)} does.
     *
     * @param question the question, as a user puts it
     * @param answer the answer
     * @throws IllegalArgumentException if the answer is blank
     * @throws IllegalStateException if the client has no reply cache, or is closed
     */
    public void remember(String question, String answer) {
        remember(ChatRequest.of(question), ChatReply.builder().text(answer).build());
    }

    /**
     * Takes answers from JSON lines, as an application may ship them with itself: one object a line, with a {@code question}
     * and an {@code answer}, and where it matters {@code system}, the system prompt; {@code tenant}; {@code at}, when it was
     * given, such as {@code 2026-11-26T14:00:00Z}, now if it is left out; {@code provider} and {@code model}. Each is kept as by
     * {@link #remember(ChatRequest, ChatReply)}. A line that cannot be taken is told of in the report, and those after it are
     * taken all the same. One line at a time is in memory.
     *
     * @param jsonLines the lines, in UTF-8; left open
     * @param asSent makes of the request in a line, which has the system prompt, the question and the tenant, the one that the
     *     application will send: with its settings, such as {@code request -> request.toBuilder().temperature(0.2).build()}
     * @return how many were taken, and what was wrong with the others
     * @throws IOException if reading fails; what was taken until then stays
     * @throws IllegalStateException if the client has no reply cache, or is closed
     */
    public ImportReport importAnswers(InputStream jsonLines, UnaryOperator<ChatRequest> asSent) throws IOException {
        checkOpen();
        ReplyCache where = cacheFor("importAnswers");
        requireNonNull(asSent, "asSent == null");
        Instant now = time.clock().instant();
        return AnswersFile.read(requireNonNull(jsonLines, "jsonLines == null"), (request, reply, at) -> {
            ChatRequest sent = requireNonNull(asSent.apply(request), "asSent gave null");
            engine.keep(where, sent, complete(reply), at == null || at.isAfter(now) ? now : at);
        });
    }

    /**
     * Takes answers from JSON lines, to requests without settings.
     *
     * @param jsonLines the lines, in UTF-8; left open
     * @return as {@link #importAnswers(InputStream, UnaryOperator)}
     * @throws IOException if reading fails; what was taken until then stays
     * @throws IllegalStateException if the client has no reply cache, or is closed
     */
    public ImportReport importAnswers(InputStream jsonLines) throws IOException {
        return importAnswers(jsonLines, UnaryOperator.identity());
    }

    /**
     * Writes the answers that are kept as JSON lines, for {@link #importAnswers(InputStream)} to read: those to questions that
     * {@linkplain Builder#similarAnswers similar answers} remember, for the reply cache itself has no question, only its hash. With
     * {@link SimilarAnswers.Builder#onDisk()} those of earlier processes are among them. Questions in the middle of a conversation are
     * left out, and so are settings. The file has questions and answers in plain text, also where the cache is encrypted.
     *
     * <p>The calling thread does the work, a page of the cache's file after the other; calls do not wait for it.
     *
     * @param jsonLines where to, in UTF-8; flushed and left open
     * @return how many were written
     * @throws IOException if writing fails, or the cache's file cannot be read; what was written until then stays
     * @throws IllegalStateException if the client has no similar answers, or is closed
     */
    public int exportAnswers(OutputStream jsonLines) throws IOException {
        checkOpen();
        if (similar == null) {
            throw new IllegalStateException(
                    "exportAnswers needs the questions, of which a reply cache has only hashes; have them"
                            + " remembered with similarAnswers(SimilarAnswers.by(Embedder.lexical()))");
        }
        return similar.export(requireNonNull(jsonLines, "jsonLines == null"));
    }

    /**
     * Forgets what is kept of a tenant: the replies in the reply cache, and the questions that similar answers remember. Calls of
     * the tenant that are under way may keep theirs afterwards.
     *
     * @param tenant the name that its requests were {@linkplain ChatRequest.Builder#tenant given}
     */
    public void forget(String tenant) {
        requireNonNull(tenant, "tenant == null");
        try {
            if (blueprint.replyCache != null) {
                blueprint.replyCache.forget(tenant);
            }
        } finally {
            if (similar != null) { // last, since those that are on disk are read from there
                similar.questions().forget(tenant);
            }
        }
    }

    private ReplyCache cacheFor(String what) {
        if (blueprint.replyCache == null) {
            throw new IllegalStateException(what + " has nowhere to keep answers; give the client a replyCache(cache)");
        }
        return blueprint.replyCache;
    }

    private static ChatReply complete(ChatReply reply) {
        boolean isWhole = reply.finishReason() == FinishReason.STOP
                && reply.refusal().isEmpty()
                && reply.toolCalls().isEmpty()
                && !reply.text().isBlank();
        if (!isWhole) {
            throw new IllegalArgumentException(
                    "only a complete reply with a text is kept, without refusal and tool calls, not " + reply);
        }
        return reply.toBuilder().similarity(null).build();
    }

    /**
     * How well chat works now, seen from here.
     *
     * @return a snapshot
     */
    public ServiceStatus status() {
        return board.status();
    }

    /**
     * How chat does now, in figures, seen from here. It is made of what is at hand, asks nobody, and waits for nothing but short
     * locks.
     *
     * @return a snapshot
     */
    public ServiceHealth health() {
        long now = time.now();
        List<RouteHealth> figures = new ArrayList<>(routes.size());
        for (Route route : routes) {
            figures.add(route.health(now));
        }
        return ServiceHealth.of(board.status().state(), figures);
    }

    /**
     * What was seen of the providers so far: uptime, time to recover, and the reports of past outages. It begins with the
     * client, or with what is in {@link Builder#statusHistory(Path)}.
     *
     * @return a snapshot
     */
    public StatusHistory statusHistory() {
        return recorder.history();
    }

    /**
     * Adds a listener for changes of status. It is called on a thread for listeners, one event after the other and in order; what it
     * throws is logged, and however long it takes, no call and no other listener waits for it.
     *
     * <p>Different listeners may be called at the same time. What two of them share, or one object that is given twice or to
     * two clients, must be safe for that. Up to 32 listeners are called at once; when so many hang, the others wait for one of them.
     *
     * @param listener told of every change from now on
     * @return closes the subscription
     */
    public Subscription onStatus(Consumer<StatusEvent> listener) {
        return board.subscribe(listener);
    }

    /**
     * Waits until chat is in a state.
     *
     * @param state the state to wait for
     * @param timeout how long to wait at most
     * @return false if the time passed first
     * @throws InterruptedException if the calling thread is interrupted
     */
    public boolean awaitStatus(ServiceState state, Duration timeout) throws InterruptedException {
        return board.await(requireNonNull(state, "state == null"), requireNonNull(timeout, "timeout == null"));
    }

    /**
     * What waits in the outbox.
     *
     * @return the messages, to look at, to take back, to try again
     * @throws IllegalStateException if this client has no outbox
     */
    public QueuedMessages outbox() {
        if (outbox == null) {
            throw new IllegalStateException(
                    "this client has no outbox; give it one with outbox(Outbox.onDisk(directory))");
        }
        return new QueuedMessages(outbox);
    }

    /** Has a conversation hear of the answer to a message that was kept. */
    void follow(Receipt receipt, Conversation conversation) {
        if (outbox != null) {
            outbox.follow(receipt.id(), conversation);
        }
    }

    boolean hasOutbox() {
        return outbox != null;
    }

    /**
     * Ends the calls under way and frees threads and connections; those of an {@link OkHttpClient} that was handed in stay
     * with it. May be called more than once.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (pages != null) {
            pages.close();
        }
        if (networkCheck != null) {
            networkCheck.close();
        }
        if (outbox != null) {
            outbox.stop();
        }
        watchdog.close();
        if (outbox != null) {
            outbox.close();
        }
        transport.close();
        listenerThreads.close();
        if (similar != null) {
            similar.close(LAST_WRITE);
        }
        recorder.close();
        historyLane.close();
        if (cache != null) {
            cache.close(LAST_WRITE);
        }
        if (blueprint.statusHistory != null) {
            historyLane.await(LAST_WRITE);
        }
        if (ownsScheduler) {
            time.scheduler().shutdownNow();
        }
    }

    List<Route> routes() {
        return routes;
    }

    Watchdog watchdog() {
        return watchdog;
    }

    Engine engine() {
        return engine;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the board's look catches what its listeners throw
    private void later(Runnable task, Duration delay) {
        try {
            time.scheduler().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // The client is closed: its status is history.
        }
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new IllegalStateException("this client is closed");
        }
    }

    private static String nameOf(Provider provider) {
        return routeName(provider).toString();
    }

    private static RouteName routeName(Provider provider) {
        return RouteName.of(provider.name(), provider.model().orElseThrow());
    }

    private static Time systemTime() {
        ScheduledThreadPoolExecutor scheduler =
                new ScheduledThreadPoolExecutor(1, DaemonThreads.named("tideover-timer"));
        scheduler.setRemoveOnCancelPolicy(true);
        // Goes away when there is nothing to time, as the other threads do.
        scheduler.setKeepAliveTime(10, TimeUnit.SECONDS);
        scheduler.allowCoreThreadTimeOut(true);
        return new Time(
                System::nanoTime,
                Clock.systemUTC(),
                scheduler,
                () -> ThreadLocalRandom.current().nextDouble());
    }

    /**
     * Builds a {@link Tideover}. Not safe for use by several threads at once.
     *
     * @since 0.1
     */
    public static final class Builder {
        private @Nullable Provider provider;
        private final List<Provider> alternates = new ArrayList<>();
        private @Nullable ReplyCache replyCache;
        private @Nullable SimilarAnswers similarAnswers;
        private @Nullable Outbox outbox;
        private @Nullable Consumer<Delivery> onDelivered;
        private final List<Consumer<OutboxMessage>> outboxListeners = new ArrayList<>();
        private @Nullable String lastResort;
        private final List<Consumer<StatusEvent>> listeners = new ArrayList<>();
        private final List<Consumer<OutageReport>> reportListeners = new ArrayList<>();
        private @Nullable Path statusHistory;
        private StatusWords statusWords = StatusWords.english();
        private @Nullable StatusPages statusPages;
        private boolean networkCheck = true;
        private Duration networkCheckLimit = NetworkCheck.LIMIT;
        private final Settings settings;
        private @Nullable Duration connectTimeout;
        private long maxReplyBytes = Transport.MAX_REPLY_BYTES;
        private @Nullable OkHttpClient httpClient;
        private @Nullable Time time;

        private Builder() {
            settings = new Settings();
        }

        private Builder(Builder that) {
            provider = that.provider;
            alternates.addAll(that.alternates);
            replyCache = that.replyCache;
            similarAnswers = that.similarAnswers;
            outbox = that.outbox;
            onDelivered = that.onDelivered;
            outboxListeners.addAll(that.outboxListeners);
            lastResort = that.lastResort;
            listeners.addAll(that.listeners);
            reportListeners.addAll(that.reportListeners);
            statusHistory = that.statusHistory;
            statusWords = that.statusWords;
            statusPages = that.statusPages;
            networkCheck = that.networkCheck;
            networkCheckLimit = that.networkCheckLimit;
            settings = new Settings(that.settings);
            connectTimeout = that.connectTimeout;
            maxReplyBytes = that.maxReplyBytes;
            httpClient = that.httpClient;
            time = that.time;
        }

        /**
         * Sets the provider that is asked first.
         *
         * @param provider the provider, with a model
         * @return this builder
         */
        public Builder provider(Provider provider) {
            this.provider = requireNonNull(provider, "provider == null");
            return this;
        }

        /**
         * Adds a provider, or another model of one, to ask when those before it do not answer. Alternates are asked in the
         * order in which they were added, each within what is left of the call's time.
         *
         * @param alternate the provider, with a model
         * @return this builder
         */
        public Builder alternate(Provider alternate) {
            alternates.add(requireNonNull(alternate, "alternate == null"));
            return this;
        }

        /**
         * Keeps complete replies, and serves them, marked and with their age, when no provider answers. Without it,
         * nothing is kept.
         *
         * <p>No call fails by the cache. None waits for it longer than 10 ms {@linkplain #freshFor before} it is sent, nor longer
         * than 250 ms when no provider has answered. One that is late or fails three times in a row is left alone for a second, and
         * for longer if that was not enough, up to a minute. Replies are kept on a thread of its own; when that falls behind by
         * 1,000, further ones are dropped.
         *
         * @param replyCache the cache
         * @return this builder
         */
        public Builder replyCache(ReplyCache replyCache) {
            this.replyCache = requireNonNull(replyCache, "replyCache == null");
            return this;
        }

        /**
         * Serves a kept reply instead of asking a provider, if it is at most this old, and has calls for a whole reply that ask the same
         * at the same time share one answer. Off unless set: while a provider answers, nothing kept is served. A reply that was kept or
         * shared is {@link Origin#CACHED}. A request may {@linkplain ChatRequest.Builder#freshFor say otherwise} for itself.
         *
         * <p>When the call that others wait for fails or is cancelled, one of them asks. Streams are answered from what is kept, and share
         * nothing. Requests with tools are always asked.
         *
         * @param freshFor more than zero, at most a day
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative, or longer than a day
         */
        public Builder freshFor(Duration freshFor) {
            settings.freshFor = Settings.positive("freshFor", freshFor);
            return this;
        }

        /**
         * Serves, when no provider answers and the {@linkplain #replyCache reply cache} has nothing for the very question, what
         * was answered to one that was put in other words: marked {@link Origin#SIMILAR}, with that question and how like it
         * is. Without it, only a reply to the same request is served. An embedder that throws, or takes longer than 250 ms,
         * leaves the call without.
         *
         * <p>The text of questions is kept in memory for this.
         *
         * @param similarAnswers remembers the questions; clients that share a reply cache may share it as well
         * @return this builder
         */
        public Builder similarAnswers(SimilarAnswers similarAnswers) {
            this.similarAnswers = requireNonNull(similarAnswers, "similarAnswers == null");
            return this;
        }

        /**
         * Keeps what was said while nothing can answer, and answers it later. The caller gets a reply of origin
         * {@link Origin#QUEUED} with a {@linkplain ChatReply#receipt() receipt}, once the message is safe from a crash; the answer
         * comes to {@link #onDelivered}, which has to be there too. What is in it from before is sent from
         * {@link #build()} on.
         *
         * <p>It is the rung before the {@link #lastResort}, and takes what that would be said to, at once: also what met a
         * bad key or an empty account, which somebody may mend in time. A later turn of the same
         * {@linkplain ChatRequest#conversation() conversation} is kept behind an earlier one that waits, whether or not somebody
         * could answer it.
         *
         * @param outbox the outbox
         * @return this builder
         */
        public Builder outbox(Outbox outbox) {
            this.outbox = requireNonNull(outbox, "outbox == null");
            return this;
        }

        /**
         * Sets who takes the answers to messages that were kept. It is called on threads of its own, in order within a
         * conversation. When it returns, the answer is acknowledged and not given out again, after a restart neither; when it
         * throws, it is called again after a pause that grows from a second to about a minute, eight times in all. A crash in
         * the moment of its return has it called once more: {@link Delivery#id()} tells.
         *
         * <p>One that takes longer than 30 s is warned of and left to run; it is called for others meanwhile, but not again for that
         * message, and its conversation waits. It holds one of sixteen threads: when it hangs in all of them, no answer is
         * given out. It is never interrupted.
         *
         * @param onDelivered takes an answer
         * @return this builder
         */
        public Builder onDelivered(Consumer<Delivery> onDelivered) {
            this.onDelivered = requireNonNull(onDelivered, "onDelivered == null");
            return this;
        }

        /**
         * Adds a listener for what becomes of messages in the outbox: accepted, answered, delivered, expired, refused, failed. It
         * is called as {@linkplain Tideover#onStatus status listeners} are: in order, and at the same time as other listeners. Beyond
         * 256 changes that wait for it, it loses those of a message that has changed again since, and then the oldest.
         *
         * @param listener told of every change of a message's state
         * @return this builder
         */
        public Builder onOutbox(Consumer<OutboxMessage> listener) {
            outboxListeners.add(requireNonNull(listener, "listener == null"));
            return this;
        }

        /**
         * Sets the application's own words for when nothing else answers. Without them, that is an exception. A request
         * that was refused for what it says stays an exception.
         *
         * @param words what to say, not blank
         * @return this builder
         * @throws IllegalArgumentException if it is blank
         */
        public Builder lastResort(String words) {
            if (words.isBlank()) {
                throw new IllegalArgumentException("lastResort must say something; leave it out to get an exception");
            }
            this.lastResort = words;
            return this;
        }

        /**
         * Adds a listener for changes of status, as {@link Tideover#onStatus} does.
         *
         * @param listener told of every change
         * @return this builder
         */
        public Builder onStatus(Consumer<StatusEvent> listener) {
            listeners.add(requireNonNull(listener, "listener == null"));
            return this;
        }

        /**
         * Adds a listener that is given a report when an outage is over. It is called as
         * {@linkplain Tideover#onStatus status listeners} are.
         *
         * @param listener told of every outage and maintenance, not of trouble that became neither
         * @return this builder
         */
        public Builder onOutageReport(Consumer<OutageReport> listener) {
            reportListeners.add(requireNonNull(listener, "listener == null"));
            return this;
        }

        /**
         * Keeps the {@linkplain Tideover#statusHistory() history} in a directory as well, so that it goes on after a
         * restart. Without it, it is in memory only. It is read when the client is built and written on a thread of its
         * own, a line in five minutes for each provider in use; what goes wrong there is logged and fails no call. One client writes to a directory
         * at a time: another one reads what is there and keeps its own history in memory.
         *
         * @param directory where to; made if it is not there
         * @return this builder
         */
        public Builder statusHistory(Path directory) {
            this.statusHistory = requireNonNull(directory, "directory == null");
            return this;
        }

        /**
         * Sets the words in which users are told of the status: language, time zone, and sentences of the application's
         * own. Default {@linkplain StatusWords#english() English}, with times in UTC, whatever the JVM's own language.
         *
         * @param statusWords the words
         * @return this builder
         */
        public Builder statusWords(StatusWords statusWords) {
            this.statusWords = requireNonNull(statusWords, "statusWords == null");
            return this;
        }

        /**
         * Reads the providers' status pages, as evidence beside what the calls meet, for maintenance that is announced, and for
         * an estimate of how long an incident goes on. Without it, no page is read: each is a third party, which learns that
         * somebody is here. With it, the first is read within 10 s of {@link #build()}.
         *
         * @param statusPages which pages to read
         * @return this builder
         */
        public Builder statusPages(StatusPages statusPages) {
            this.statusPages = requireNonNull(statusPages, "statusPages == null");
            return this;
        }

        /**
         * Sets whether to find out whose network it is when a provider cannot be reached. On unless set: if no other provider has
         * answered within 10 s, a connection is made to the hosts of up to three others, the alternates first and then the
         * {@linkplain #statusPages status pages} that are read, and closed before anything is sent: no request and no key. If one
         * of them is reached, it is the provider's network; if none is within 2 s, it is ours, {@link
         * io.github.tideover.status.Cause#LOCAL_NETWORK}. It goes through the {@linkplain #httpClient HTTP client}'s proxy, with
         * threads of its own that no call waits for, and once in 30 s at most. Hosts on this machine tell nothing. Where there is
         * no other host to try, only this machine's network interfaces tell.
         *
         * @param networkCheck whether to
         * @return this builder
         */
        public Builder networkCheck(boolean networkCheck) {
            this.networkCheck = networkCheck;
            return this;
        }

        /** What a connection to another host may take on the system's clock, for tests whose time stands still. */
        Builder networkCheckLimit(Duration networkCheckLimit) {
            this.networkCheckLimit = networkCheckLimit;
            return this;
        }

        /**
         * Sets the deadline of a call for a whole reply, over all attempts, waits and alternates. Default 120 s.
         *
         * @param timeout more than zero, at most a day
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative, or longer than a day
         */
        public Builder timeout(Duration timeout) {
            settings.timeout = Settings.positive("timeout", timeout);
            return this;
        }

        /**
         * Sets the deadline of a streamed call, from its first request to its last word. Default 600 s: it is the
         * first-token and stall timeouts that notice a stream in trouble.
         *
         * @param streamTimeout more than zero, at most a day
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative, or longer than a day
         */
        public Builder streamTimeout(Duration streamTimeout) {
            settings.streamTimeout = Settings.positive("streamTimeout", streamTimeout);
            return this;
        }

        /**
         * Sets what one attempt for a whole reply is given. Default 10 s and 28 ms for each token of the request's
         * {@code maxOutputTokens}, within 30 to 600 s; at least 180 s where a reasoning effort is set.
         *
         * @param attemptTimeout more than zero, at most a day
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative, or longer than a day
         */
        public Builder attemptTimeout(Duration attemptTimeout) {
            settings.attemptTimeout = Settings.positive("attemptTimeout", attemptTimeout);
            return this;
        }

        /**
         * Sets what a stream is given until its first content. Default four times the slow answers of late, within 10 to
         * 60 s; until enough is known, 10 s if an alternate could answer instead and 30 s if not; at least 180 s where a
         * reasoning effort is set. It holds as well for a whole reply that is {@linkplain Tideover#chat(ChatRequest) read
         * as a stream} underneath. Set it if the model thinks for long without a reasoning effort being set.
         *
         * @param firstTokenTimeout more than zero, at most a day
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative, or longer than a day
         */
        public Builder firstTokenTimeout(Duration firstTokenTimeout) {
            settings.firstTokenTimeout = Settings.positive("firstTokenTimeout", firstTokenTimeout);
            return this;
        }

        /**
         * Sets how long a stream may pause between two pieces of content; comments and pings are no content. Default 30 s.
         *
         * @param stallTimeout more than zero, at most a day
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative, or longer than a day
         */
        public Builder stallTimeout(Duration stallTimeout) {
            settings.stallTimeout = Settings.positive("stallTimeout", stallTimeout);
            return this;
        }

        /**
         * Sets the lowest pace of a stream: after its first content, each further stretch of this many characters, of text,
         * reasoning or tool calls, must come within a minute, or the stream has stalled. Default 60, a quarter of what a
         * model gives that writes a token a second.
         *
         * @param charactersPerMinute at least 0; 0 for no such limit
         * @return this builder
         * @throws IllegalArgumentException if it is negative
         */
        public Builder lowestThroughput(int charactersPerMinute) {
            if (charactersPerMinute < 0) {
                throw new IllegalArgumentException(
                        "lowestThroughput must be at least 0 characters a minute, not " + charactersPerMinute);
            }
            settings.lowestThroughput = charactersPerMinute;
            return this;
        }

        /**
         * Sets what becomes of a stream that breaks after some of its text was shown. Default
         * {@link StreamRescue#RESTART}.
         *
         * @param streamRescue what to do
         * @return this builder
         */
        public Builder streamRescue(StreamRescue streamRescue) {
            settings.streamRescue = requireNonNull(streamRescue, "streamRescue == null");
            return this;
        }

        /**
         * Sets whether an attempt that is slower than 95 of 100 gets a second one beside it; the first of the two to show
         * content answers, the other is cancelled. Off unless set, for a provider may bill both. The second goes to the next
         * alternate that stands, or to the same provider if there is none. There is one in a call at most, in at most 5 of
         * 100 calls of the last 10 s, and only while all is well: it is for slow answers, not for outages. ("The Tail at
         * Scale", Dean and Barroso, 2013, has the idea and the number.)
         *
         * @param hedging whether to
         * @return this builder
         */
        public Builder hedging(boolean hedging) {
            settings.hedging = hedging;
            return this;
        }

        /**
         * Sets how long making a connection may take. Default 5 s.
         *
         * @param connectTimeout more than zero, at most a day
         * @return this builder
         * @throws IllegalArgumentException if it is zero or negative, or longer than a day
         */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = Settings.positive("connectTimeout", connectTimeout);
            return this;
        }

        /**
         * Sets how often and how soon one provider is asked again within a call.
         *
         * @param retryPolicy the policy
         * @return this builder
         */
        public Builder retryPolicy(RetryPolicy retryPolicy) {
            settings.retryPolicy = requireNonNull(retryPolicy, "retryPolicy == null");
            return this;
        }

        /**
         * Bounds the size of a reply, after decompression. A larger one is a malformed reply. Default 16 MiB.
         *
         * @param maxReplyBytes at least 1,024
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder maxReplyBytes(long maxReplyBytes) {
            if (maxReplyBytes < 1_024) {
                throw new IllegalArgumentException("maxReplyBytes must be at least 1024, not " + maxReplyBytes);
            }
            this.maxReplyBytes = maxReplyBytes;
            return this;
        }

        /**
         * Takes connections, proxy, certificates, name resolution and interceptors from an HTTP client of the
         * application's. The client itself is not changed. Its timeouts, retries, redirects and dispatcher are replaced by
         * Tideover's own.
         *
         * @param httpClient the client
         * @return this builder
         */
        public Builder httpClient(OkHttpClient httpClient) {
            this.httpClient = requireNonNull(httpClient, "httpClient == null");
            return this;
        }

        /**
         * Sets time and chance. Default the system's; others are for tests, so that an hour of outage takes no time at all.
         *
         * @param time time and chance
         * @return this builder
         */
        public Builder time(Time time) {
            this.time = requireNonNull(time, "time == null");
            return this;
        }

        /**
         * Builds the client. Nothing is sent, and no thread is started, before the first call, except to read status pages, if
         * that was {@linkplain #statusPages asked for}, to look after a reply cache on disk, and to send what waits in an
         * {@linkplain #outbox outbox}.
         *
         * @return the client, to be closed
         * @throws IllegalStateException if there is no provider, one lacks a model, two are the same, a status page is named of
         *     a provider that is not there, similar answers have no reply cache, the outbox cannot be opened, or options contradict
         *     each other
         */
        public Tideover build() {
            if (provider == null) {
                throw new IllegalStateException(
                        "no provider; give one with provider(Provider.openAi(key).model(name))");
            }
            Set<String> names = new HashSet<>();
            for (Provider each : providers()) {
                if (each.model().isEmpty()) {
                    throw new IllegalStateException(
                            "provider " + each.name() + " has no model; give it one with model(name)");
                }
                if (!names.add(nameOf(each))) {
                    throw new IllegalStateException("two providers are called " + nameOf(each)
                            + "; give one of them another name with name(name)");
                }
            }
            if (statusPages != null) {
                checkNames(statusPages);
            }
            if (similarAnswers != null && replyCache == null) {
                throw new IllegalStateException(
                        "similarAnswers finds replies in a reply cache, and there is none; give one with replyCache(cache)");
            }
            if (similarAnswers != null
                    && replyCache != null
                    && similarAnswers.isOnDisk()
                    && !CacheGuard.keepsQuestions(replyCache)) {
                throw new IllegalStateException(
                        "similarAnswers with onDisk() keeps questions in the file of the replies, and"
                                + " this replyCache has none; give ReplyCache.onDisk(directory)");
            }
            settings.check(connectTimeout);
            if (replyCache == null && !settings.freshFor.isZero()) {
                throw new IllegalStateException(
                        "freshFor needs a cache to find replies in; give one with replyCache(...)");
            }
            if (outbox != null && onDelivered == null) {
                throw new IllegalStateException("an outbox needs onDelivered(...), or the answers have nowhere to go");
            }
            if (outbox == null && (onDelivered != null || !outboxListeners.isEmpty())) {
                throw new IllegalStateException(
                        "onDelivered and onOutbox need an outbox; give one with outbox(Outbox.onDisk(directory))");
            }
            return new Tideover(this);
        }

        private void checkNames(StatusPages pages) {
            List<String> names =
                    providers().stream().map(Provider::name).distinct().toList();
            for (String named : pages.named()) {
                if (!names.contains(named)) {
                    throw new IllegalStateException("statusPages names provider " + named
                            + ", which this client does not have; it has " + names);
                }
            }
        }

        /** The default gives way to a call timeout that is shorter; a time that was set must make sense beside it. */
        private Duration connectTimeout() {
            if (connectTimeout != null) {
                return connectTimeout;
            }
            Duration usual = Transport.CONNECT_TIMEOUT;
            return settings.timeout.compareTo(usual) < 0 ? settings.timeout : usual;
        }

        private List<Provider> providers() {
            List<Provider> providers = new ArrayList<>();
            providers.add(requireNonNull(provider));
            providers.addAll(alternates);
            return providers;
        }
    }
}
