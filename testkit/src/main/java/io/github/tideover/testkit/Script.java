package io.github.tideover.testkit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The lines of a server, in order. Its own lock guards it and them. */
final class Script {
    private final List<Line> lines = new ArrayList<>();
    private int turn;

    synchronized Line add(Behaviour behaviour) {
        Line line = new Line(this, behaviour);
        lines.add(line);
        return line;
    }

    /** What to do with a request; null if the script has nothing to say. */
    synchronized @Nullable Behaviour next() {
        while (turn < lines.size()) {
            Line line = lines.get(turn);
            if (!line.isOver(turn == lines.size() - 1)) {
                return line.use();
            }
            turn++;
        }
        return null;
    }

    synchronized List<String> unused() {
        return lines.stream().filter(Line::isUnused).map(Line::toString).toList();
    }
}
