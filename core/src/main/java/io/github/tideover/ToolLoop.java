package io.github.tideover;

import static java.util.Objects.requireNonNull;

import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.FinishReason;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.Role;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.ToolChoice;
import io.github.tideover.chat.Usage;
import io.github.tideover.failure.ChatException;
import io.github.tideover.failure.Failure;
import io.github.tideover.failure.FailureKind;
import io.github.tideover.tool.MisfitException;
import io.github.tideover.tool.Toolbox;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rounds of one call that runs tools. It acts on replies that have proved to be complete and on no others; what a tool gave
 * is in the conversation from then on, and so goes to whoever is asked next. Used by the thread that reads.
 */
final class ToolLoop implements Goal {
    /** Stands for every name that no tool has. */
    private static final String NO_TOOL = "";

    private static final String LEFT_RUNNING = "The tool was left running; whether it took effect is not known.";

    private final Toolbox toolbox;
    private final Goal answer;
    private final Consumer<List<Message>> whenBroken;
    private final List<Message> messages;
    /** Calls that are in the conversation and have no result there. */
    private final Deque<ToolCall> owed = new ArrayDeque<>();

    private final Map<Wish, String> results = new HashMap<>();
    /** Tools whose arguments did not fit, of which the model was told; it is told once. */
    private final Set<String> told = new HashSet<>();

    private ChatRequest request;
    /** The tool that was begun last, until its result is taken. */
    private @Nullable ToolRun underWay;
    /** Whether a tool has run, so that there is something to lose. */
    private boolean hasDone;
    /** The call ended without an answer, and what was done has been told. */
    private boolean isBroken;

    private int rounds;
    private int attempts;
    private Usage usage = Usage.NONE;
    private final List<Failure> skipped = new ArrayList<>(0);
    private final Set<String> adapted = new LinkedHashSet<>(0);

    /** What makes two calls the same. */
    private record Wish(String id, String name, String arguments) {
        static Wish of(ToolCall call) {
            return new Wish(call.id(), call.name(), call.arguments());
        }

        /** Of two calls without an id nobody knows whether they are one. */
        boolean isKnown() {
            return !id.isEmpty();
        }
    }

    /**
     * Begins with a request. Calls at its end that have no result yet are run first.
     *
     * @param answer what the answer is to be in the end
     * @param whenBroken given the conversation when the call ends without an answer after something was done
     */
    ToolLoop(Toolbox toolbox, ChatRequest request, Goal answer, Consumer<List<Message>> whenBroken) {
        this.toolbox = requireNonNull(toolbox, "toolbox == null");
        this.answer = answer;
        this.whenBroken = whenBroken;
        List<Tool> tools = toolbox.tools();
        if (!request.tools().isEmpty() && !request.tools().equals(tools)) {
            throw new IllegalArgumentException(
                    "the request has tools that are not those of the toolbox; put all of them into the toolbox");
        }
        this.request = request.toBuilder().tools(tools.toArray(Tool[]::new)).build();
        this.messages = new ArrayList<>(request.messages());
        lookBack();
    }

    /** Learns what was called and given since the person last spoke: a call that goes on from there runs nothing again. */
    private void lookBack() {
        int from = messages.size();
        while (from > 0 && messages.get(from - 1).role() != Role.USER) {
            from--;
        }
        for (Message message : messages.subList(from, messages.size())) {
            if (message.role() == Role.ASSISTANT) {
                owed.clear();
                owed.addAll(message.toolCalls());
            } else if (message.role() == Role.TOOL) {
                ToolCall call = History.answered(owed, message.answered());
                owed.remove(call);
                results.put(Wish.of(call), message.text());
            }
        }
    }

    /** What to ask now. */
    ChatRequest request() {
        return request;
    }

    /** Whether there are calls to run before anything is asked. */
    boolean isOwed() {
        return !owed.isEmpty();
    }

    @Override
    public @Nullable Failure misfit(ChatReply reply) {
        if (!goesOn(reply)) {
            return answer.misfit(reply);
        }
        if (reply.finishReason() == FinishReason.LENGTH) {
            return RecordGoal.cut(reply); // and nobody knows what the arguments were to be
        }
        for (ToolCall call : reply.toolCalls()) {
            String why = misfitAfterWord(call);
            if (why != null) {
                return Failure.of(FailureKind.WRONG_SHAPE)
                        .message(why)
                        .requestId(RecordGoal.requestIdOf(reply))
                        .build();
            }
        }
        return null;
    }

    /** What is wrong with a call of which the model has been told before; null if nothing is, or for the first time. */
    private @Nullable String misfitAfterWord(ToolCall call) {
        if (earlierResultOf(call) != null) {
            return null;
        }
        try {
            boolean isThere = toolbox.bind(call) != null;
            return isThere || !told.contains(NO_TOOL)
                    ? null
                    : "the model called tools that are not there, and was told so";
        } catch (MisfitException e) {
            return told.contains(call.name())
                    ? "the model called " + call.name() + " with arguments that do not fit, and was told so: " + e.why()
                    : null;
        }
    }

    @Override
    public boolean takesWords() {
        return answer.takesWords();
    }

    /** Whether the reply is not the answer yet. */
    boolean goesOn(ChatReply reply) {
        return !reply.toolCalls().isEmpty();
    }

    /** Takes the calls of a complete reply into the conversation. */
    void take(ChatReply reply) {
        count(reply);
        if (rounds == toolbox.maxRounds()) {
            throw broken(
                    "the model wished for tools once more after " + rounds(rounds) + ", which is all it may have",
                    null);
        }
        Set<Wish> seen = new LinkedHashSet<>();
        List<ToolCall> calls = reply.toolCalls().stream()
                .filter(call -> !Wish.of(call).isKnown() || seen.add(Wish.of(call)))
                .toList();
        messages.add(Message.assistant(reply.text(), calls));
        owed.addAll(calls);
    }

    /**
     * Runs the calls that are owed, one after the other, and makes the next request.
     *
     * @param threads takes a tool to the thread that runs it, which may be this one
     * @param stop asked before each, and while one runs: why the call is over, or null
     * @return false if a tool runs on: this is to be called again when it or the call is over
     */
    boolean run(Executor threads, Supplier<@Nullable ChatException> stop) {
        if (underWay == null) {
            rounds++;
        }
        while (!owed.isEmpty()) {
            ToolRun run = underWay == null ? begin(owed.element(), threads, stop) : underWay;
            underWay = run;
            if (run != null && run.end() == null && stop.get() == null) {
                return false;
            }
            if (run != null) {
                settle(run);
            }
        }
        request = continued();
        return true;
    }

    /** Begins a tool, unless the result of its call is there. */
    private @Nullable ToolRun begin(ToolCall call, Executor threads, Supplier<@Nullable ChatException> stop) {
        String earlier = earlierResultOf(call);
        if (earlier != null) {
            settle(call, earlier);
            return null;
        }
        ChatException why = stop.get();
        if (why != null) {
            throw wrapped(why);
        }
        Callable<String> tool;
        try {
            tool = toolbox.bind(call);
        } catch (MisfitException e) {
            told.add(call.name());
            settle(call, "Not called: the arguments do not fit. " + e.why() + ".");
            return null;
        }
        if (tool == null) {
            told.add(NO_TOOL);
            List<String> names = toolbox.tools().stream().map(Tool::name).toList();
            settle(call, "Not called: there is no tool of this name, but " + names + ".");
            return null;
        }
        ToolRun run = new ToolRun(call, tool);
        threads.execute(run);
        hasDone = true; // or may have
        return run;
    }

    /** Has {@code listener} run, on some thread, when the tool that runs is over. */
    void whenToolIsOver(Runnable listener) {
        ToolRun run = underWay;
        if (run != null) {
            run.whenOver(listener);
        }
    }

    private void settle(ToolRun run) {
        underWay = null;
        ToolRun.End end = run.end();
        settle(run.call(), end == null ? LEFT_RUNNING : end.result());
        if (end != null && end.isInterrupted()) {
            Thread.currentThread().interrupt(); // which may be another than the tool's
        }
        if (end != null && end.error() != null) {
            throw broken("tool " + run.call().name() + " ended in an error", end.error());
        }
    }

    private void settle(ToolCall call, String result) {
        owed.remove();
        messages.add(Message.toolResult(call, result));
        results.put(Wish.of(call), result);
    }

    private @Nullable String earlierResultOf(ToolCall call) {
        Wish wish = Wish.of(call);
        return wish.isKnown() ? results.get(wish) : null;
    }

    /** The request with what was said and done. */
    private ChatRequest continued() {
        ChatRequest next = request.withMessages(messages);
        // A call that must be made in every round would leave no round for the answer.
        boolean isDemand =
                rounds > 0 && next.toolChoice().filter(ToolLoop::isDemand).isPresent();
        return isDemand ? next.toBuilder().toolChoice(ToolChoice.AUTO).build() : next;
    }

    private static boolean isDemand(ToolChoice choice) {
        return choice.mode() == ToolChoice.Mode.REQUIRED || choice.mode() == ToolChoice.Mode.TOOL;
    }

    private void count(ChatReply reply) {
        attempts += reply.attempts();
        skipped.addAll(reply.skipped());
        adapted.addAll(reply.adapted());
        usage = Usage.of(
                usage.inputTokens() + reply.usage().inputTokens(),
                usage.outputTokens() + reply.usage().outputTokens(),
                usage.totalTokens() + reply.usage().totalTokens(),
                usage.cachedInputTokens() + reply.usage().cachedInputTokens(),
                usage.reasoningTokens() + reply.usage().reasoningTokens());
    }

    /** The answer, with what all rounds took. */
    ChatReply answered(ChatReply reply) {
        if (rounds == 0) {
            return reply;
        }
        count(reply);
        return reply.toBuilder()
                .attempts(attempts)
                .skipped(skipped)
                .usage(usage)
                .adapted(List.copyOf(adapted))
                .build();
    }

    /** What a call that ends without an answer throws: nothing that was done is lost. */
    RuntimeException wrapped(RuntimeException end) {
        return hasDone && end instanceof ChatException failure ? broken(failure) : end;
    }

    /** What the conversation is with the answer. */
    List<Message> historyWith(ChatReply reply) {
        return History.with(messages, reply);
    }

    private ToolLoopException broken(ChatException failure) {
        return broken("no answer after " + rounds(rounds) + ": " + failure.getMessage(), failure);
    }

    private ToolLoopException broken(String message, @Nullable Throwable cause) {
        ChatRequest resumption = continued();
        tell(resumption);
        return new ToolLoopException(message, cause, resumption);
    }

    /** The call was ended from outside: what was done is told, and that a tool was left running. */
    void left() {
        ToolRun run = underWay;
        if (run != null) {
            underWay = null;
            ToolRun.End end = run.end();
            settle(run.call(), end == null ? LEFT_RUNNING : end.result());
        }
        if (hasDone && !isBroken) {
            tell(continued());
        }
    }

    private void tell(ChatRequest resumption) {
        isBroken = true;
        whenBroken.accept(resumption.messages());
    }

    private static String rounds(int rounds) {
        return rounds == 1 ? "1 round of tools" : rounds + " rounds of tools";
    }

    /** How many times tools were run. */
    int rounds() {
        return rounds;
    }

    /** How many requests the replies took that wished for tools. */
    int attempts() {
        return attempts;
    }
}
