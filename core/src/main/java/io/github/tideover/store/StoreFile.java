package io.github.tideover.store;

import static java.util.Objects.requireNonNull;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.StringDataType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An MVStore in a file of its own, opened with care: by one process at a time, and whatever is in the file. One that is damaged, or
 * of another kind or format, is set aside under another name, with one warning, and a new one takes its place.
 *
 * <p>Pages of an MVStore have no checksum over their content, so that a changed byte in a value is not noticed: what goes
 * into a map should go through a {@link RecordSeal}. Lengths and the order of keys are checked when a page is read, which may be
 * long after the file was opened: {@link #mend} looks at all of them, and saves what can be saved.
 */
public final class StoreFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StoreFile.class);
    static final String ABOUT = "about";
    /** Of a file that is being written anew; one that is found was never finished. */
    private static final String NEW = ".new";

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    /** Closing writes what is left and moves what is spread out together; this is what it may take for the latter. */
    private static final int TIDY_MILLIS = 200;

    private static final long ROOM_TO_TIDY = 64L << 20;
    /** An MVStore without content has two headers of 4 KiB. */
    private static final int EMPTY = 2 << 12;
    /** A process id and no more. */
    private static final int LARGEST_NOTE = 64;
    /**
     * What this process has open. On POSIX systems a lock is lost when the process closes any other handle on the same file, so a
     * second opening must be noticed before it touches a file.
     */
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    /**
     * What a file holds.
     *
     * @param fileName the file's name in its directory
     * @param title what messages call it, such as {@code "the reply cache"}
     * @param format a number that changes when what is in the file changes its form
     * @param commitsByItself whether changes are written within a second, or only when the user says so
     * @param cacheMegabytes how much of the file is kept in memory at most
     */
    public record Kind(String fileName, String title, int format, boolean commitsByItself, int cacheMegabytes) {}

    private final Kind kind;
    private final Path directory;
    private final Path file;
    private final FileChannel lockChannel;
    private MVStore store;
    private @Nullable Path setAside;
    private boolean closed;

    private StoreFile(Kind kind, Path directory, FileChannel lockChannel) {
        this.kind = kind;
        this.directory = directory;
        this.file = directory.resolve(kind.fileName());
        this.lockChannel = lockChannel;
        this.store = openOrSetAside();
    }

    /**
     * Opens the file, and makes it, and its directory, if they are not there.
     *
     * @param directory where it is
     * @param kind what it is to hold
     * @return the open file
     * @throws IllegalStateException if MVStore is not among the application's dependencies, or the file is open already, here or
     *     in another process
     * @throws UncheckedIOException if the directory or the file cannot be made, read or written
     */
    public static StoreFile open(Path directory, Kind kind) {
        StoreLibrary.check(kind.title());
        Path real = realDirectory(directory, kind);
        Path file = real.resolve(kind.fileName());
        if (!OPEN.add(file)) {
            throw new IllegalStateException(kind.title() + " in " + directory
                    + " is open in this process already; share the one that is open, or give each its own directory");
        }
        FileChannel lock = null;
        try {
            lock = lock(real, kind);
            return new StoreFile(kind, real, lock);
        } catch (RuntimeException | Error e) {
            release(file, lock);
            throw e;
        }
    }

    private static Path realDirectory(Path directory, Kind kind) {
        try {
            Files.createDirectories(directory);
            return directory.toRealPath();
        } catch (FileAlreadyExistsException e) {
            throw new UncheckedIOException(
                    kind.title() + " needs a directory, and " + directory + " is a file; name a directory", e);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    kind.title() + " cannot make its directory " + directory + " ("
                            + e.getClass().getSimpleName() + "); name one that this process may make or write to",
                    e);
        }
    }

    private static FileChannel lock(Path directory, Kind kind) {
        Path file = directory.resolve(kind.fileName() + ".lock");
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    kind.title() + " cannot write to " + directory + " ("
                            + e.getClass().getSimpleName() + "); name a directory that this process may write to",
                    e);
        }
        try {
            FileLock lock = null;
            try {
                lock = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                // This process has it, through a copy of this class by another class loader.
            }
            if (lock == null) {
                throw new IllegalStateException(kind.title() + " in " + directory + " is in use by "
                        + holder(channel, file) + "; stop that, or give each process its own directory");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
                    0);
            return channel;
        } catch (IOException e) {
            close(channel);
            throw new UncheckedIOException(
                    kind.title() + " cannot lock " + file + " (" + e.getClass().getSimpleName()
                            + "); name a directory on a file system that has locks",
                    e);
        } catch (RuntimeException e) {
            close(channel);
            throw e;
        }
    }

    private static String holder(FileChannel channel, Path file) {
        try {
            ByteBuffer note = ByteBuffer.allocate(LARGEST_NOTE);
            channel.read(note, 0);
            String pid = new String(note.array(), 0, note.position(), StandardCharsets.US_ASCII);
            if (pid.matches("[0-9]{1,20}")) {
                Instant since = Files.getLastModifiedTime(file).toInstant().truncatedTo(ChronoUnit.SECONDS);
                return "process " + pid + ", since " + since;
            }
        } catch (IOException e) {
            log.debug("{} cannot be read: {}", file, e.getClass().getName());
        }
        return "another process";
    }

    private MVStore openOrSetAside() {
        if (Files.exists(file) && !Files.isWritable(file)) {
            throw new UncheckedIOException(new IOException(
                    kind.title() + " cannot write to " + file + "; make it writable, or name another directory"));
        }
        try {
            return openAndCheck();
        } catch (Unusable unusable) {
            moveAway(unusable);
        }
        try {
            return openAndCheck();
        } catch (Unusable e) {
            throw new UncheckedIOException(
                    kind.title() + " cannot make a new file in " + directory + "; name another directory",
                    new IOException(e));
        }
    }

    private MVStore openAndCheck() throws Unusable {
        MVStore.Builder builder = new MVStore.Builder()
                .fileName(file.toString())
                .cacheSize(kind.cacheMegabytes())
                .backgroundExceptionHandler((thread, problem) -> log.warn(
                        "{} in {} cannot be written: {}",
                        kind.title(),
                        directory,
                        problem.getClass().getName()));
        MVStore opened;
        long size = sizeBefore();
        try {
            opened = (kind.commitsByItself() ? builder : builder.autoCommitDisabled()).open();
        } catch (MVStoreException e) {
            if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
                throw new IllegalStateException(
                        kind.title() + " in " + directory
                                + " is in use by a process of another kind; stop that, or name another directory",
                        e);
            }
            if (!isDamage(e)) {
                throw notToBeUsed(e);
            }
            throw new Unusable("damaged", "is damaged", e);
        } catch (RuntimeException | AssertionError | OutOfMemoryError e) { // see isDamage
            throw new Unusable("damaged", "is damaged", e); // lengths and places that are out of range
        }
        try {
            checkKind(opened, size);
            return opened;
        } catch (Unusable e) {
            opened.closeImmediately();
            throw e;
        } catch (RuntimeException | AssertionError | OutOfMemoryError e) {
            opened.closeImmediately();
            throw new Unusable("damaged", "is damaged", e);
        }
    }

    private UncheckedIOException notToBeUsed(Throwable problem) {
        return new UncheckedIOException(
                kind.title() + " cannot read or write " + file + "; check the disk, or name another directory",
                new IOException(problem));
    }

    /**
     * Whether what MVStore throws speaks of what is in the file, and not of a disk that is full or fails, or of a store that was
     * closed. It throws almost anything when it reads what makes no sense: where assertions are on, an {@link AssertionError}, and
     * for a length that it believes, an {@link OutOfMemoryError}.
     *
     * @param problem what it threw
     * @return whether the file is damaged
     */
    public static boolean isDamage(Throwable problem) {
        for (Throwable each = problem; each != null; each = each.getCause()) {
            if (each instanceof IOException) {
                return each instanceof EOFException;
            }
            if (each instanceof MVStoreException e
                    && (e.getErrorCode() == DataUtils.ERROR_CLOSED
                            || e.getErrorCode() == DataUtils.ERROR_WRITING_FAILED)) {
                return false;
            }
        }
        return true;
    }

    private long sizeBefore() {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw notToBeUsed(e);
        }
    }

    /** A new file is marked with what it is for; one with other content and no such mark is somebody else's. */
    private void checkKind(MVStore opened, long size) throws Unusable {
        boolean isNew = opened.getMapNames().isEmpty();
        if (isNew && size > EMPTY) {
            throw new Unusable(
                    "damaged", "is damaged", null); // MVStore takes it for empty if nothing in it makes sense
        }
        if (!isNew && !opened.hasMap(ABOUT)) {
            throw new Unusable("foreign", "is not one of ours", null);
        }
        MVMap<String, String> about = about(opened);
        String title = about.get("kind");
        String format = about.get("format");
        if (title == null && about.isEmpty()) {
            mark(about);
            opened.commit();
        } else if (!kind.title().equals(title)) {
            throw new Unusable("foreign", "holds something else", null);
        } else if (!Integer.toString(kind.format()).equals(format)) {
            throw new Unusable("other-format", "is of a format that this version does not know", null);
        }
    }

    private void mark(MVMap<String, String> about) {
        about.put("kind", kind.title());
        about.put("format", Integer.toString(kind.format()));
    }

    private void moveAway(Unusable why) {
        try {
            Path aside = nameAside(why.suffix);
            Files.move(file, aside);
            setAside = aside;
            log.warn(
                    "{}: the file {} {}; it is now called {}, and a new one takes its place",
                    kind.title(),
                    file,
                    why.getMessage(),
                    aside.getFileName());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    kind.title() + ": the file " + file + " " + why.getMessage()
                            + " and cannot be set aside; move it away, or name another directory",
                    e);
        }
    }

    private Path nameAside(String suffix) throws IOException {
        Instant changed = Files.getLastModifiedTime(file).toInstant();
        String name = kind.fileName() + "." + suffix + "-" + STAMP.format(changed);
        Path aside = directory.resolve(name);
        for (int i = 2; Files.exists(aside); i++) {
            aside = directory.resolve(name + "-" + i);
        }
        return aside;
    }

    /**
     * A map of bytes, made if it is not there.
     *
     * @param name its name
     * @return the map, its keys in the order of unsigned bytes
     */
    public synchronized MVMap<byte[], byte[]> map(String name) {
        return map(store, name);
    }

    private static MVMap<byte[], byte[]> map(MVStore of, String name) {
        return of.openMap(
                name,
                new MVMap.Builder<byte[], byte[]>().keyType(StoredBytes.KEYS).valueType(StoredBytes.VALUES));
    }

    /** The same map, to be read whatever is in its pages. */
    static MVMap<byte[], byte[]> remains(MVStore of, String name) {
        return of.openMap(
                name,
                new MVMap.Builder<byte[], byte[]>().keyType(StoredBytes.REMAINS).valueType(StoredBytes.REMAINS));
    }

    private static MVMap<String, String> about(MVStore of) {
        return of.openMap(
                ABOUT,
                new MVMap.Builder<String, String>()
                        .keyType(StringDataType.INSTANCE)
                        .valueType(StringDataType.INSTANCE));
    }

    /**
     * The store itself, for committing. An error that it throws for what it reads or writes closes it.
     *
     * @return the store
     */
    public synchronized MVStore store() {
        return store;
    }

    /**
     * Begins anew after the store has turned out, while it was used, to be of no use: the file is set aside, and a new one takes
     * its place. Maps that were handed out are dead.
     *
     * @param suffix goes into the old file's new name, such as {@code "damaged"}
     * @param why what is the matter, such as {@code "is damaged"}
     * @throws UncheckedIOException if that does not work either; the store is closed then
     */
    public synchronized void startAnew(String suffix, String why) {
        checkOpen();
        store.closeImmediately();
        if (Files.exists(file)) {
            moveAway(new Unusable(suffix, why, null));
        }
        store = openOrSetAside();
    }

    /**
     * Begins anew without what was there: the file is deleted. Maps that were handed out are dead.
     *
     * @throws UncheckedIOException if that does not work; the store is closed then
     */
    public synchronized void discard() {
        checkOpen();
        store.closeImmediately();
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(kind.title() + " cannot delete " + file, e);
        }
        store = openOrSetAside();
    }

    /**
     * Writes the file anew with what is in it now, so that nothing of what was removed is left in it: an MVStore leaves the
     * old content where it was until its space is needed. It takes about as long as copying the file. Maps that were handed out
     * are dead.
     *
     * @throws UncheckedIOException if that does not work; the file holds what it held then, and what was removed may be left in it
     */
    public synchronized void rewrite() {
        checkOpen();
        Path fresh = directory.resolve(kind.fileName() + NEW);
        try {
            store.commit();
            Files.deleteIfExists(fresh);
            writeTo(fresh, this::copyTo);
            store.closeImmediately();
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(kind.title() + " cannot write its file anew in " + directory, e);
        } catch (MVStoreException e) {
            throw new UncheckedIOException(
                    kind.title() + " cannot write its file anew in " + directory, new IOException(e));
        } finally {
            if (store.isClosed()) {
                store = openOrSetAside();
            }
        }
    }

    private void copyTo(MVStore copy) {
        for (String name : store.getMapNames()) {
            if (!name.equals(ABOUT)) {
                MVMap<byte[], byte[]> target = map(copy, name);
                Cursor<byte[], byte[]> from = map(store, name).cursor(null);
                while (from.hasNext()) {
                    byte[] key = from.next();
                    target.put(key, from.getValue());
                }
            }
        }
    }

    private void writeTo(Path fresh, Consumer<MVStore> content) {
        MVStore copy = new MVStore.Builder()
                .fileName(fresh.toString())
                .cacheSize(kind.cacheMegabytes())
                .autoCommitDisabled()
                .open();
        try {
            mark(about(copy));
            content.accept(copy);
            copy.commit();
            copy.sync();
        } finally {
            copy.closeImmediately(); // see close()
        }
    }

    /**
     * Makes sure that all of a map can be read and found, by reading all of it. If not, what can still be read goes into a new file
     * that takes the place of this one, which is set aside, with one warning. Maps that were handed out are dead then.
     *
     * @param name the map's name, the only one in this file
     * @param isRecord whether a key and a value are what was written: from a damaged page anything may be read
     * @return whether it was damaged
     * @throws UncheckedIOException if the file cannot be read for another reason; or if it is damaged and no new one can be written:
     *     it stays as it is then, and nothing of it is lost. The store is closed then
     */
    public synchronized boolean mend(String name, BiPredicate<byte[], byte[]> isRecord) {
        checkOpen();
        if (isWhole(name)) {
            return false;
        }
        store.closeImmediately();
        Path fresh = directory.resolve(kind.fileName() + NEW);
        try {
            Files.deleteIfExists(fresh);
            Rescue rescue = new Rescue(file, Files.size(file), isRecord);
            writeTo(fresh, to -> rescue.into(map(to, name)));
            Path aside = nameAside("damaged");
            putAside(aside);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            setAside = aside;
            log.warn(
                    "{}: the file {} is damaged: {}; it is now called {}, and a new one takes its place",
                    kind.title(),
                    file,
                    rescue.account(),
                    aside.getFileName());
        } catch (IOException | MVStoreException e) {
            delete(fresh);
            throw new UncheckedIOException(
                    kind.title() + ": the file " + file
                            + " is damaged, and what can still be read of it cannot be written to"
                            + " a new one; nothing was changed. Make room in " + directory
                            + ", or name another directory",
                    new IOException(e));
        }
        store = openOrSetAside();
        return true;
    }

    /** Keys are looked for from the root: each must be found where it is, or what is there would be taken not to be. */
    private boolean isWhole(String name) {
        try {
            Set<String> others = new HashSet<>(store.getMapNames());
            others.remove(ABOUT);
            others.remove(name);
            if (!others.isEmpty()) {
                return false; // the map has lost its name
            }
            MVMap<byte[], byte[]> map = map(store, name);
            long place = 0;
            for (Cursor<byte[], byte[]> keys = map.cursor(null); keys.hasNext(); place++) {
                if (map.getKeyIndex(keys.next()) != place) {
                    return false;
                }
            }
            return place == map.sizeAsLong();
        } catch (RuntimeException | AssertionError | OutOfMemoryError e) {
            if (!isDamage(e)) {
                throw notToBeUsed(e);
            }
            return false;
        }
    }

    /** Gives the file a second name. The first one is there all the time, should the process die. */
    private void putAside(Path aside) throws IOException {
        try {
            Files.createLink(aside, file);
        } catch (UnsupportedOperationException | IOException e) { // not every file system has links
            try {
                Files.copy(file, aside);
            } catch (IOException full) {
                delete(aside);
                throw full;
            }
        }
    }

    private static void delete(Path unfinished) {
        try {
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            log.debug("{} was not deleted: {}", unfinished, e.getClass().getName());
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(kind.title() + " is closed");
        }
    }

    /**
     * Opens the same file again after the store has closed itself, as it does when it could not write: what was committed is
     * there.
     *
     * @throws UncheckedIOException if it cannot be opened
     */
    public synchronized void reopen() {
        checkOpen();
        store.closeImmediately();
        store = openOrSetAside();
    }

    /**
     * Where the last file went that could not be used.
     *
     * @return its new place, or empty if none was set aside
     */
    public synchronized Optional<Path> setAside() {
        return Optional.ofNullable(setAside);
    }

    /**
     * The directory.
     *
     * @return its real path
     */
    public Path directory() {
        return directory;
    }

    /** Writes what is not written yet, and lets others open the file. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (!store.isClosed()) {
                store.commit();
                tidy();
                store.sync();
                // Not close(): it marks the file as closed in order. Of such a file MVStore 2.4.240 tries chunks too of
                // which nothing is needed any more, and if a later one lies over one of them, as after a crash, it goes
                // back to an old version. It also goes round in circles for ever if it cannot write.
                store.closeImmediately();
            }
        } catch (RuntimeException | AssertionError | OutOfMemoryError e) { // see isDamage
            log.warn(
                    "{} in {} was not closed in order: {}",
                    kind.title(),
                    directory,
                    e.getClass().getName());
            store.closeImmediately();
        } finally {
            release(file, lockChannel);
        }
    }

    /** Moves together what is spread out, for a moment, if there is plenty of room for it. The file is whole without. */
    private void tidy() {
        try {
            if (Files.getFileStore(directory).getUsableSpace() > ROOM_TO_TIDY) {
                store.compactFile(TIDY_MILLIS);
            }
        } catch (RuntimeException | IOException | AssertionError | OutOfMemoryError e) { // see isDamage
            log.debug(
                    "{} in {} was not tidied: {}",
                    kind.title(),
                    directory,
                    e.getClass().getName());
        }
    }

    private static void release(Path file, @Nullable FileChannel lock) {
        if (lock != null) {
            close(lock);
        }
        OPEN.remove(file);
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("A lock was not released: {}", e.getClass().getName());
        }
    }

    @Override
    public String toString() {
        return kind.title() + " in " + directory;
    }

    /** The file cannot be used, and nobody can do anything about it. */
    private static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        final String suffix;

        Unusable(String suffix, String message, @Nullable Throwable cause) {
            super(requireNonNull(message), cause);
            this.suffix = suffix;
        }
    }
}
