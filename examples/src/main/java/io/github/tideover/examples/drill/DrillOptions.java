package io.github.tideover.examples.drill;

import io.github.tideover.testkit.PastOutage;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param isHelp whether only the help is wanted; the rest is then as without any option
 * @param outages what is lived through, one after the other
 * @param report where the pictures go, by outage
 * @param json where the numbers go, by outage; empty if nowhere
 * @param junit where the goals go
 */
record DrillOptions(
        boolean isHelp,
        List<Outage> outages,
        Duration length,
        double perSecond,
        long seed,
        boolean hasBackup,
        DrilledApplication application,
        String applicationName,
        boolean isCompared,
        List<Path> report,
        List<Path> json,
        Optional<Path> junit,
        Limits limits) {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofHours(24);
    /** More marks than these make a picture that nobody can read, and a file that no browser likes. */
    static final int MOST_CALLS = 20_000;

    private static final double MOST_PER_SECOND = 500;

    /**
     * The goals.
     *
     * @param maxFailed in percent of all calls
     * @param maxUnanswered in percent of all calls
     */
    record Limits(double maxFailed, double maxUnanswered, Optional<Duration> maxWait) {}

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException with one sentence for the person who typed them
     */
    static DrillOptions parse(String... args) {
        Map<Option, String> given = read(args);
        boolean isHelp = given.containsKey(Option.HELP);
        List<Outage> outages = isHelp ? List.of() : outages(given);
        Duration length = time(given, Option.DURATION).orElse(Duration.ofSeconds(60));
        if (length.compareTo(SHORTEST) < 0 || length.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "--duration is a time from 1s to 24h, not " + given.get(Option.DURATION));
        }
        double perSecond = number(given, Option.RATE, 10, 0.01, MOST_PER_SECOND);
        double calls = perSecond * length.toNanos() / 1e9;
        if (calls > MOST_CALLS) {
            throw new IllegalArgumentException("--rate and --duration make " + Math.round(calls)
                    + " calls, and the picture shows at most " + MOST_CALLS + "; lower one of them");
        }
        String application = given.get(Option.APPLICATION);
        if (application == null && given.containsKey(Option.CLASS_PATH)) {
            throw new IllegalArgumentException("--class-path belongs to --application: say which class is to be used");
        }
        return new DrillOptions(
                isHelp,
                outages,
                length,
                perSecond,
                seed(given),
                choice(given, Option.BACKUP, "one", "none").equals("one"),
                application == null ? new SampleApplication() : application(application, given.get(Option.CLASS_PATH)),
                application == null ? "the sample" : application,
                choice(given, Option.COMPARISON, "bare", "none").equals("bare"),
                files(given.getOrDefault(Option.REPORT, "target/drill/NAME.html"), Option.REPORT, outages),
                given.containsKey(Option.JSON) ? files(given.get(Option.JSON), Option.JSON, outages) : List.of(),
                Optional.ofNullable(given.get(Option.JUNIT)).map(file -> path(file, Option.JUNIT)),
                new Limits(
                        number(given, Option.MAX_FAILED, 0, 0, 100),
                        number(given, Option.MAX_UNANSWERED, 100, 0, 100),
                        time(given, Option.MAX_WAIT)));
    }

    private static Map<Option, String> read(String... args) {
        Map<Option, String> given = new EnumMap<>(Option.class);
        for (int i = 0; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            String flag = args[i].startsWith("--") && equals > 0 ? args[i].substring(0, equals) : args[i];
            boolean isInline = flag.length() < args[i].length();
            Option option = Option.of(flag)
                    .orElseThrow(() -> new IllegalArgumentException(
                            flag.startsWith("-")
                                    ? "there is no option " + flag + "; --help lists those there are"
                                    : "\"" + flag + "\" is not an option; --help lists those there are"));
            String value = "";
            if (!option.value().isEmpty()) {
                if (isInline) {
                    value = args[i].substring(equals + 1);
                } else if (i + 1 < args.length && !args[i + 1].startsWith("--")) {
                    value = args[++i];
                }
                if (value.isBlank()) {
                    throw new IllegalArgumentException(flag + " needs a value after it: " + option.value());
                }
            } else if (isInline) {
                throw new IllegalArgumentException(flag + " takes no value");
            }
            if (given.put(option, value) != null) {
                throw new IllegalArgumentException(flag + " is given twice");
            }
        }
        return given;
    }

    private static List<Outage> outages(Map<Option, String> given) {
        String file = given.get(Option.TIMELINE);
        String name = given.get(Option.OUTAGE);
        if (file != null) {
            if (name != null) {
                throw new IllegalArgumentException(
                        "--outage and --timeline both say what is lived through; leave one out");
            }
            return List.of(TimelineFile.read(path(file, Option.TIMELINE)));
        }
        String wanted = name == null ? Option.OUTAGE.standard() : name;
        if (wanted.equals("all")) {
            return Arrays.stream(PastOutage.values()).map(Outage::of).toList();
        }
        return Arrays.stream(wanted.split(",", -1))
                .map(String::strip)
                .distinct()
                .map(DrillOptions::outage)
                .toList();
    }

    private static Outage outage(String name) {
        return Arrays.stream(PastOutage.values())
                .filter(outage -> outage.name().equals(name))
                .findFirst()
                .map(Outage::of)
                .orElseThrow(() -> new IllegalArgumentException("there is no outage " + name
                        + " in the catalogue; it has "
                        + Words.list(Arrays.stream(PastOutage.values())
                                .map(PastOutage::name)
                                .toList())
                        + ", or say all"));
    }

    private static Optional<Duration> time(Map<Option, String> given, Option option) {
        String text = given.get(option);
        if (text == null) {
            return Optional.empty();
        }
        Optional<Duration> time = Words.time(text);
        if (time.isEmpty()) {
            throw new IllegalArgumentException(
                    option.flag() + " needs a time such as 500ms, 60s, 5m or 1h, not " + text);
        }
        return time;
    }

    private static double number(Map<Option, String> given, Option option, double standard, double least, double most) {
        String text = given.get(option);
        if (text == null) {
            return standard;
        }
        try {
            double number = Double.parseDouble(text.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException(option.flag() + " needs a number from " + Words.plain(least) + " to "
                + Words.plain(most) + ", not " + text);
    }

    private static long seed(Map<Option, String> given) {
        String text = given.getOrDefault(Option.SEED, Option.SEED.standard());
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--seed needs a whole number, not " + text);
        }
    }

    private static String choice(Map<Option, String> given, Option option, String standard, String other) {
        String text = given.getOrDefault(option, standard);
        if (!text.equals(standard) && !text.equals(other)) {
            throw new IllegalArgumentException(
                    option.flag() + " is either " + standard + " or " + other + ", not " + text);
        }
        return text;
    }

    /** A file for each outage: where there are several, its name goes before the last point. */
    private static List<Path> files(String text, Option option, List<Outage> outages) {
        List<Path> files = new ArrayList<>();
        for (Outage outage : outages) {
            String name = text;
            if (text.equals(Option.REPORT.standard())) {
                name = text.replace("NAME", outage.key());
            } else if (outages.size() > 1) {
                int point = text.lastIndexOf('.');
                int slash = Math.max(text.lastIndexOf('/'), text.lastIndexOf(File.separatorChar));
                int end = point > slash + 1 ? point : text.length();
                name = text.substring(0, end) + "-" + outage.key() + text.substring(end);
            }
            files.add(path(name, option));
        }
        return files;
    }

    private static Path path(String text, Option option) {
        Path path;
        try {
            path = Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(option.flag() + " needs the name of a file, not " + text);
        }
        if (Files.isDirectory(path)) {
            throw new IllegalArgumentException(
                    option.flag() + " needs the name of a file, and " + text + " is a folder");
        }
        return path;
    }

    private static DrilledApplication application(String name, @Nullable String classPath) {
        try {
            ClassLoader own = DrillOptions.class.getClassLoader();
            // It lives as long as the program: the application loads classes while it is used.
            ClassLoader loader = classPath == null ? own : new URLClassLoader(urls(classPath), own);
            Class<?> type = Class.forName(name, true, loader);
            if (!DrilledApplication.class.isAssignableFrom(type)) {
                throw new IllegalArgumentException("--application needs a class that implements "
                        + DrilledApplication.class.getName() + ", and " + name + " does not");
            }
            return (DrilledApplication) type.getConstructor().newInstance();
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(
                    "--application needs a class, and " + name
                            + " is not on the class path; add where it is with --class-path",
                    e);
        } catch (ReflectiveOperationException | LinkageError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalArgumentException(
                    "--application needs a public class with a public constructor that takes" + " nothing, and " + name
                            + " could not be made: " + cause,
                    e);
        }
    }

    private static URL[] urls(String classPath) {
        List<URL> urls = new ArrayList<>();
        for (String part : classPath.split(File.pathSeparator, -1)) {
            File file = new File(part);
            if (!file.exists()) {
                throw new IllegalArgumentException("--class-path names " + part + ", which is not there");
            }
            try {
                urls.add(file.toURI().toURL());
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException("--class-path needs folders and jars, not " + part, e);
            }
        }
        return urls.toArray(URL[]::new);
    }
}
