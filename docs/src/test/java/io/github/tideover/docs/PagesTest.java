package io.github.tideover.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.cache.ReplyCache;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.outbox.Outbox;
import io.github.tideover.provider.Provider;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pages say is what the code does: listings, options, defaults, failures, links. */
class PagesTest {
    static Set<String> pages() {
        return Pages.all().keySet();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyListingIsARegionOfATest(String page) {
        Set<String> run = Pages.regions().values().stream().map(Pages::squeezed).collect(Collectors.toSet());
        for (String block : Pages.blocks(Pages.page(page), "java")) {
            assertThat(run).as("a test that runs, in %s:%n%s", page, block).contains(Pages.squeezed(block));
        }
    }

    @Test
    void everyRegionIsShownOnAPage() {
        Set<String> shown = Pages.all().values().stream()
                .flatMap(page -> Pages.blocks(page, "java").stream())
                .map(Pages::squeezed)
                .collect(Collectors.toSet());
        Pages.regions().forEach((name, code) -> assertThat(shown).as(name).contains(Pages.squeezed(code)));
    }

    @Test
    void theReadmeIsShortAndShowsCodeAtOnce() {
        List<String> lines = Pages.page("README.md").lines().toList();
        assertThat(lines).hasSizeLessThan(200);
        assertThat(lines.indexOf("```java")).isBetween(1, 30);
        assertThat(lines).contains("mvn -q -ntp -pl examples -am compile exec:java", "mvn -B -ntp verify");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadSomewhere(String page) {
        Path folder = Pages.ROOT.resolve(page).getParent();
        for (String link : Pages.links(Pages.page(page))) {
            if (link.startsWith("https://")) {
                continue;
            }
            String[] parts = link.split("#", 2);
            Path target = parts[0].isEmpty() ? Pages.ROOT.resolve(page) : folder.resolve(parts[0]);
            assertThat(Files.exists(target)).as("%s links to %s", page, link).isTrue();
            if (parts.length == 2) {
                assertThat(Pages.anchors(Pages.read(target)))
                        .as("%s links to %s", page, link)
                        .contains(parts[1]);
            }
        }
    }

    /** A page that names a test, as {@code SomeTest.aRule}, names one that is there. */
    @ParameterizedTest
    @MethodSource("pages")
    void testsThatAreNamedAreThere(String page) throws IOException {
        Matcher named = Pattern.compile("`([A-Z]\\w*Test)(?:\\.(\\w+))?`").matcher(Pages.page(page));
        while (named.find()) {
            String test = sourceOf(named.group(1));
            String rule = named.group(2);
            assertThat(rule == null
                            || Pattern.compile("(void|class) " + rule + "\\b")
                                    .matcher(test)
                                    .find())
                    .as("%s names %s", page, named.group())
                    .isTrue();
        }
    }

    /** A command that starts a program, or a sample, starts one that is there. */
    @ParameterizedTest
    @MethodSource("pages")
    void programsThatAreNamedAreThere(String page) {
        Matcher named = Pattern.compile("-Dexec\\.mainClass=([\\w.]+)").matcher(Pages.page(page));
        while (named.find()) {
            Path source = Pages.ROOT
                    .resolve("examples/src/main/java")
                    .resolve(named.group(1).replace('.', '/') + ".java");
            assertThat(Files.exists(source))
                    .as("%s starts %s", page, named.group(1))
                    .isTrue();
        }
    }

    private static String sourceOf(String test) throws IOException {
        for (String module : List.of("core", "docs", "examples")) {
            try (Stream<Path> files = Files.walk(Pages.ROOT.resolve(module).resolve("src/test/java"))) {
                Optional<Path> file =
                        files.filter(each -> each.endsWith(test + ".java")).findFirst();
                if (file.isPresent()) {
                    return Pages.read(file.get());
                }
            }
        }
        throw new AssertionError("there is no " + test);
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void everyKindOfFailureIsDescribedAsItIs(FailureKind kind) {
        List<String> row = row(Pages.rows(Pages.page("docs/failures.md"), "Every kind"), "`" + kind + "`");
        String again = switch (kind.again()) {
            case NEVER -> "no";
            case ELSEWHERE -> "not here";
            case ONCE -> "once";
            case YES -> "yes";
            case FREE -> "yes, the first for free";
        };
        String counts = switch (kind.blame()) {
            case PROVIDER -> "yes";
            case ANSWERED -> "as a success";
            case NOBODY -> "no";
        };
        String rungs = kind.allowsAlternate()
                ? kind.allowsStale() ? "alternate, cache" : "alternate"
                : kind.allowsStale() ? "cache" : "none";
        String exception = ChatException.of(Failure.of(kind).build(), 1, List.of())
                .getClass()
                .getSimpleName()
                .replace("Exception", "");
        assertThat(row.subList(2, 6)).containsExactly(again, counts, rungs, exception);
    }

    @Test
    void everyOptionIsDescribedAndNoOther() throws Exception {
        described("Tideover.Builder", Tideover.Builder.class, Tideover.Builder.class);
        described("Provider", Provider.class, Provider.class);
        described("RetryPolicy.Builder", RetryPolicy.Builder.class, RetryPolicy.Builder.class);
        described("ReplyCache.Builder", ReplyCache.Builder.class, ReplyCache.Builder.class);
        described("ReplyCache.DiskBuilder", ReplyCache.DiskBuilder.class, ReplyCache.DiskBuilder.class);
        described("Outbox.Builder", Outbox.Builder.class, Outbox.Builder.class);
        described("ChatRequest.Builder", ChatRequest.Builder.class, ChatRequest.Builder.class);
    }

    private static void described(String heading, Class<?> type, Class<?> result) {
        Set<String> options = Arrays.stream(type.getMethods())
                .filter(method -> method.getReturnType() == result)
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> rows = configuration(heading).stream()
                .flatMap(row -> Arrays.stream(row.get(0).replace("`", "").split(", ")))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(rows).as(heading).isEqualTo(options);
    }

    @Test
    void everyWayToBeginAProviderIsNamed() {
        Set<String> named = configuration("Who can be asked").stream()
                .flatMap(row -> row.stream().skip(1))
                .flatMap(cell -> Pattern.compile("`(\\w+)").matcher(cell).results())
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> factories = Arrays.stream(Provider.class.getMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(named).isEqualTo(factories);
    }

    @Test
    void defaultsAreThoseOfTheCode() throws Exception {
        Tideover.Builder client = Tideover.builder();
        Object settings = valueOf(client, "settings");
        Map<String, Object> ofClient = new TreeMap<>();
        for (String option : List.of(
                "timeout",
                "streamTimeout",
                "attemptTimeout",
                "firstTokenTimeout",
                "stallTimeout",
                "lowestThroughput",
                "streamRescue",
                "hedging",
                "freshFor")) {
            ofClient.put(option, orNone(valueOf(settings, option)));
        }
        for (String option : List.of(
                "provider",
                "replyCache",
                "outbox",
                "onDelivered",
                "lastResort",
                "httpClient",
                "statusPages",
                "networkCheck")) {
            ofClient.put(option, orNone(valueOf(client, option)));
        }
        ofClient.put("alternate", valueOf(client, "alternates"));
        ofClient.put("onStatus", valueOf(client, "listeners"));
        ofClient.put("maxReplyBytes", valueOf(client, "maxReplyBytes"));
        Method connect = Tideover.Builder.class.getDeclaredMethod("connectTimeout");
        connect.setAccessible(true);
        ofClient.put("connectTimeout", connect.invoke(client));
        assertThat(valueOf(settings, "retryPolicy")).isSameAs(RetryPolicy.defaults());
        compare("Tideover.Builder", ofClient);

        Map<String, Object> ofRetries = new TreeMap<>();
        for (String option :
                List.of("maxAttempts", "firstDelay", "overloadDelay", "longestDelay", "longestRetryAfter")) {
            ofRetries.put(option, valueOf(RetryPolicy.defaults(), option));
        }
        compare("RetryPolicy.Builder", ofRetries);

        Map<String, Object> ofCache = new TreeMap<>();
        for (String option : List.of("maxEntries", "maxBytes", "keepFor")) {
            ofCache.put(option, valueOf(ReplyCache.inMemory(), option));
        }
        compare("ReplyCache.Builder", ofCache);

        Map<String, Object> onDisk = new TreeMap<>();
        for (String option : List.of("directory", "maxEntries", "maxBytes", "keepFor")) {
            onDisk.put(option, orNone(valueOf(ReplyCache.onDisk(), option)));
        }
        compare("ReplyCache.DiskBuilder", onDisk);
        Map<String, Object> ofOutbox = new TreeMap<>();
        for (String option : List.of("keepFor", "maxMessages", "maxBytes")) {
            ofOutbox.put(option, valueOf(Outbox.builder(), option));
        }
        compare("Outbox.Builder", ofOutbox);

        Provider provider = Provider.openAiCompatible("https://chat.example.com/v1/");
        assertThat(provider.name()).isEqualTo("chat.example.com");
        compare(
                "Provider",
                Map.of(
                        "model", orNone(provider.model()),
                        "maxConcurrent", provider.maxConcurrent(),
                        "apiKey", valueOf(provider, "apiKeys"),
                        "apiKeys", valueOf(provider, "apiKeys"),
                        "bearerToken", orNone(valueOf(provider, "bearerToken")),
                        "background", valueOf(provider, "background"),
                        "storesReplies", valueOf(provider, "storesReplies"),
                        "header", valueOf(provider, "headers")));

        ChatRequest request = ChatRequest.of("What is a tide?");
        Map<String, Object> ofRequest = new TreeMap<>();
        for (Method getter : ChatRequest.class.getMethods()) {
            boolean isOption = configuration("ChatRequest.Builder").stream()
                    .anyMatch(row -> row.get(0).equals("`" + getter.getName() + "`"));
            if (isOption && getter.getParameterCount() == 0 && !getter.getName().equals("messages")) {
                ofRequest.put(getter.getName(), orNone(getter.invoke(request)));
            }
        }
        compare("ChatRequest.Builder", ofRequest);
    }

    private static void compare(String heading, Map<String, Object> values) {
        List<List<String>> rows = configuration(heading);
        values.forEach((option, value) -> assertThat(
                        row(rows, "`" + option + "`").get(1))
                .as("%s, %s", heading, option)
                .satisfies(cell -> assertThat(written(value)).anyMatch(text -> begins(cell, text))));
    }

    @Test
    void numbersThatAreNoOptionsAreThoseOfTheCode() throws Exception {
        for (List<String> row : configuration("Numbers that are not options")) {
            String place = row.get(2).replace("`", "");
            if (place.isEmpty()) {
                continue;
            }
            String[] parts = place.split("\\.");
            Class<?> type = typeCalled(parts[0]);
            Field field = type.getDeclaredField(parts[1]);
            field.setAccessible(true);
            assertThat(row.get(1))
                    .as(place)
                    .satisfies(cell -> assertThat(written(valueOf(field))).anyMatch(text -> begins(cell, text)));
        }
    }

    private static Class<?> typeCalled(String name) {
        for (String folder : List.of("", "wire.", "chat.", "status.")) {
            try {
                return Class.forName("io.github.tideover." + folder + name);
            } catch (ClassNotFoundException e) {
                // in the next one
            }
        }
        throw new AssertionError("there is no " + name);
    }

    @Test
    void theBreakerIsSetAsThePageSays() throws Exception {
        try (Tideover tideover =
                Tideover.builder().provider(Provider.ollama().model("llama3.2")).build()) {
            Object breaker = valueOf(((List<?>) valueOf(tideover, "routes")).get(0), "breaker");
            Object config =
                    breaker.getClass().getMethod("getCircuitBreakerConfig").invoke(breaker);
            assertThat(config.getClass().getMethod("getFailureRateThreshold").invoke(config))
                    .isEqualTo(90f);
            assertThat(config.getClass().getMethod("getSlidingWindowSize").invoke(config))
                    .isEqualTo(20);
            assertThat(config.getClass().getMethod("getMinimumNumberOfCalls").invoke(config))
                    .isEqualTo(20);
        }
    }

    private static List<List<String>> configuration(String heading) {
        return Pages.rows(Pages.page("docs/configuration.md"), heading);
    }

    private static List<String> row(List<List<String>> rows, String first) {
        return rows.stream()
                .filter(row -> row.get(0).equals(first))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row for " + first));
    }

    private static Object valueOf(Object owner, String name) throws ReflectiveOperationException {
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(owner);
    }

    private static Object valueOf(Field field) {
        try {
            return field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static Object orNone(Object value) {
        boolean isNone = value == null
                || value.equals(Optional.empty())
                || value.equals(OptionalInt.empty())
                || value.equals(OptionalLong.empty())
                || value.equals(OptionalDouble.empty());
        return isNone ? List.of() : value;
    }

    /** Whether a cell says this, and not just something that starts alike: "8 s" is not "8 s 500". */
    private static boolean begins(String cell, String text) {
        return cell.equals(text) || cell.startsWith(text) && !Character.isLetterOrDigit(cell.charAt(text.length()));
    }

    /** The ways in which a page may write a value. A bare number may be nanoseconds or bytes. */
    private static List<String> written(Object value) {
        if (value instanceof Duration time) {
            return times(time);
        }
        if (value instanceof Collection<?> some && some.isEmpty() || value instanceof Map<?, ?> map && map.isEmpty()) {
            return List.of("none", "reckoned", "learned");
        }
        if (value instanceof Long number) {
            List<String> all = new ArrayList<>(times(Duration.ofNanos(number)));
            all.add(String.format(Locale.ROOT, "%,d", number));
            all.add((number >> 20) + " MiB");
            all.add((number >> 10) + " KiB");
            all.add(number + " ms");
            return all;
        }
        if (value instanceof Integer number) {
            return List.of(String.format(Locale.ROOT, "%,d", number), (number >> 20) + " MiB");
        }
        if (value instanceof Double number) {
            String plain = number == Math.rint(number) ? Long.toString(Math.round(number)) : Double.toString(number);
            return List.of(plain, Math.round(number * 100) + " %");
        }
        if (value instanceof Boolean || value instanceof Enum) {
            return List.of(value.toString(), "`" + value + "`");
        }
        throw new AssertionError("no way to write " + value);
    }

    private static List<String> times(Duration time) {
        List<String> all = new ArrayList<>(List.of(time.toMillis() + " ms"));
        if (time.toMillis() % 1_000 == 0) {
            all.add(time.toSeconds() + " s");
        } else {
            all.add(time.toMillis() / 1_000.0 + " s");
        }
        if (time.toSeconds() % 60 == 0) {
            all.add(time.toMinutes() + " min");
        }
        if (time.toMinutes() % 60 == 0) {
            all.add(time.toHours() + " h");
        }
        return all;
    }
}
