package io.github.tideover.wire;

import io.github.tideover.chat.ToolCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts tool calls together from their parts, in the order in which they were begun. */
public final class ToolCallParts {
    /** A careful estimate of what a call takes beside its arguments. */
    private static final int OVERHEAD = 64;

    private final List<Begun> calls = new ArrayList<>();
    /** The last call of each index and id: a stream may hold tens of thousands. */
    private final Map<Long, Begun> byIndex = new HashMap<>();

    private final Map<String, Begun> byId = new HashMap<>();
    private long length;

    /**
     * Takes in the next part.
     *
     * @param part begins a call, or goes on with one
     */
    public void add(ToolCallPart part) {
        Begun call = begunBy(part);
        if (call == null) {
            call = new Begun();
            calls.add(call);
            byIndex.put(part.index(), call);
            length += OVERHEAD;
        }
        length += part.arguments().length() + part.thoughtSignature().length();
        // The first one counts: later parts give "" here, and some servers a new id with every part.
        if (call.id.isEmpty() && !part.id().isEmpty()) {
            call.id = part.id();
            byId.put(call.id, call);
        }
        if (call.name.isEmpty()) {
            call.name = part.name();
        }
        if (call.thoughtSignature.isEmpty()) {
            call.thoughtSignature = part.thoughtSignature();
        }
        call.append(part.arguments());
    }

    /**
     * How much is kept.
     *
     * @return characters
     */
    public long length() {
        return length;
    }

    /**
     * Whether no call was begun.
     *
     * @return true if there is none
     */
    public boolean isEmpty() {
        return calls.isEmpty();
    }

    /**
     * Whether a call of that number was begun.
     *
     * @param index the number
     * @return true if so
     */
    public boolean has(long index) {
        return byIndex.containsKey(index);
    }

    /** The call that the part goes on with, or null if it begins one. */
    private @Nullable Begun begunBy(ToolCallPart part) {
        boolean hasIndex = part.index() != ToolCallPart.NO_INDEX;
        Begun numbered = hasIndex ? byIndex.get(part.index()) : null;
        if (numbered != null) {
            return numbered.isAnother(part) ? null : numbered;
        }
        Begun known = part.id().isEmpty() ? null : byId.get(part.id());
        if (known != null && (!hasIndex || part.name().isEmpty())) {
            return known;
        }
        // Without an index, a name is what begins a call: whole calls come like this, one a part, with an id of "".
        // Under a number that no call has, a part with neither name nor id goes on with a call of another number.
        boolean goesOn = part.name().isEmpty() && (!hasIndex || part.id().isEmpty());
        return goesOn && !calls.isEmpty() ? calls.get(calls.size() - 1) : null;
    }

    /**
     * The calls as far as they were told.
     *
     * @return the calls, in the order in which they were begun
     */
    public List<ToolCall> toList() {
        List<ToolCall> list = new ArrayList<>(calls.size());
        for (Begun call : calls) {
            list.add(
                    ToolCall.of(call.id, call.name, call.arguments.toString()).thoughtSignature(call.thoughtSignature));
        }
        return list;
    }

    private static final class Begun {
        private String id = "";
        private String name = "";
        private String thoughtSignature = "";
        private final StringBuilder arguments = new StringBuilder();
        private int pieces;

        void append(String piece) {
            arguments.append(piece);
            pieces += piece.isEmpty() ? 0 : 1;
        }

        /**
         * Whether the part is a call of its own under the same index: it has a name, and another id, or arguments that begin
         * anew after those of a call that came whole, as Gemini's calls do, to which its compatible API may give one number.
         */
        boolean isAnother(ToolCallPart part) {
            if (part.name().isEmpty()) {
                return false;
            }
            boolean hasOtherId = !id.isEmpty() && !part.id().isEmpty() && !id.equals(part.id());
            return hasOtherId
                    || (pieces == 1 && part.arguments().startsWith("{") && Json.isObject(arguments.toString()));
        }
    }
}
