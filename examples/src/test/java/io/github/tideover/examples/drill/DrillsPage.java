package io.github.tideover.examples.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What docs/drills.md says, to hold it against the code. */
final class DrillsPage {
    private DrillsPage() {}

    static List<String> lines() throws IOException {
        return Files.readAllLines(
                Path.of(System.getProperty("basedir", ".")).toAbsolutePath().resolve("../docs/drills.md"));
    }

    /** The rows of the table under a heading, without the table's head. */
    static List<List<String>> rows(String heading) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        boolean isThere = false;
        for (String line : lines()) {
            if (line.startsWith("#")) {
                isThere = line.replaceFirst("#+ ", "").equals(heading);
            } else if (isThere && line.startsWith("|")) {
                List<String> cells = new ArrayList<>();
                for (String cell : line.substring(1).split("(?<!\\\\)\\|")) {
                    cells.add(cell.strip());
                }
                rows.add(cells);
            }
        }
        if (rows.size() < 3) {
            throw new AssertionError("docs/drills.md has no table under " + heading);
        }
        return rows.subList(2, rows.size());
    }

    /** The first block of code of a language. */
    static String block(String language) throws IOException {
        StringBuilder block = new StringBuilder();
        boolean isIn = false;
        for (String line : lines()) {
            if (isIn && line.equals("```")) {
                return block.toString();
            }
            if (isIn) {
                block.append(line).append('\n');
            }
            isIn |= line.equals("```" + language);
        }
        throw new AssertionError("docs/drills.md has no block of " + language);
    }
}
