package io.github.tideover.outbox;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Receipt;
import io.github.tideover.chat.Role;
import io.github.tideover.failure.FailureKind;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is in the outbox, and what has become of each message. An index is in memory; what was said is in the store alone. A
 * state is believed once it is written.
 *
 * <p>Part of the seam between this library's own packages: sending and giving out answers is the client's business.
 *
 * @since 0.1
 */
public final class Ledger {
    private static final Logger log = LoggerFactory.getLogger(Ledger.class);
    /** After so many failures that are its own fault a message is not sent any more. */
    private static final int MOST_FAULTS = 3;

    private static final long WRITE_AGAIN_AFTER = TimeUnit.SECONDS.toNanos(1);

    static final String STATE = "s/";
    static final String MESSAGE = "m/";
    private static final String REPLY = "r/";

    private final OutboxStore store;
    private final Committer committer;
    private final Duration keepFor;
    private final int maxMessages;
    private final long maxBytes;
    private final Clock clock;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();

    // All of this is guarded by the lock.
    private final Map<String, Entry> entries = new HashMap<>();
    private final TreeMap<Long, Entry> waiting = new TreeMap<>();
    private final Map<String, TreeMap<Long, Entry>> waitingIn = new HashMap<>();
    private final TreeMap<Long, Entry> answered = new TreeMap<>();
    private final List<Change> unsaved = new ArrayList<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private long bytes;
    private long lastNumber;
    private int repliesToWrite;
    private int acknowledgementsToWrite;
    private long writeAgainAt;
    private boolean closed;

    Ledger(
            OutboxStore store,
            boolean isIncomplete,
            Duration keepFor,
            int maxMessages,
            long maxBytes,
            Clock clock,
            LongSupplier nanos)
            throws IOException {
        this.store = store;
        this.keepFor = keepFor;
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        this.clock = clock;
        this.nanos = nanos;
        committer = new Committer(store);
        load(isIncomplete);
    }

    /**
     * Who sends what waits, and hears what has become of it.
     *
     * @since 0.1
     */
    public interface Watcher {
        /** There may be something to do. The first of several watchers is the one that does it. */
        void wake();

        /**
         * The state of a message has changed, and that is safe.
         *
         * @param message the message as it is now
         */
        void changed(OutboxMessage message);
    }

    private void load(boolean isIncomplete) throws IOException {
        long now = nanos.getAsLong();
        Set<String> unreadable = new HashSet<>();
        store.scan(STATE, (key, value) -> {
            String id = key.substring(STATE.length());
            try {
                Entry entry = Entry.read(id, value, now);
                entries.put(id, entry);
                bytes += entry.bytes;
                lastNumber = Math.max(lastNumber, entry.number);
            } catch (IOException | RuntimeException e) {
                unreadable.add(id);
            }
        });
        List<Entry> strays = isIncomplete || !unreadable.isEmpty() ? takeUpStrays(now) : List.of();
        strays.forEach(stray -> unreadable.remove(stray.id));
        if (!unreadable.isEmpty()) {
            log.warn("{} messages in the outbox cannot be read and are left where they are", unreadable.size());
        }
        entries.values().forEach(this::file);
        strays.forEach(stray -> committer.write(new Change(stray, stray.state)));
    }

    /** A message whose request is there and whose state is not. */
    private record Stray(String id, ChatRequest request, int size) {}

    /**
     * After damage, takes up messages whose state is gone: they wait, or are answered if their answer is there. What had become
     * of them otherwise is not known.
     */
    private List<Entry> takeUpStrays(long now) throws IOException {
        List<Stray> strays = new ArrayList<>();
        store.scan(MESSAGE, (key, value) -> {
            String id = key.substring(MESSAGE.length());
            if (!entries.containsKey(id) && value.length > 0) {
                try {
                    strays.add(new Stray(id, MessageCodec.request(value), value.length));
                } catch (IOException | RuntimeException e) {
                    log.debug("A request makes no sense: {}", e.getClass().getName());
                }
            }
        });
        if (strays.isEmpty()) {
            return List.of();
        }
        Set<String> replied = new HashSet<>();
        store.scan(REPLY, (key, value) -> {
            if (value.length > 0) {
                replied.add(key.substring(REPLY.length()));
            }
        });
        Map<String, List<Entry>> turns = new HashMap<>();
        Set<Long> taken = new HashSet<>();
        for (Entry each : entries.values()) {
            taken.add(each.number);
            if (each.conversation != null) {
                turns.computeIfAbsent(each.conversation, any -> new ArrayList<>())
                        .add(each);
            }
        }
        strays.sort(Comparator.comparingInt(stray -> stray.request.messages().size()));
        List<Entry> all = new ArrayList<>();
        for (Stray stray : strays) {
            String conversation = stray.request.conversation().orElse(null);
            List<Entry> others = conversation == null
                    ? new ArrayList<>()
                    : turns.computeIfAbsent(conversation, any -> new ArrayList<>());
            Entry entry = takeUp(stray, placeAmong(others, stray.request, taken), now);
            entry.state = replied.contains(stray.id) ? MessageState.ANSWERED : MessageState.WAITING;
            entry.follows = others.stream()
                    .filter(turn -> turn.state == MessageState.WAITING && turn.number < entry.number)
                    .filter(turn -> turn.placeOfAnswer(stray.request) >= 0)
                    .max(Comparator.comparingLong(turn -> turn.number))
                    .map(turn -> turn.id)
                    .orElse(null);
            taken.add(entry.number);
            others.add(entry);
            all.add(entry);
        }
        log.warn("What had become of {} messages in the outbox is damaged: they are taken up once more", all.size());
        return all;
    }

    private Entry takeUp(Stray stray, long number, long now) {
        Instant time = Instant.ofEpochMilli(clock.millis());
        Entry entry = new Entry(
                stray.id,
                number,
                stray.request.conversation().orElse(null),
                stray.request.tenant().orElse(null),
                time,
                time.plus(keepFor),
                now);
        entry.says(stray.request, stray.size);
        entries.put(entry.id, entry);
        bytes += entry.bytes;
        lastNumber = Math.max(lastNumber, number);
        return entry;
    }

    /** A number that is free: behind the shorter turns of its conversation, before the longer ones; or else the next. */
    private long placeAmong(List<Entry> others, ChatRequest request, Set<Long> taken) {
        int messages = request.messages().size();
        long number = 1;
        long end = Long.MAX_VALUE;
        for (Entry each : others) {
            if (each.messages() < messages) {
                number = Math.max(number, each.number + 1);
            } else if (each.messages() > messages) {
                end = Math.min(end, each.number);
            }
        }
        if (end > lastNumber) {
            return lastNumber + 1;
        }
        while (number < end && taken.contains(number)) {
            number++;
        }
        return number < end ? number : lastNumber + 1;
    }

    /** Puts an entry where it is looked for by its state. */
    private void file(Entry entry) {
        if (entry.state == MessageState.WAITING) {
            waiting.put(entry.number, entry);
            if (entry.conversation != null) {
                waitingIn
                        .computeIfAbsent(entry.conversation, any -> new TreeMap<>())
                        .put(entry.number, entry);
            }
        } else if (entry.state == MessageState.ANSWERED) {
            answered.put(entry.number, entry);
        }
    }

    private void unfile(Entry entry) {
        waiting.remove(entry.number);
        answered.remove(entry.number);
        if (entry.conversation != null) {
            waitingIn.computeIfPresent(entry.conversation, (any, turns) -> {
                turns.remove(entry.number);
                return turns.isEmpty() ? null : turns;
            });
        }
    }

    private void forget(Entry entry) {
        unfile(entry);
        if (entries.remove(entry.id) != null) {
            bytes -= entry.bytes;
        }
    }

    // Messages come in.

    /**
     * Takes a message in. It is accepted when it is safe and the receipt is taken.
     *
     * @param request what was asked
     * @return the message on its way
     */
    public Offer offer(ChatRequest request) {
        String id = UUID.randomUUID().toString();
        ChatRequest kept = request.idempotencyKey().isPresent()
                ? request
                : request.toBuilder().idempotencyKey(id).build();
        byte[] written = MessageCodec.write(kept);
        Instant now = Instant.ofEpochMilli(clock.millis());
        Offer offer;
        lock.lock();
        try {
            Entry entry = new Entry(
                    id,
                    lastNumber + 1,
                    request.conversation().orElse(null),
                    request.tenant().orElse(null),
                    now,
                    now.plus(keepFor),
                    nanos.getAsLong());
            Receipt receipt = Receipt.of(id, waiting.size() + 1, entry.expiresAt);
            String full = whyNoRoom(written.length);
            if (full != null) {
                Offer refused = new Offer(this, null, receipt, kept, written);
                refused.refused(full);
                return refused;
            }
            lastNumber++;
            entry.says(kept, written.length);
            Entry before = lastTurnOf(entry.conversation);
            entry.follows = before != null && before.placeOfAnswer(kept) >= 0 ? before.id : null;
            offer = new Offer(this, entry, receipt, kept, written);
            entry.offer = offer;
            entries.put(id, entry);
            bytes += entry.bytes;
            file(entry);
            committer.write(new Entrance(entry, offer));
        } finally {
            lock.unlock();
        }
        return offer;
    }

    private @Nullable Entry lastTurnOf(@Nullable String conversation) {
        TreeMap<Long, Entry> turns = conversation == null ? null : waitingIn.get(conversation);
        Entry last = turns == null ? null : turns.lastEntry().getValue();
        return last == null || last.answering ? null : last;
    }

    /** Makes room at the cost of messages that only the application can still do something about, the oldest first. */
    private @Nullable String whyNoRoom(int more) {
        if (closed) {
            return "the outbox is closed";
        }
        if (entries.size() < maxMessages && bytes + more <= maxBytes) {
            return null;
        }
        List<Entry> ended = new ArrayList<>(entries.values());
        ended.removeIf(entry -> entry.state.isOpen());
        ended.sort(Comparator.comparingLong(entry -> entry.number));
        for (Entry each : ended) {
            if (entries.size() < maxMessages && bytes + more <= maxBytes) {
                break;
            }
            forget(each);
            committer.write(new Removal(each));
        }
        if (entries.size() >= maxMessages) {
            return "the outbox is full: it holds " + entries.size() + " messages, as many as it may";
        }
        return bytes + more <= maxBytes
                ? null
                : "the outbox is full: it holds " + bytes + " bytes, and with this message it would be more than "
                        + maxBytes;
    }

    boolean take(Offer offer, Entry entry) {
        lock.lock();
        try {
            if (!offer.isSafe() || offer.isWithdrawn()) {
                withdraw(offer, entry);
                return false;
            }
            entry.offer = null;
        } finally {
            lock.unlock();
        }
        told(entry.seen());
        return true;
    }

    void withdraw(Offer offer, Entry entry) {
        lock.lock();
        try {
            if (!offer.isWithdrawn()) {
                offer.markWithdrawn();
                forget(entry);
                committer.write(new Removal(entry));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether a message of a conversation waits that came before.
     *
     * @param conversation the conversation's id
     * @return true if a later turn would overtake it
     */
    public boolean isWaiting(String conversation) {
        lock.lock();
        try {
            return lastTurnOf(conversation) != null;
        } finally {
            lock.unlock();
        }
    }

    // Messages are sent.

    /**
     * The message to be sent next, which is taken to be under way from now on.
     *
     * @param now the moment, on the monotonic clock
     * @return its id, or null if there is none that may be sent now
     */
    public @Nullable String next(long now) {
        lock.lock();
        try {
            if (closed || repliesToWrite > 0 || !unsaved.isEmpty()) {
                return null; // nothing is asked for as long as it is not known whether answers can be written down
            }
            Instant time = clock.instant();
            for (Entry each : waiting.values()) {
                boolean isReady = each.offer == null && !each.underWay && each.notBefore - now <= 0;
                if (isReady && isFirstOfItsConversation(each) && each.expiresAt.isAfter(time)) {
                    each.underWay = true;
                    return each.id;
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private boolean isFirstOfItsConversation(Entry entry) {
        return entry.conversation == null
                || requireNonNull(waitingIn.get(entry.conversation)).firstKey() == entry.number;
    }

    /**
     * What was asked.
     *
     * @param id the message's id
     * @return the request, empty if the message is not there, or what was kept of it is damaged
     * @throws IOException if it cannot be read now
     */
    public Optional<ChatRequest> request(String id) throws IOException {
        return read(MESSAGE + id, MessageCodec::request);
    }

    /**
     * What was answered.
     *
     * @param id the message's id
     * @return the reply, empty if there is none, or it is no longer kept, or damaged
     * @throws IOException if it cannot be read now
     */
    public Optional<ChatReply> reply(String id) throws IOException {
        return read(REPLY + id, MessageCodec::reply);
    }

    private interface Reading<T> {
        T of(byte[] written) throws IOException;
    }

    private <T> Optional<T> read(String key, Reading<T> reading) throws IOException {
        byte[] written = store.read(key);
        try {
            return written == null ? Optional.empty() : Optional.of(reading.of(written));
        } catch (IOException | RuntimeException e) {
            log.warn("A message in the outbox makes no sense: {}", e.getClass().getName());
            return Optional.empty();
        }
    }

    /**
     * A message was answered. Its answer is written down, into the requests of the turns that wait behind it too.
     *
     * @param id the message's id
     * @param reply the answer
     */
    public void answered(String id, ChatReply reply) {
        lock.lock();
        try {
            Entry entry = entries.get(id);
            if (entry != null && entry.state == MessageState.WAITING && !entry.replied) {
                entry.replied = true;
                repliesToWrite++;
                committer.write(new Answer(entry, reply));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * A message was not answered and is to be tried again.
     *
     * @param id the message's id
     * @param why what kind of failure it met; null if it was not sent
     * @param isOwnFault whether others were answered meanwhile
     * @param notBefore the moment, on the monotonic clock, before which it is not to be tried again
     */
    public void failed(String id, @Nullable FailureKind why, boolean isOwnFault, long notBefore) {
        lock.lock();
        try {
            Entry entry = entries.get(id);
            if (entry == null || entry.state != MessageState.WAITING) {
                return;
            }
            entry.underWay = false;
            entry.tries++;
            entry.notBefore = notBefore;
            entry.lastFailure = why == null ? entry.lastFailure : why;
            if (isOwnFault) {
                entry.faults++;
                MessageState next = entry.faults >= MOST_FAULTS ? MessageState.FAILED : MessageState.WAITING;
                committer.write(new Change(entry, next));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * How often a message was sent in vain since the client was opened.
     *
     * @param id the message's id
     * @return the number, 0 for one that is not there
     */
    public int tries(String id) {
        lock.lock();
        try {
            Entry entry = entries.get(id);
            return entry == null ? 0 : entry.tries;
        } finally {
            lock.unlock();
        }
    }

    /**
     * A provider refused a message.
     *
     * @param id the message's id
     * @param why what kind of refusal it was
     */
    public void refused(String id, FailureKind why) {
        lock.lock();
        try {
            Entry entry = entries.get(id);
            if (entry != null && entry.state == MessageState.WAITING) {
                entry.lastFailure = why;
                committer.write(new Change(entry, MessageState.REFUSED));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * What was asked cannot be read any more: the message has failed, and those behind it need not wait.
     *
     * @param id the message's id
     */
    public void lost(String id) {
        lock.lock();
        try {
            Entry entry = entries.get(id);
            if (entry != null && entry.state == MessageState.WAITING) {
                entry.lastFailure = FailureKind.LOST;
                committer.write(new Change(entry, MessageState.FAILED));
            }
        } finally {
            lock.unlock();
        }
    }

    // Answers are given out.

    /**
     * The answer to be given out next, which is taken to be under way until it is {@linkplain #acknowledged acknowledged} or not:
     * in order within a conversation.
     *
     * @param now the moment, on the monotonic clock
     * @return the message's id, or null if there is none
     */
    public @Nullable String nextAnswer(long now) {
        lock.lock();
        try {
            if (acknowledgementsToWrite > 0) {
                return null; // lest a crash forget more of them than there are places
            }
            Set<String> held = new HashSet<>();
            for (Entry each : answered.values()) {
                boolean isFirst = each.conversation == null || held.add(each.conversation);
                if (isFirst && !closed && !each.underWay && each.notBefore - now <= 0) {
                    each.underWay = true;
                    each.tries++;
                    return each.id;
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Reads an answer that is to be given out. One that is damaged is asked for once more; without its request, the message has
     * come to an end.
     *
     * @param id the message's id
     * @return the delivery, empty if there is nothing to give out any more
     * @throws IOException if it cannot be read now
     */
    public Optional<Delivery> delivery(String id) throws IOException {
        Optional<ChatRequest> request = request(id);
        Optional<ChatReply> reply = reply(id);
        lock.lock();
        try {
            Entry entry = entries.get(id);
            if (entry == null || entry.state != MessageState.ANSWERED) {
                return Optional.empty();
            }
            if (request.isPresent() && reply.isPresent()) {
                return Optional.of(new Delivery(entry.seen(), request.get(), reply.get(), entry.tries));
            }
            MessageState ended = reply.isPresent() ? MessageState.UNDELIVERED : MessageState.FAILED;
            entry.tries = 0;
            entry.notBefore = nanos.getAsLong();
            entry.lastFailure = FailureKind.LOST;
            committer.write(new Change(entry, request.isPresent() ? MessageState.WAITING : ended));
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The callback has returned: the message is done.
     *
     * @param id the message's id
     */
    public void acknowledged(String id) {
        end(id, MessageState.DELIVERED);
    }

    /**
     * The callback failed.
     *
     * @param id the message's id
     * @param notBefore the moment, on the monotonic clock, before which it is not to be tried again
     */
    public void notAcknowledged(String id, long notBefore) {
        lock.lock();
        try {
            Entry entry = entries.get(id);
            if (entry != null && entry.state == MessageState.ANSWERED) {
                entry.underWay = false;
                entry.notBefore = notBefore;
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The callback failed too often.
     *
     * @param id the message's id
     */
    public void undelivered(String id) {
        end(id, MessageState.UNDELIVERED);
    }

    private void end(String id, MessageState state) {
        lock.lock();
        try {
            Entry entry = entries.get(id);
            if (entry != null && entry.state == MessageState.ANSWERED && !entry.acknowledged) {
                entry.acknowledged = state == MessageState.DELIVERED;
                acknowledgementsToWrite += entry.acknowledged ? 1 : 0;
                committer.write(new Change(entry, state));
            }
        } finally {
            lock.unlock();
        }
    }

    // The application looks, and has a say.

    /**
     * All messages, the oldest first.
     *
     * @return as they are now
     */
    public List<OutboxMessage> list() {
        lock.lock();
        try {
            return entries.values().stream()
                    .filter(entry -> entry.offer == null)
                    .sorted(Comparator.comparingLong(entry -> entry.number))
                    .map(Entry::seen)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /**
     * One message.
     *
     * @param id its id
     * @return as it is now, empty if it is not there
     */
    public Optional<OutboxMessage> find(String id) {
        lock.lock();
        try {
            Entry entry = entries.get(id);
            return entry == null || entry.offer != null ? Optional.empty() : Optional.of(entry.seen());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a message back.
     *
     * @param id its id
     * @return false if it is not there, or its answer is being given out
     */
    public boolean cancel(String id) {
        lock.lock();
        try {
            Entry entry = entries.get(id);
            if (entry == null || entry.offer != null || entry.replied || entry.state == MessageState.ANSWERED) {
                return false;
            }
            unfile(entry); // it is not sent any more, whether or not that can be written down
            committer.write(new Change(entry, MessageState.CANCELLED));
            entry.state = MessageState.CANCELLED;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Has a message that came to its end without a delivery tried again, as if it had been accepted now.
     *
     * @param id its id
     * @return false if it is not there, or has not come to such an end
     */
    public boolean retry(String id) {
        lock.lock();
        try {
            Entry entry = entries.get(id);
            if (entry == null || entry.state.isOpen() || entry.state == MessageState.CANCELLED) {
                return false;
            }
            entry.faults = 0;
            entry.tries = 0;
            entry.notBefore = nanos.getAsLong();
            boolean hasAnswer = entry.state == MessageState.UNDELIVERED;
            entry.expiresAt = hasAnswer ? entry.expiresAt : clock.instant().plus(keepFor);
            committer.write(new Change(entry, hasAnswer ? MessageState.ANSWERED : MessageState.WAITING));
            return true;
        } finally {
            lock.unlock();
        }
    }

    // Time passes.

    /**
     * Ends what was not answered in its time, removes what has been ended for as long, and tries to write what could not be
     * written.
     *
     * @return how long until there is something of that to do again
     */
    public Optional<Duration> tidy() {
        lock.lock();
        try {
            if (!unsaved.isEmpty() && writeAgainAt - nanos.getAsLong() <= 0) {
                List<Change> again = List.copyOf(unsaved);
                unsaved.clear();
                again.forEach(committer::write);
            }
            Instant now = clock.instant();
            Instant next = null;
            for (Entry each : List.copyOf(entries.values())) {
                boolean isWaiting = each.state == MessageState.WAITING;
                Instant due = isWaiting ? each.expiresAt : each.endedAt == null ? null : each.endedAt.plus(keepFor);
                if (due == null || each.offer != null || each.underWay) {
                    continue;
                }
                if (due.isAfter(now)) {
                    next = next == null || due.isBefore(next) ? due : next;
                } else if (isWaiting) {
                    each.underWay = true; // it is not sent any more
                    committer.write(new Change(each, MessageState.EXPIRED));
                } else {
                    forget(each);
                    committer.write(new Removal(each));
                }
            }
            return next == null ? Optional.empty() : Optional.of(Duration.between(now, next));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether something waits to be sent, given out, or written.
     *
     * @return false if nothing is left to do by itself
     */
    public boolean hasWork() {
        lock.lock();
        try {
            return !closed && (!waiting.isEmpty() || !answered.isEmpty() || !unsaved.isEmpty());
        } finally {
            lock.unlock();
        }
    }

    // Who does the work.

    /**
     * Adds a client. The first one does the work; when it is gone, the next.
     *
     * @param watcher told of what there is to do
     */
    public void attach(Watcher watcher) {
        lock.lock();
        try {
            watchers.add(watcher);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether a client is the one that does the work.
     *
     * @param watcher the client's
     * @return true for the first that is still there
     */
    public boolean isInCharge(Watcher watcher) {
        lock.lock();
        try {
            return !closed && watchers.indexOf(watcher) == 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Removes a client. What it was sending is for the next one; an answer that it is giving out is so only if the callback
     * throws. With the last client, the outbox is closed.
     *
     * @param watcher the client's
     * @param atMost how long to wait for what is still to be written
     */
    public void detach(Watcher watcher, Duration atMost) {
        Watcher heir = null;
        boolean isLast;
        lock.lock();
        try {
            boolean wasInCharge = watchers.indexOf(watcher) == 0;
            watchers.remove(watcher);
            isLast = watchers.isEmpty() && !closed;
            closed |= isLast;
            if (wasInCharge && !isLast && !watchers.isEmpty()) {
                heir = watchers.get(0);
                waiting.values().forEach(entry -> entry.underWay = entry.replied);
            }
        } finally {
            lock.unlock();
        }
        if (heir != null) {
            heir.wake();
        }
        if (isLast) {
            close(atMost);
        }
    }

    private void close(Duration atMost) {
        if (!committer.close(atMost)) {
            log.warn("The outbox was closed before all was written: its store is slow");
        }
        try {
            store.close();
        } catch (IOException | RuntimeException e) {
            log.warn("The outbox was not closed: {}", e.getClass().getName());
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void told(@Nullable OutboxMessage message) {
        List<Watcher> all;
        lock.lock();
        try {
            all = List.copyOf(watchers);
        } finally {
            lock.unlock();
        }
        if (message != null) {
            all.forEach(watcher -> watcher.changed(message));
        }
        if (!all.isEmpty()) {
            all.get(0).wake();
        }
    }

    // What is written.

    /** A message that comes in. */
    private final class Entrance implements Committer.Write {
        private final Entry entry;
        private final Offer offer;

        Entrance(Entry entry, Offer offer) {
            this.entry = entry;
            this.offer = offer;
        }

        @Override
        public void prepare(Changes changes) {
            lock.lock();
            try {
                if (!offer.isWithdrawn()) {
                    changes.put(MESSAGE + entry.id, offer.bytes);
                    changes.put(STATE + entry.id, entry.written());
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void done(@Nullable Throwable problem) {
            lock.lock();
            try {
                if (problem == null) {
                    offer.nowSafe();
                } else {
                    offer.markWithdrawn();
                    forget(entry);
                    // Whether nothing of it was written is for a store to know that has just failed.
                    committer.write(new Removal(entry));
                }
            } finally {
                lock.unlock();
            }
            if (problem != null) {
                offer.refused(
                        "the outbox cannot be written to (" + problem.getClass().getName() + ")");
            }
        }
    }

    /** A message that is no longer kept, and of which nothing is told. */
    private static final class Removal implements Committer.Write {
        private final Entry entry;

        Removal(Entry entry) {
            this.entry = entry;
        }

        @Override
        public void prepare(Changes changes) {
            changes.remove(STATE + entry.id);
            changes.remove(MESSAGE + entry.id);
            changes.remove(REPLY + entry.id);
        }

        @Override
        public void done(@Nullable Throwable problem) {
            // What could not be removed is found at the next start, and is tried again or ends there.
        }
    }

    /** A message that comes to another state. Until that is written, it is tried again. */
    private class Change implements Committer.Write {
        final Entry entry;
        final MessageState next;

        Change(Entry entry, MessageState next) {
            this.entry = entry;
            this.next = next;
        }

        private boolean isGone() {
            return next == MessageState.DELIVERED || next == MessageState.CANCELLED;
        }

        @Override
        public void prepare(Changes changes) throws IOException {
            if (isGone()) {
                new Removal(entry).prepare(changes);
                return;
            }
            lock.lock();
            try {
                MessageState before = entry.state;
                Instant endedBefore = entry.endedAt;
                entry.state = next;
                entry.endedAt = next.isOpen() ? null : clock.instant();
                changes.put(STATE + entry.id, entry.written());
                entry.state = before; // not before it is safe
                entry.endedAt = endedBefore;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void done(@Nullable Throwable problem) {
            OutboxMessage now = null;
            lock.lock();
            try {
                if (problem != null) {
                    entry.answering = false;
                    unsaved.add(this);
                    writeAgainAt = nanos.getAsLong() + WRITE_AGAIN_AFTER;
                } else if (entries.get(entry.id) == entry) {
                    boolean isNews = entry.state != next || isGone();
                    unfile(entry);
                    entry.state = next;
                    entry.endedAt = next.isOpen() ? null : clock.instant();
                    entry.answering = false;
                    repliesToWrite -= entry.replied ? 1 : 0;
                    entry.replied = false;
                    acknowledgementsToWrite -= entry.acknowledged ? 1 : 0;
                    entry.acknowledged = false;
                    entry.underWay = false;
                    if (isGone()) {
                        forget(entry);
                    } else {
                        file(entry);
                    }
                    now = isNews ? entry.seen() : null;
                }
            } finally {
                lock.unlock();
            }
            told(now);
        }
    }

    /** A message that was answered: the turns that wait behind it are written anew, with the answer in its place. */
    private final class Answer extends Change {
        private final ChatReply reply;

        Answer(Entry entry, ChatReply reply) {
            super(entry, MessageState.ANSWERED);
            this.reply = reply;
        }

        @Override
        public boolean isLate() {
            return true;
        }

        @Override
        public void prepare(Changes changes) throws IOException {
            lock.lock();
            try {
                entry.tries = 0;
                entry.notBefore = nanos.getAsLong();
                entry.answering = true;
                changes.put(REPLY + entry.id, MessageCodec.write(reply));
                if (entry.conversation != null) {
                    putIntoLaterTurns(entry.conversation, changes);
                }
                super.prepare(changes);
            } finally {
                lock.unlock();
            }
        }

        private void putIntoLaterTurns(String conversation, Changes changes) throws IOException {
            Set<String> chain = new HashSet<>(Set.of(entry.id));
            TreeMap<Long, Entry> turns = waitingIn.getOrDefault(conversation, new TreeMap<>());
            for (Entry later : turns.tailMap(entry.number, false).values()) {
                if (later.follows == null || !chain.contains(later.follows)) {
                    continue;
                }
                Offer offered = later.offer;
                boolean isWritten = offered == null || offered.isSafe();
                ChatRequest said = isWritten ? request(later.id).orElse(null) : requireNonNull(offered).request;
                int place = said == null ? -1 : entry.placeOfAnswer(said);
                if (place < 0) {
                    continue;
                }
                chain.add(later.id);
                List<Message> messages = new ArrayList<>(requireNonNull(said).messages());
                if (messages.get(place).role() == Role.ASSISTANT) {
                    messages.remove(place); // this is written a second time
                }
                messages.add(place, Message.assistant(reply));
                ChatRequest with = said.withMessages(messages);
                byte[] written = MessageCodec.write(with);
                bytes += written.length - later.bytes;
                later.says(with, written.length);
                if (isWritten) {
                    changes.put(MESSAGE + later.id, written);
                    changes.put(STATE + later.id, later.written());
                } else {
                    requireNonNull(offered).request = with; // on this thread, and so before it is written
                    offered.bytes = written;
                }
            }
        }
    }
}
