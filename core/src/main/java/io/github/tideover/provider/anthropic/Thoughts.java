package io.github.tideover.provider.anthropic;

import io.github.tideover.chat.ToolCall;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.ThoughtSeal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * What the model thought before a tool call, in the blocks that Anthropic wants back with it, unchanged and with their signatures,
 * while thinking is switched on. They are kept with the call, as a JSON array that nobody reads.
 *
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/extended-thinking#preserving-thinking-blocks">Preserving
 *     thinking blocks</a>
 */
final class Thoughts {
    private final StringBuilder blocks = new StringBuilder();
    private StringBuilder open = new StringBuilder();
    private String signature = "";

    /** A block of thinking begins, or one that the provider keeps to itself is here. */
    void begin(Block block) {
        end();
        if (block.type().equals("thinking")) {
            open.append(block.thinking());
            signature = block.signature();
        } else if (block.type().equals("redacted_thinking") && !block.data().isEmpty()) {
            add("redacted_thinking", "data", block.data());
        }
    }

    void goOn(String thinking, String signed) {
        open.append(thinking);
        signature = signed.isEmpty() ? signature : signed;
    }

    /** The block is whole. Without a signature it is worth nothing to Anthropic, which then did not send it. */
    private void end() {
        if (!signature.isEmpty()) {
            add("thinking", "thinking", open.toString(), "signature", signature);
        }
        open = new StringBuilder();
        signature = "";
    }

    private void add(String type, String... fields) {
        Map<String, @Nullable Object> block = new LinkedHashMap<>();
        block.put("type", type);
        for (int i = 0; i < fields.length; i += 2) {
            block.put(fields[i], fields[i + 1]);
        }
        blocks.append(blocks.length() == 0 ? '[' : ',').append(Json.written(block));
    }

    /** What came since the last tool call, which is the next one's; empty for none. */
    String take() {
        end();
        String all = blocks.length() == 0 ? "" : blocks.append(']').toString();
        blocks.setLength(0);
        return all;
    }

    /** Writes what was thought before a call, as it came; nothing if the call is another provider's. */
    static void write(JsonGenerator out, ToolCall call) {
        if (isKeptWith(call)) {
            String blocks = call.thoughtSignature();
            Json.raw(out, blocks.substring(1, blocks.length() - 1));
        }
    }

    /** Whether what was thought before a call came with it. */
    static boolean isKeptWith(ToolCall call) {
        String blocks = call.thoughtSignature();
        return ThoughtSeal.isOfBlocks(blocks) && Json.isArray(blocks) && blocks.length() > "[]".length();
    }
}
