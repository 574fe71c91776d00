package io.github.tideover;

import io.github.tideover.chat.ToolCall;
import io.github.tideover.tool.ToolFailedException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a tool. Whoever waits for it may leave it running: what it gives is then nobody's. */
final class ToolRun implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(ToolRun.class);

    private final ToolCall call;
    private final Callable<String> tool;
    private final CompletableFuture<End> end = new CompletableFuture<>();

    /**
     * How it ended.
     *
     * @param result what the model is told
     * @param isInterrupted whether its thread was interrupted
     * @param error what no tool should throw, or null
     */
    record End(
            String result, boolean isInterrupted, @Nullable Throwable error) {}

    ToolRun(ToolCall call, Callable<String> tool) {
        this.call = call;
        this.tool = tool;
    }

    ToolCall call() {
        return call;
    }

    @Override
    public void run() {
        end.complete(result());
    }

    private End result() {
        String result;
        try {
            result = tool.call();
        } catch (ToolFailedException e) {
            result = e.messageForTheModel();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            result = "The tool was interrupted; whether it took effect is not known.";
        } catch (Exception e) { // its message may hold what is nobody else's
            log.warn("Tool {} failed: {}", call.name(), e.getClass().getName());
            result = "The tool failed.";
        } catch (Throwable e) {
            return new End("The tool failed.", false, e);
        }
        return new End(result, Thread.currentThread().isInterrupted(), null);
    }

    /** How it ended; null while it runs. */
    @Nullable
    End end() {
        return end.getNow(null);
    }

    /** Has {@code listener} run when it ends, on the tool's thread, or at once if it has. */
    @SuppressWarnings("FutureReturnValueIgnored") // the listener throws nothing
    void whenOver(Runnable listener) {
        end.whenComplete((how, problem) -> listener.run());
    }
}
