package io.github.tideover.outbox;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Where an outbox keeps what it keeps: a map of bytes that survives a crash. {@link Outbox#onDisk} has one; this is for
 * others, such as a table of a database that the application has anyway.
 *
 * <p>One outbox uses a store at a time. {@link #write} is called by one thread, {@link #read} by any, also during a write. What
 * a method throws is taken as a failure of the store: a message that cannot be written is not accepted, and everything else is
 * tried again.
 *
 * @since 0.1
 */
public interface OutboxStore extends AutoCloseable {
    /**
     * Hands over the entries whose keys begin in a certain way, in any order.
     *
     * @param prefix how they begin
     * @param reader is given each key and its value
     * @throws IOException if they cannot be read
     */
    void scan(String prefix, BiConsumer<String, byte[]> reader) throws IOException;

    /**
     * Reads one entry.
     *
     * @param key its key
     * @return its value, or null if there is none
     * @throws IOException if it cannot be read
     */
    byte @Nullable [] read(String key) throws IOException;

    /**
     * Writes and removes entries: all of it or nothing. When this returns, it survives a crash of the process and of the
     * machine. Many messages share one call, so it may take its time, but until it returns, no message is accepted.
     *
     * @param entries what to write, in place of what is there
     * @param removed the keys of what to remove, some of which may not be there
     * @throws IOException if nothing was written
     */
    void write(Map<String, byte[]> entries, Collection<String> removed) throws IOException;

    /**
     * Frees what the store holds.
     *
     * @throws IOException if it cannot be closed; everything that was written is safe nevertheless
     */
    @Override
    void close() throws IOException;
}
