package io.github.tideover.outbox;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** What is to be written at once: of each entry, the last that was said of it. */
final class Changes {
    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private final Set<String> removed = new LinkedHashSet<>();

    void put(String key, byte[] value) {
        removed.remove(key);
        entries.put(key, value);
    }

    void remove(String key) {
        entries.remove(key);
        removed.add(key);
    }

    Map<String, byte[]> entries() {
        return entries;
    }

    Set<String> removed() {
        return removed;
    }
}
