package io.github.tideover.outbox;

import io.github.tideover.store.RecordSeal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Seals what goes into a store, so that damage shows and, if there are keys, nobody else can read it. */
final class SealedStore implements OutboxStore {
    static final String MAP = "outbox";

    private final OutboxStore store;
    private final RecordSeal seal;

    SealedStore(OutboxStore store, RecordSeal seal) {
        this.store = store;
        this.seal = seal;
        // Loading ciphers takes a while, which the first message would have to wait for.
        byte[] key = bytes("");
        seal.open(MAP, key, seal.seal(MAP, key, key));
    }

    /** What is not to be read is handed over as nothing, so that it is counted. */
    @Override
    public void scan(String prefix, BiConsumer<String, byte[]> reader) throws IOException {
        store.scan(prefix, (key, record) -> {
            byte[] content = seal.open(MAP, bytes(key), record);
            reader.accept(key, content == null ? new byte[0] : content);
        });
    }

    /** What is not to be read is as good as gone: it will not be there when it is tried again. */
    @Override
    public byte @Nullable [] read(String key) throws IOException {
        byte[] record = store.read(key);
        return record == null ? null : seal.open(MAP, bytes(key), record);
    }

    @Override
    public void write(Map<String, byte[]> entries, Collection<String> removed) throws IOException {
        Map<String, byte[]> records = new LinkedHashMap<>();
        entries.forEach((key, content) -> records.put(key, seal.seal(MAP, bytes(key), content)));
        store.write(records, removed);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
