package io.github.tideover.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The pages of this project and the listings in its tests.
 *
 * <p>A listing is what stands in a test, or in a sample that a test runs, between {@code // region: name} and {@code // end}. Lines between
 * {@code // hidden} and {@code // shown} are run and not shown: they put a server on loopback in the place of a real one.
 */
final class Pages {
    static final Path ROOT = Path.of(System.getProperty("basedir", "."))
            .toAbsolutePath()
            .normalize()
            .getParent();

    private static final Pattern HEADING = Pattern.compile("^(#{1,6}) (.*)$");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]\\[]*\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("`[^`]*`");
    private static final Pattern CELLS = Pattern.compile("(?<!\\\\)\\|");

    private Pages() {}

    /** README.md and its neighbours, and every page of docs, by their path from the root. */
    static Map<String, String> all() {
        Map<String, String> pages = new TreeMap<>();
        for (Path folder : List.of(ROOT, ROOT.resolve("docs"))) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.toString().endsWith(".md"))
                        .forEach(file -> pages.put(ROOT.relativize(file).toString(), read(file)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return pages;
    }

    static String page(String path) {
        return read(ROOT.resolve(path));
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The code blocks of a page in one language, in order. */
    static List<String> blocks(String page, String language) {
        List<String> blocks = new ArrayList<>();
        StringBuilder block = null;
        for (String line : page.lines().toList()) {
            String bare = line.strip();
            if (block == null && bare.equals("```" + language)) {
                block = new StringBuilder();
            } else if (block != null && bare.equals("```")) {
                blocks.add(block.toString());
                block = null;
            } else if (block != null) {
                block.append(line).append('\n');
            }
        }
        return blocks;
    }

    /** The marked regions of this module's tests, and of the samples, by name. */
    static Map<String, String> regions() {
        Map<String, String> regions = new LinkedHashMap<>();
        addRegions(regions, "docs/src/test/java", "Test.java");
        addRegions(regions, "examples/src/main/java", ".java");
        return regions;
    }

    private static void addRegions(Map<String, String> regions, String folder, String ending) {
        try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
            files.filter(file -> file.toString().endsWith(ending)).forEach(file -> addRegions(regions, read(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void addRegions(Map<String, String> regions, String source) {
        String name = null;
        boolean hidden = false;
        StringBuilder region = new StringBuilder();
        for (String line : source.lines().toList()) {
            String bare = line.strip();
            if (bare.startsWith("// region: ")) {
                name = bare.substring("// region: ".length());
                region.setLength(0);
            } else if (name != null && bare.equals("// end")) {
                if (regions.put(name, region.toString()) != null) {
                    throw new IllegalStateException("two regions are called " + name);
                }
                name = null;
            } else if (bare.equals("// hidden")) {
                hidden = true;
            } else if (bare.equals("// shown")) {
                hidden = false;
            } else if (name != null && !hidden) {
                region.append(line).append('\n');
            }
        }
    }

    /** A page need not break its lines where the formatter breaks those of a test. */
    static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }

    /** The rows of the tables under a heading, up to the next heading, without the tables' own heads. */
    static List<List<String>> rows(String page, String heading) {
        List<List<String>> rows = new ArrayList<>();
        boolean inSection = false;
        for (String line : outsideCode(page)) {
            Matcher found = HEADING.matcher(line);
            if (found.matches()) {
                inSection = found.group(2).equals(heading);
            } else if (inSection && line.startsWith("|")) {
                List<String> cells = cells(line);
                if (cells.get(0).matches(":?-+:?")) {
                    rows.remove(rows.size() - 1);
                } else {
                    rows.add(cells);
                }
            }
        }
        if (rows.isEmpty()) {
            throw new AssertionError("no table under the heading: " + heading);
        }
        return rows;
    }

    private static List<String> cells(String line) {
        String[] parts = CELLS.split(line.strip());
        List<String> cells = new ArrayList<>();
        for (int i = 1; i < parts.length; i++) {
            cells.add(parts[i].strip());
        }
        return cells;
    }

    /** What the links of a page point to, in order. */
    static List<String> links(String page) {
        List<String> links = new ArrayList<>();
        for (String line : outsideCode(page)) {
            Matcher link = LINK.matcher(CODE.matcher(line).replaceAll("code"));
            while (link.find()) {
                links.add(link.group(1));
            }
        }
        return links;
    }

    /** The anchors that GitHub gives the headings of a page. */
    static List<String> anchors(String page) {
        List<String> anchors = new ArrayList<>();
        for (String line : outsideCode(page)) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                anchors.add(heading.group(2)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'));
            }
        }
        return anchors;
    }

    private static List<String> outsideCode(String page) {
        List<String> lines = new ArrayList<>();
        boolean inCode = false;
        for (String line : page.lines().toList()) {
            if (line.strip().startsWith("```")) {
                inCode = !inCode;
            } else if (!inCode) {
                lines.add(line);
            }
        }
        return lines;
    }
}
