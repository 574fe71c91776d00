package io.github.tideover.benchmarks;

import io.github.tideover.ReplyStream;
import io.github.tideover.Tideover;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.provider.Provider;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;

/**
 * What a stream costs that is open and silent: the provider has said a few words, and does not go on.
 *
 * <p>Its own {@code main} opens the streams and measures itself. The heap has its size from the start and all its pages are
 * touched, so that what the process grows by lies outside of it: stacks, buffers and whatever the JVM keeps for a thread.
 */
final class Footprint {
    static final int STREAMS = 1_000;

    /** Opened before the first look, so that no class, no compiled code and no thread is counted that all would share. */
    private static final int WARM_UP = 300;

    private static final int AT_ONCE = 20;
    private static final int LOOKS = 3;

    /** Who holds the streams, and what for. */
    enum Held {
        /** Ours, with nothing more asked for. */
        AT_REST("tideover, nothing asked for"),
        /** Ours, with more asked for. */
        WAITING("tideover, waiting for more"),
        /** OkHttp as it comes: a callback for each call, which reads. */
        RAW("raw, waiting for more");

        private final String title;

        Held(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /** One stream: bytes of live heap, bytes that the process grew by, platform threads. */
    record Cost(double heap, double outside, double threads) {
        double both() {
            return heap + outside;
        }
    }

    private Footprint() {}

    static Cost measure(Held held, StubProvider provider) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xms256m",
                        "-Xmx256m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1", // the second compiler's memory comes and goes, and hides the rest
                        "-cp",
                        System.getProperty("java.class.path"),
                        Footprint.class.getName(),
                        held.name(),
                        provider.baseUrl())
                .redirectError(Redirect.INHERIT)
                .start();
        try (BufferedReader said = process.inputReader(StandardCharsets.US_ASCII)) {
            String line = said.readLine();
            if (line == null) {
                throw new EOFException(held + " ended before it was done");
            }
            String[] numbers = line.split(" ", -1);
            return new Cost(
                    Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]), Double.parseDouble(numbers[2]));
        } finally {
            process.destroy();
            process.waitFor(); // its connections are gone before the next one comes
        }
    }

    /** {@code args}: who holds the streams, and where the provider is. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Held held = Held.valueOf(args[0]);
        Opener opener = held == Held.RAW
                ? raw(args[1])
                : tideover(args[1], held == Held.AT_REST ? StubProvider.TOKENS_BEFORE_SILENCE : Long.MAX_VALUE);
        List<Object> open = new ArrayList<>();
        open(opener, WARM_UP, open);
        Usage before = Usage.now();
        open(opener, STREAMS, open);
        Usage after = Usage.now();
        if (open.size() != WARM_UP + STREAMS) {
            throw new IllegalStateException("there are " + open.size() + " streams");
        }
        System.out.println((after.heap() - before.heap()) / (double) STREAMS
                + " " + (after.resident() - before.resident()) / (double) STREAMS
                + " " + (after.threads() - before.threads()) / (double) STREAMS);
        System.exit(0); // whatever is still open
    }

    /** Opens a stream, and counts down for each of its tokens. */
    private interface Opener {
        Object open(CountDownLatch tokens);
    }

    private static void open(Opener opener, int count, List<Object> open) throws InterruptedException {
        for (int i = 0; i < count; i += AT_ONCE) {
            CountDownLatch tokens = new CountDownLatch(AT_ONCE * StubProvider.TOKENS_BEFORE_SILENCE);
            for (int j = 0; j < AT_ONCE; j++) {
                open.add(opener.open(tokens));
            }
            if (!tokens.await(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException(tokens.getCount() + " tokens did not come");
            }
        }
    }

    private static Opener tideover(String baseUrl, long asked) {
        Duration never = Duration.ofHours(1);
        Tideover tideover = Tideover.builder()
                .provider(Provider.openAiCompatible(baseUrl)
                        .apiKey(Question.API_KEY)
                        .model(StubProvider.SILENT_MODEL)
                        .maxConcurrent(WARM_UP + STREAMS))
                .replyCache(ReplyCache.inMemory(1_000))
                .lastResort("Our assistant is having a break. Please try again in a while.")
                .streamTimeout(never)
                .firstTokenTimeout(never)
                .stallTimeout(never)
                .build();
        ChatRequest request = ChatRequest.builder()
                .system(Question.SYSTEM)
                .user(Question.USER)
                .build();
        return tokens -> {
            ReplyStream stream = tideover.stream(request);
            stream.publisher().subscribe(new Reader(asked, tokens));
            return stream;
        };
    }

    /** Keeps what it reads, as whoever shows a reply does. */
    private static final class Reader implements Flow.Subscriber<StreamEvent> {
        private final long asked;
        private final CountDownLatch tokens;
        private final StringBuilder shown = new StringBuilder();

        Reader(long asked, CountDownLatch tokens) {
            this.asked = asked;
            this.tokens = tokens;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(asked);
        }

        @Override
        public void onNext(StreamEvent event) {
            if (event instanceof StreamEvent.Text piece) {
                shown.append(piece.text());
                tokens.countDown();
            }
        }

        @Override
        public void onError(Throwable problem) {
            problem.printStackTrace();
        }

        @Override
        public void onComplete() {}
    }

    private static Opener raw(String baseUrl) {
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(WARM_UP + STREAMS);
        dispatcher.setMaxRequestsPerHost(WARM_UP + STREAMS);
        OkHttpClient client = new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .readTimeout(Duration.ZERO)
                .build();
        String body = "{\"model\":\"" + StubProvider.SILENT_MODEL + "\",\"stream\":true,\"messages\":["
                + "{\"role\":\"system\",\"content\":\"" + Question.SYSTEM + "\"},"
                + "{\"role\":\"user\",\"content\":\"" + Question.USER + "\"}]}";
        return tokens -> {
            Call call = client.newCall(new Request.Builder()
                    .url(baseUrl + "chat/completions")
                    .header("Authorization", "Bearer " + Question.API_KEY)
                    .post(RequestBody.create(body, MediaType.get("application/json")))
                    .build());
            call.enqueue(new LineReader(tokens));
            return call;
        };
    }

    /** Reads events and leaves their JSON unread, which takes no memory that would stay. */
    private static final class LineReader implements Callback {
        private final CountDownLatch tokens;
        private int events;

        LineReader(CountDownLatch tokens) {
            this.tokens = tokens;
        }

        @Override
        public void onFailure(Call call, IOException problem) {
            problem.printStackTrace();
        }

        @Override
        public void onResponse(Call call, Response response) throws IOException {
            try (response) {
                BufferedSource source = response.body().source();
                for (String line = source.readUtf8Line(); line != null; line = source.readUtf8Line()) {
                    if (line.startsWith("data: ") && events++ > 0) { // the first names the role
                        tokens.countDown();
                    }
                }
            }
        }
    }

    /** What the process holds. Virtual threads are in its heap. */
    private record Usage(long heap, long resident, long threads) {
        static Usage now() throws IOException, InterruptedException {
            long heap = Long.MAX_VALUE;
            for (int look = 0; look < LOOKS; look++) {
                System.gc();
                TimeUnit.MILLISECONDS.sleep(300); // the compiler comes to an end, and threads to their rest
                Runtime runtime = Runtime.getRuntime();
                heap = Math.min(heap, runtime.totalMemory() - runtime.freeMemory());
            }
            return new Usage(heap, vmRss(), ManagementFactory.getThreadMXBean().getThreadCount());
        }

        /** As Linux tells it; nothing is known elsewhere. */
        private static long vmRss() throws IOException {
            Path status = Path.of("/proc/self/status");
            if (!Files.exists(status)) {
                return 0;
            }
            try (Stream<String> lines = Files.lines(status, StandardCharsets.US_ASCII)) {
                return lines.filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1_024)
                        .findFirst()
                        .orElse(0);
            }
        }
    }
}
