package io.github.tideover.provider.responses;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** What a response holds and a reply has no place for, such as a wish for an approval, a shell command or a picture. */
final class UnreadItems {
    private UnreadItems() {}

    /** Adds what was not read. */
    static List<String> leftOut(List<String> adapted, Collection<String> kinds) {
        return kinds.isEmpty()
                ? adapted
                : Stream.concat(
                                adapted.stream(),
                                Stream.of("the answer also held what is not read here: " + String.join(", ", kinds)))
                        .toList();
    }
}
