package io.github.tideover.provider;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A reply as a provider sent it, and what a reader must make of it. Found by listing folders, so that a recording put there is
 * read without a line here: our own, which are written by hand, and the one that the system property
 * {@code tideover.fixtures} names.
 */
record Recording(String name, Tongue tongue, boolean isStream, byte[] body, JsonNode expected) {
    private static final String EXPECTATION = ".expect.json";
    private static final Pattern ROW = Pattern.compile("(?m)^\\| *(\\S+\\.(?:sse|json)) *\\| *\\S+ *\\| *(\\S+) *\\|");

    /** Written by hand, in the shapes that providers were seen to send. */
    static Stream<Recording> own() {
        try {
            return in(Path.of(
                    requireNonNull(Recording.class.getResource("recordings")).toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sent by providers; skips the test if there is no such folder. */
    static Stream<Recording> recorded() {
        return in(streams());
    }

    private static Stream<Recording> in(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files
                    .filter(file -> !file.toString().endsWith(EXPECTATION))
                    .sorted()
                    .map(Recording::read)
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The dialect that the README beside the recordings names for each of them that it knows, by file name. */
    static Map<String, String> titles() throws IOException {
        Map<String, String> titles = new TreeMap<>();
        Matcher row = ROW.matcher(Files.readString(streams().resolveSibling("README.md")));
        while (row.find()) {
            titles.put(row.group(1), row.group(2));
        }
        return titles;
    }

    private static Path streams() {
        String folder = System.getProperty("tideover.fixtures", "");
        assumeTrue(
                !folder.isEmpty(),
                "skipped: the system property tideover.fixtures names no folder of recorded replies");
        Path streams = Path.of(folder, "streams");
        assumeTrue(Files.isDirectory(streams), "skipped: there is no folder " + streams);
        return streams;
    }

    private static Recording read(Path file) {
        String name = file.getFileName().toString();
        Path expectation = file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + EXPECTATION);
        try {
            byte[] body = Files.readAllBytes(file);
            return new Recording(
                    name,
                    Tongue.of(new String(body, UTF_8)),
                    !name.endsWith(".json"),
                    body,
                    JsonMapper.shared().readTree(Files.readString(expectation)));
        } catch (IOException e) {
            throw new UncheckedIOException("a recording without what it should be read as: " + name, e);
        }
    }

    /** The body with other ends of lines. JSON in an event has none inside its texts. */
    byte[] withLineEnds(String... ends) {
        String[] lines = new String(body, ISO_8859_1).split("\r\n|\r|\n", -1);
        StringBuilder mixed = new StringBuilder();
        for (int i = 0; i < lines.length; i++) {
            mixed.append(lines[i]).append(i == lines.length - 1 ? "" : ends[i % ends.length]);
        }
        return mixed.toString().getBytes(ISO_8859_1);
    }

    /** What the reply is to say it lacks. What providers sent was recorded before replies said it, so that is written down here. */
    List<String> adapted() {
        if (name.equals("perplexity.sse")) {
            return List.of("the answer also held what is not read here: citations");
        }
        List<String> adapted = new ArrayList<>();
        expected.path("adapted").forEach(sentence -> adapted.add(sentence.asString()));
        return adapted;
    }

    int endOfProof() {
        return tongue.endOfProof(new String(body, ISO_8859_1));
    }

    /** Every byte of a short body; of a long one every so many, with a prime so that all places of an event have a turn. */
    int step() {
        return body.length < 6_000 ? 1 : body.length < 20_000 ? 31 : 151;
    }

    @Override
    public String toString() {
        return name;
    }
}
