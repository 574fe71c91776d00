package io.github.tideover.cache;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.store.RecordSeal;
import io.github.tideover.store.StoreFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps replies in a file, in one map, so that whatever a crash leaves is what was there at one moment. The first byte of a key
 * says what it is of:
 *
 * <ul>
 *   <li>0, time, place: when the reply at a place was stored, so that the oldest is found without looking at others. It is written before the reply
 *       and removed after it: there is no reply without one.
 *   <li>1, place: a reply. A place is the tenant's part and the request's, 16 bytes each of an HMAC-SHA-256 over the hashes in its
 *       fingerprint, with a secret that is kept here as well, sealed like all the rest. A tenant's replies lie side by side.
 *   <li>2, tenant's part, context's part, request's part: the question to a reply; those of one context side by side. Before them, without
 *       a request's part, what they were asked in, if they stand by themselves.
 *   <li>3, a word: the secret; how many bytes all of it takes.
 * </ul>
 *
 * <p>No list of keys is in memory: the map is a tree in the file that knows how many keys are before another. So eviction draws a few entries by
 * lot and removes the one that was stored least often, and of those the oldest. What is asked often is stored often, as
 * nothing old is served while the provider answers.
 *
 * <p>Writers go one after the other. Readers wait for nobody: while the file is being opened or written anew, nothing is found.
 */
final class OnDiskReplyCache implements ReplyCache, Upkeep, QuestionStore {
    private static final Logger log = LoggerFactory.getLogger(OnDiskReplyCache.class);
    private static final StoreFile.Kind KIND = new StoreFile.Kind("replies.store", "the reply cache", 1, true, 8);
    private static final String MAP = "replies";

    private static final byte TIME = 0;
    private static final byte REPLY = 1;
    private static final byte QUESTION = 2;
    private static final byte WORD = 3;
    private static final byte[] SECRET = word("secret");
    private static final byte[] BYTES = word("bytes");
    private static final byte[] NOTHING = {};

    private static final int PART = 16;
    private static final int PLACE = 2 * PART;
    /** Before a reply: the time it was given, how often it was stored, the context it is an answer in. */
    private static final int HEAD = Long.BYTES + 1 + PART;
    /** What the keys of a reply take: its own, and that of its time. */
    private static final int KEY_BYTES = 2 * (1 + PLACE) + Long.BYTES;

    private static final int MOST_USES = 255;
    /** How many are drawn when one has to go. With 8, the one that goes is mostly from the least useful eighth. */
    private static final int DRAWN = 8;
    /** How many are removed in one go, lest a writer wait for long. */
    private static final int EXPIRED_AT_ONCE = 2_000;
    /** How many questions are in memory while all are gone through. */
    private static final int PAGE = 256;
    /** After a failure nothing is tried for this long: a disk that is full stays so for a while. */
    private static final Duration REST = Duration.ofSeconds(30);

    private final Path directory;
    private final int maxEntries;
    private final long maxBytes;
    private final Duration keepFor;
    private final RecordSeal seal;
    private final DoubleSupplier dice;

    /** Held by whoever changes something. */
    private final ReentrantLock writing = new ReentrantLock();
    /** Held for reading while the map is in use, for writing while there is another one to be. */
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();

    private volatile @Nullable StoreFile file;
    private volatile @Nullable Opened opened;
    private int users;
    private long bytes;
    private @Nullable Instant restUntil;
    private boolean saidSo;
    private volatile Trouble trouble = Trouble.NONE;
    private final AtomicLong questionsStored = new AtomicLong();

    /** What is the matter with the file, to be seen to by whoever writes next. */
    private enum Trouble {
        NONE,
        /** It was closed, or could not be read or written: it is to be opened again. */
        CLOSED,
        /** What is in it makes no sense: it is to be set aside. Until then what can be read is read. */
        DAMAGED
    }

    /** What is needed to read and write while a file is open. */
    private record Opened(MVMap<byte[], byte[]> map, SecretKeySpec secret) {
        /** What makes the parts of a key. Not for several threads; finding it takes longer than using it. */
        Mac mac() {
            try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(secret);
                return mac;
            } catch (GeneralSecurityException e) {
                throw new AssertionError("every Java platform has HmacSHA256", e);
            }
        }
    }

    /** Questions with their replies. No record: the last key that was read is an array; null if there is no other. */
    private static final class Page {
        final Map<KeptQuestion, ChatReply> answers;
        final byte @Nullable [] last;

        Page(Map<KeptQuestion, ChatReply> answers, byte @Nullable [] last) {
            this.answers = answers;
            this.last = last;
        }
    }

    OnDiskReplyCache(
            Path directory, int maxEntries, long maxBytes, Duration keepFor, RecordSeal seal, DoubleSupplier dice) {
        this.directory = directory;
        this.maxEntries = maxEntries;
        this.maxBytes = maxBytes;
        this.keepFor = keepFor;
        this.seal = seal;
        this.dice = dice;
        open();
    }

    @Override
    public void store(RequestFingerprint key, ChatReply reply, Instant now) {
        if (KeptReply.isWhole(reply)) {
            write(now, in -> write(in, key, reply, now));
        }
    }

    @Override
    public void storeQuestion(RequestFingerprint key, byte[] question, @Nullable ContextRecord context, Instant now) {
        write(now, in -> writeQuestion(in, key, question, context));
    }

    @Override
    public long questionsStored() {
        return questionsStored.get();
    }

    private void write(Instant now, Consumer<Opened> what) {
        writing.lock();
        try {
            Throwable problem = tryToWrite(now, what);
            if (problem != null && trouble == Trouble.DAMAGED) {
                problem = tryToWrite(now, what); // into the file that takes its place
            }
            if (problem != null) {
                rest(problem, now);
            }
        } finally {
            writing.unlock();
        }
    }

    /** Returns what went wrong. */
    private @Nullable Throwable tryToWrite(Instant now, Consumer<Opened> what) {
        try {
            Opened in = usable(now);
            if (in != null) {
                what.accept(in);
                restUntil = null;
                saidSo = false;
            }
            return null;
        } catch (RuntimeException | AssertionError e) { // MVStore asserts what it reads, where assertions are on
            met(e);
            return e;
        }
    }

    private void write(Opened in, RequestFingerprint key, ChatReply reply, Instant now) {
        Mac mac = in.mac();
        byte[] at = replyKey(mac, key);
        byte[] context = part(mac, key.contextHash());
        byte[] old = in.map().get(at);
        int uses = old != null && old.length > HEAD ? Math.min(MOST_USES, uses(old) + 1) : 1;
        byte[] head = ByteBuffer.allocate(HEAD)
                .putLong(now.toEpochMilli())
                .put((byte) uses)
                .put(context)
                .array();
        byte[] body = seal.seal(MAP, join(at, head), KeptReply.toBytes(reply));
        byte[] record = join(head, body);
        if (record.length + KEY_BYTES > maxBytes) {
            return;
        }
        in.map().put(timeKey(now.toEpochMilli(), at), NOTHING);
        in.map().put(at, record);
        bytes += record.length + KEY_BYTES;
        if (old != null) {
            bytes -= old.length + KEY_BYTES;
            if (old.length > HEAD && time(old) != now.toEpochMilli()) {
                in.map().remove(timeKey(time(old), at));
            }
        }
        makeRoom(in, at);
        noteBytes(in);
    }

    private void writeQuestion(Opened in, RequestFingerprint key, byte[] question, @Nullable ContextRecord context) {
        Mac mac = in.mac();
        byte[] reply = replyKey(mac, key);
        if (!in.map().containsKey(reply)) {
            return;
        }
        byte[] home = contextKey(mac, key);
        boolean isNew = keep(in, join(home, part(mac, key.hash())), question);
        if (context != null) {
            isNew |= keep(in, home, context.toBytes());
        }
        if (isNew) {
            questionsStored.incrementAndGet(); // after it is there, for whoever looks in between
            makeRoom(in, reply);
            noteBytes(in);
        }
    }

    /**
     * Keeps a record that never changes, unless it is there: what is asked again and again is not to wear out a disk. One of an
     * earlier encryption key is kept anew, so that it outlasts that key.
     */
    private boolean keep(Opened in, byte[] at, byte[] content) {
        byte[] before = in.map().get(at);
        if (before != null && seal.isCurrent(before) && Arrays.equals(content(at, before), content)) {
            return false;
        }
        byte[] record = seal.seal(MAP, at, content);
        in.map().put(at, record);
        bytes += record.length + at.length - (before == null ? 0 : before.length + at.length);
        return true;
    }

    /** Removes the least useful of a few that are drawn by lot, until all keeps within its bounds. */
    private void makeRoom(Opened in, byte[] fresh) {
        long first = place(in, REPLY);
        for (long count = place(in, QUESTION) - first; count > 1 && (count > maxEntries || bytes > maxBytes); count--) {
            byte[] least = null;
            byte[] leastRecord = null;
            for (int i = 0; i < DRAWN; i++) {
                byte[] drawn = in.map().getKey(first + (long) (dice.getAsDouble() * count));
                byte[] record = drawn == null || Arrays.equals(drawn, fresh)
                        ? null
                        : in.map().get(drawn);
                if (record != null && (leastRecord == null || isWorthLess(record, leastRecord))) {
                    least = drawn;
                    leastRecord = record;
                }
            }
            if (least == null) { // there are so few that only the new one was drawn
                byte[] lowest = in.map().getKey(first);
                least = Arrays.equals(lowest, fresh) ? in.map().getKey(first + 1) : lowest;
            }
            long times = place(in, REPLY);
            remove(in, least);
            first -= times - place(in, REPLY);
        }
    }

    private static boolean isWorthLess(byte[] record, byte[] than) {
        if (record.length <= HEAD || than.length <= HEAD) {
            return record.length < than.length;
        }
        return uses(record) != uses(than) ? uses(record) < uses(than) : time(record) < time(than);
    }

    /** How many keys are before those of a kind. */
    private static long place(Opened in, byte kind) {
        long index = in.map().getKeyIndex(new byte[] {kind});
        return index < 0 ? -index - 1 : index;
    }

    private void remove(Opened in, byte @Nullable [] at) {
        byte[] record = at == null ? null : in.map().remove(at);
        if (at == null || record == null) { // or room would be made for ever
            throw new IllegalStateException("the file counts more replies than it has");
        }
        bytes -= record.length + KEY_BYTES;
        if (record.length <= HEAD) {
            return;
        }
        byte[] home =
                join(QUESTION, Arrays.copyOfRange(at, 1, 1 + PART), Arrays.copyOfRange(record, HEAD - PART, HEAD));
        removeKept(in, join(home, Arrays.copyOfRange(at, 1 + PART, 1 + PLACE)));
        byte[] next = in.map().higherKey(home);
        if (next == null || !startsWith(next, home)) {
            removeKept(in, home); // it was the last question of its context
        }
        in.map().remove(timeKey(time(record), at));
    }

    private void removeKept(Opened in, byte[] at) {
        byte[] record = in.map().remove(at);
        bytes -= record == null ? 0 : record.length + at.length;
    }

    private void noteBytes(Opened in) {
        bytes = Math.max(0, bytes);
        in.map().put(BYTES, ByteBuffer.allocate(Long.BYTES).putLong(bytes).array());
    }

    @Override
    public Optional<ChatReply> find(RequestFingerprint key, Instant now) {
        reviveAfterRest(now);
        return Optional.ofNullable(reading(in -> reply(in, replyKey(in.mac(), key), now)));
    }

    /** Reads something, without waiting for anybody; null if there is nothing, or it cannot be read now. */
    private <T> @Nullable T reading(Function<Opened, @Nullable T> what) {
        if (!gate.readLock().tryLock()) {
            return null;
        }
        try {
            Opened in = opened;
            return in == null ? null : what.apply(in);
        } catch (RuntimeException | AssertionError e) {
            met(e);
            return null;
        } finally {
            gate.readLock().unlock();
        }
    }

    private @Nullable ChatReply reply(Opened in, byte[] at, Instant now) {
        byte[] record = in.map().get(at);
        if (record == null || record.length <= HEAD) {
            return null;
        }
        Duration age = Duration.between(Instant.ofEpochMilli(time(record)), now);
        if (age.compareTo(keepFor) > 0) {
            return null;
        }
        byte[] content =
                content(join(at, Arrays.copyOf(record, HEAD)), Arrays.copyOfRange(record, HEAD, record.length));
        ChatReply reply = content == null ? null : KeptReply.of(content);
        return reply == null ? null : KeptReply.withAge(reply, age);
    }

    private byte @Nullable [] content(byte[] key, byte[] body) {
        boolean isForgeable = seal.encrypts() && !RecordSeal.isEncrypted(body);
        return isForgeable ? null : seal.open(MAP, key, body);
    }

    @Override
    public @Nullable List<byte[]> questions(RequestFingerprint key, int atMost) {
        return reading(in -> {
            List<byte[]> all = new ArrayList<>();
            byte[] home = contextKey(in.mac(), key);
            Cursor<byte[], byte[]> cursor = in.map().cursor(home);
            while (all.size() < atMost && cursor.hasNext()) {
                byte[] at = cursor.next();
                if (!startsWith(at, home)) {
                    break;
                }
                byte[] content = at.length == home.length ? null : content(at, cursor.getValue());
                if (content != null) {
                    all.add(content);
                }
            }
            return all;
        });
    }

    @Override
    public void eachStandingAlone(Instant now, BiConsumer<KeptQuestion, ChatReply> to) {
        reviveAfterRest(now);
        byte @Nullable [] last = {QUESTION};
        while (last != null) {
            Page page = pageAfter(last, now);
            page.answers.forEach(to); // with nothing locked: it may take its time
            last = page.last;
        }
    }

    private Page pageAfter(byte[] last, Instant now) {
        gate.readLock().lock(); // here, unlike in a call, there is time to wait until a file has been written anew
        try {
            Page page = reading(in -> page(in, last, now));
            if (page == null) {
                throw new UncheckedIOException(
                        new IOException(KIND.title() + " in " + directory + " cannot be read now; try again"));
            }
            return page;
        } finally {
            gate.readLock().unlock();
        }
    }

    private Page page(Opened in, byte[] after, Instant now) {
        Map<KeptQuestion, ChatReply> answers = new LinkedHashMap<>();
        byte @Nullable [] home = null;
        ContextRecord context = null;
        Cursor<byte[], byte[]> cursor = in.map().cursor(after);
        byte @Nullable [] at = after;
        for (int i = 0; i < PAGE; i++) {
            at = cursor.hasNext() ? cursor.next() : null;
            if (at == null || at[0] != QUESTION) {
                return new Page(answers, null);
            }
            if (home == null || !startsWith(at, home)) {
                home = Arrays.copyOf(at, 1 + PLACE);
                byte[] record = in.map().get(home);
                byte[] content = record == null ? null : content(home, record);
                context = content == null ? null : ContextRecord.of(content).orElse(null);
            }
            byte[] question = context == null || at.length == home.length || Arrays.equals(at, after)
                    ? null
                    : content(at, cursor.getValue());
            ChatReply reply = question == null ? null : reply(in, replyKey(at), now);
            if (context != null && question != null && reply != null) {
                ContextRecord asked = context;
                QuestionRecord.of(question)
                        .ifPresent(record -> answers.put(asked.question(record.text(), record.hash()), reply));
            }
        }
        return new Page(answers, at);
    }

    /**
     * Forgets a tenant. When this returns, nothing of the tenant is in the file: it has been written anew. During that time, which is
     * about what copying the file takes, nothing is found. A cache that is closed is opened for it, and closed again.
     *
     * @throws UncheckedIOException if the file cannot be written: something may be left in it then
     */
    @Override
    public void forget(String tenant) {
        writing.lock();
        boolean wasClosed = file == null;
        try {
            open();
            StoreFile open = requireNonNull(file);
            restUntil = null; // who wants this waits for no rest
            Opened in = requireNonNull(usable(Instant.EPOCH));
            byte[] part = part(in.mac(), RequestFingerprint.hashOfTenant(tenant));
            removeAll(in, join(REPLY, part));
            removeAll(in, join(QUESTION, part));
            noteBytes(in);
            gate.writeLock().lock();
            try {
                opened = null;
                open.rewrite();
                take(open);
            } finally {
                gate.writeLock().unlock();
            }
        } catch (MVStoreException e) {
            throw new UncheckedIOException(
                    KIND.title() + " in " + directory + " could not forget a tenant; try again", new IOException(e));
        } finally {
            if (wasClosed) {
                close();
            }
            writing.unlock();
        }
    }

    private void removeAll(Opened in, byte[] prefix) {
        byte[] at = in.map().ceilingKey(prefix);
        while (at != null && startsWith(at, prefix)) {
            if (at[0] == REPLY) {
                remove(in, at);
            } else {
                removeKept(in, at);
            }
            at = in.map().ceilingKey(prefix);
        }
    }

    @Override
    public Optional<Duration> removeExpired(Instant now) {
        writing.lock();
        try {
            Opened in = opened;
            if (in == null) {
                return Optional.empty();
            }
            long latest = now.minus(keepFor).toEpochMilli();
            boolean removed = false;
            for (int i = 0; i < EXPIRED_AT_ONCE; i++) {
                byte[] oldest = in.map().firstKey();
                if (oldest == null || oldest[0] != TIME || oldest.length != KEY_BYTES - 1 - PLACE) {
                    return Optional.empty();
                }
                long time = ByteBuffer.wrap(oldest).getLong(1);
                if (time >= latest) {
                    return Optional.of(Duration.ofMillis(time - latest + 1));
                }
                byte[] at = join(new byte[] {REPLY}, Arrays.copyOfRange(oldest, 1 + Long.BYTES, oldest.length));
                byte[] record = in.map().get(at);
                if (record != null && (record.length <= HEAD || time(record) <= time)) {
                    remove(in, at);
                    removed = true;
                }
                in.map().remove(oldest);
            }
            if (removed) {
                noteBytes(in);
            }
            return Optional.of(Duration.ZERO);
        } catch (RuntimeException | AssertionError e) {
            broke(e, now);
            return Optional.of(REST);
        } finally {
            writing.unlock();
        }
    }

    /** What is open, after seeing to what went wrong before; null if there is nothing to be done now. */
    private @Nullable Opened usable(Instant now) {
        if (restUntil != null && now.isBefore(restUntil)) {
            return null;
        }
        StoreFile open = file;
        if (open == null) {
            return null;
        }
        Opened in = opened;
        if (in != null && trouble == Trouble.NONE && !open.store().isClosed()) {
            return in;
        }
        gate.writeLock().lock();
        try {
            opened = null;
            if (trouble == Trouble.DAMAGED) {
                open.startAnew("damaged", "is damaged");
            } else {
                open.reopen();
            }
            take(open);
            trouble = Trouble.NONE;
        } finally {
            gate.writeLock().unlock();
        }
        return opened;
    }

    private void reviveAfterRest(Instant now) {
        boolean isClosed = opened == null || trouble == Trouble.CLOSED;
        if (isClosed && writing.tryLock()) {
            try {
                usable(now);
            } catch (RuntimeException | AssertionError e) {
                broke(e, now);
            } finally {
                writing.unlock();
            }
        }
    }

    /**
     * Notes what is the matter. An IOException says nothing about what is in the file: a disk may be full, or the thread that
     * read was interrupted, which closes the file.
     */
    private void met(Throwable problem) {
        StoreFile open = file;
        boolean hasClosed = open == null || open.store().isClosed();
        trouble = hasClosed || !StoreFile.isDamage(problem) ? Trouble.CLOSED : Trouble.DAMAGED;
        log.debug("{} in {}: {}", KIND.title(), directory, problem.getClass().getName());
    }

    private void broke(Throwable problem, Instant now) {
        met(problem);
        rest(problem, now);
    }

    private void rest(Throwable problem, Instant now) {
        restUntil = now.plus(REST);
        if (!saidSo) {
            saidSo = true;
            log.warn(
                    "{} in {} cannot be written: {}; it is tried again every {} s",
                    KIND.title(),
                    directory,
                    problem.getClass().getName(),
                    REST.toSeconds());
        }
    }

    @Override
    public void begin() {
        writing.lock();
        try {
            open();
            users++;
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void end() {
        writing.lock();
        try {
            users--;
            if (users == 0) {
                close();
            }
        } finally {
            writing.unlock();
        }
    }

    private void open() {
        writing.lock();
        gate.writeLock().lock();
        try {
            if (file == null) {
                StoreFile open = StoreFile.open(directory, KIND);
                file = open;
                try {
                    take(open);
                } catch (RuntimeException | AssertionError e) { // it opens, and cannot be read
                    open.startAnew("damaged", "is damaged");
                    take(open);
                }
            }
        } finally {
            gate.writeLock().unlock();
            writing.unlock();
        }
    }

    /** Reads what has to be known of an open file. */
    private void take(StoreFile open) {
        MVMap<byte[], byte[]> map = open.map(MAP);
        byte[] record = map.get(SECRET);
        if (record != null && seal.encrypts() && !RecordSeal.isEncrypted(record)) {
            log.info("{} in {} is encrypted from now on; what was kept without is removed", KIND.title(), directory);
            open.discard();
            map = open.map(MAP);
            record = null;
        }
        byte[] secret = record == null ? null : seal.open(MAP, SECRET, record);
        if (record != null && (secret == null || secret.length != 2 * PART)) {
            open.startAnew("unreadable", "cannot be read with the keys that are there");
            map = open.map(MAP);
            secret = null;
        }
        if (secret == null) {
            secret = new byte[2 * PART];
            new SecureRandom().nextBytes(secret);
        }
        map.put(SECRET, seal.seal(MAP, SECRET, secret)); // with the newest key
        byte[] sum = map.get(BYTES);
        bytes = sum == null || sum.length != Long.BYTES
                ? 0
                : ByteBuffer.wrap(sum).getLong();
        opened = new Opened(map, new SecretKeySpec(secret, "HmacSHA256"));
        questionsStored.incrementAndGet(); // by another process, while it was closed here
    }

    @Override
    public void close() {
        writing.lock();
        gate.writeLock().lock();
        try {
            opened = null;
            StoreFile open = file;
            file = null;
            if (open != null) {
                open.close();
            }
        } finally {
            gate.writeLock().unlock();
            writing.unlock();
        }
    }

    /** How many replies are there. */
    long size() {
        gate.readLock().lock();
        try {
            Opened in = opened;
            return in == null ? 0 : place(in, QUESTION) - place(in, REPLY);
        } finally {
            gate.readLock().unlock();
        }
    }

    @Override
    public String toString() {
        return "ReplyCache{on disk in " + directory + "}";
    }

    private static byte[] replyKey(Mac mac, RequestFingerprint key) {
        return join(REPLY, part(mac, key.tenantHash()), part(mac, key.hash()));
    }

    /** Where the reply to a question is. */
    private static byte[] replyKey(byte[] question) {
        return join(
                REPLY,
                Arrays.copyOfRange(question, 1, 1 + PART),
                Arrays.copyOfRange(question, 1 + PLACE, 1 + PLACE + PART));
    }

    /** Where what questions were asked in is; they follow. */
    private static byte[] contextKey(Mac mac, RequestFingerprint key) {
        return join(QUESTION, part(mac, key.tenantHash()), part(mac, key.contextHash()));
    }

    private static byte[] part(Mac mac, byte[] hash) {
        return Arrays.copyOf(mac.doFinal(hash), PART);
    }

    private static byte[] timeKey(long time, byte[] at) {
        return ByteBuffer.allocate(1 + Long.BYTES + PLACE)
                .put(TIME)
                .putLong(time)
                .put(at, 1, PLACE)
                .array();
    }

    private static long time(byte[] record) {
        return ByteBuffer.wrap(record).getLong(0);
    }

    private static int uses(byte[] record) {
        return record[Long.BYTES] & 0xff;
    }

    private static byte[] word(String word) {
        return join(new byte[] {WORD}, word.getBytes(US_ASCII));
    }

    private static byte[] join(byte kind, byte[]... parts) {
        byte[] rest = {};
        for (byte[] each : parts) {
            rest = join(rest, each);
        }
        return join(new byte[] {kind}, rest);
    }

    private static byte[] join(byte[] one, byte[] two) {
        byte[] both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);
        return both;
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }
}
