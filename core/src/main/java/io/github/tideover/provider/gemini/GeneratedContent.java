package io.github.tideover.provider.gemini;

import io.github.tideover.chat.ToolCall;
import io.github.tideover.chat.Usage;
import io.github.tideover.wire.Complaint;
import io.github.tideover.wire.JoinedText;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.Unread;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * What Gemini generated, or one piece of it in a stream: both have the same shape. Fields and parts this version does not
 * know are read over; a missing or null text is empty.
 *
 * @since 0.1
 */
public final class GeneratedContent {
    private final String id;
    private final String model;
    private final List<Candidate> candidates;
    private final String blockReason;
    private final @Nullable Usage usage;
    private final @Nullable String error;

    private GeneratedContent(
            String id,
            String model,
            List<Candidate> candidates,
            String blockReason,
            @Nullable Usage usage,
            @Nullable String error) {
        this.id = id;
        this.model = model;
        this.candidates = candidates;
        this.blockReason = blockReason;
        this.usage = usage;
        this.error = error;
    }

    static GeneratedContent read(JsonParser in) {
        return read(in, "", "");
    }

    /** Reads what is probably a later piece of the reply with this id and model: then they are not made anew. */
    static GeneratedContent read(JsonParser in, String usualId, String usualModel) {
        String id = "";
        String model = "";
        List<Candidate> candidates = List.of();
        String blockReason = "";
        Usage usage = null;
        String error = null;
        Complaint complaint = null;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "candidates" -> candidates = readCandidates(in);
                case "usageMetadata" -> usage = readUsage(in);
                case "modelVersion" -> model = Json.text(in, usualModel);
                case "responseId" -> id = Json.text(in, usualId);
                case "promptFeedback" -> blockReason = readBlockReason(in);
                case "error" -> error = Json.error(in);
                default -> complaint = Complaint.take(complaint, name, in);
            }
        }
        if (error == null && complaint != null && candidates.isEmpty() && blockReason.isEmpty()) {
            error = complaint.json();
        }
        return new GeneratedContent(id, model, candidates, blockReason, usage, error);
    }

    private static List<Candidate> readCandidates(JsonParser in) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return List.of();
        }
        List<Candidate> candidates = List.of();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() != JsonToken.START_OBJECT) {
                in.skipChildren();
                continue;
            }
            Candidate candidate = Candidate.read(in);
            // One is what was asked for, and what comes.
            if (candidates.isEmpty()) {
                candidates = List.of(candidate);
            } else {
                candidates = new ArrayList<>(candidates);
                candidates.add(candidate);
            }
        }
        return candidates.size() > 1 ? Collections.unmodifiableList(candidates) : candidates;
    }

    private static String readBlockReason(JsonParser in) {
        String reason = Json.textIn(in, "blockReason");
        return reason.equals("BLOCK_REASON_UNSPECIFIED") ? "" : reason;
    }

    private static @Nullable Usage readUsage(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return null;
        }
        long prompt = 0;
        long toolPrompt = 0;
        long candidates = 0;
        long thoughts = 0;
        long cached = 0;
        long total = 0;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "promptTokenCount" -> prompt = Json.count(in);
                case "toolUsePromptTokenCount" -> toolPrompt = Json.count(in);
                case "candidatesTokenCount" -> candidates = Json.count(in);
                case "thoughtsTokenCount" -> thoughts = Json.count(in);
                case "cachedContentTokenCount" -> cached = Json.count(in);
                case "totalTokenCount" -> total = Json.count(in);
                default -> in.skipChildren();
            }
        }
        return usage(prompt, toolPrompt, candidates, thoughts, cached, total);
    }

    /** Gemini counts thoughts beside the answer, and what its own tools read beside the prompt; all of it is paid for. */
    static Usage usage(long prompt, long toolPrompt, long candidates, long thoughts, long cached, long total) {
        return Usage.of(prompt + toolPrompt, candidates + thoughts, total, cached, thoughts);
    }

    /**
     * The server's id for the reply.
     *
     * @return the id, empty if it gave none
     */
    public String id() {
        return id;
    }

    /**
     * The model that answers.
     *
     * @return the name with its version, empty if the server does not say
     */
    public String model() {
        return model;
    }

    /**
     * The replies.
     *
     * @return an unmodifiable list, as a rule of one; empty where a policy stopped the prompt
     */
    public List<Candidate> candidates() {
        return candidates;
    }

    /** The one that counts where one was asked for. */
    Optional<Candidate> first() {
        for (Candidate candidate : candidates) {
            if (candidate.index() == 0) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /**
     * The text of the first reply.
     *
     * @return the text, empty if there is none
     */
    public String text() {
        return first().map(Candidate::text).orElse("");
    }

    /**
     * Why a policy stopped the prompt, in the server's word.
     *
     * @return the word, such as {@code PROHIBITED_CONTENT}; empty if the prompt was let through
     */
    public String blockReason() {
        return blockReason;
    }

    /**
     * What the reply cost so far: of several pieces that say, the last is right. Tokens of thought count as tokens of the
     * reply.
     *
     * @return the tokens, or empty if the server does not say
     */
    public Optional<Usage> usage() {
        return Optional.ofNullable(usage);
    }

    /**
     * The error that a server sends when it cannot go on.
     *
     * @return its JSON, or empty if there is none
     */
    public Optional<String> error() {
        return Optional.ofNullable(error);
    }

    /** What the first reply holds beside, and whether there is another. */
    Unread unread() {
        Candidate first = first().orElse(null);
        Unread unread = first == null ? Unread.NOTHING : first.unread;
        for (Candidate candidate : candidates) {
            unread = candidate != first && candidate.saysSomething() ? unread.and("candidates") : unread;
        }
        return unread;
    }

    /** Whether an id, a model and counts, all of them as they are known after it, and a piece of the text are all it tells. */
    boolean isOnlyText() {
        if (candidates.size() != 1 || error != null || !blockReason.isEmpty()) {
            return false;
        }
        Candidate only = candidates.get(0);
        return only.index() == 0
                && only.reasoning().isEmpty()
                && only.calls().isEmpty()
                && only.unread().isNothing()
                && !Ending.isSaid(only.finishReason());
    }

    /** Gives id and model; the texts are left out so that a log cannot hold them. */
    @Override
    public String toString() {
        return "GeneratedContent{" + id + ", " + model + "}";
    }

    /**
     * A reply, or what is new in it.
     *
     * @since 0.1
     */
    public static final class Candidate {
        private final long index;
        private final String text;
        private final String reasoning;
        private final List<CallPiece> calls;
        private final Unread unread;
        private final String finishReason;

        private Candidate(long index, Parts parts, String finishReason) {
            this.index = index;
            this.text = parts.text.toString();
            this.reasoning = parts.reasoning.toString();
            this.calls = parts.calls;
            this.unread = parts.unread;
            this.finishReason = finishReason;
        }

        private static Candidate read(JsonParser in) {
            long index = 0;
            Parts parts = new Parts();
            String finishReason = "";
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                JsonToken value = in.nextToken();
                switch (name) {
                    case "index" -> index = Json.count(in);
                    case "finishReason" -> finishReason = Json.text(in, "STOP");
                    case "content" -> {
                        if (value == JsonToken.START_OBJECT) {
                            parts.readContent(in);
                        } else {
                            in.skipChildren();
                        }
                    }
                    // Where the text comes from, which Google wants to be shown with it.
                    case "citationMetadata", "groundingMetadata", "urlContextMetadata" ->
                        parts.unread = parts.unread.and(name, in);
                    default -> in.skipChildren();
                }
            }
            return new Candidate(index, parts, finishReason);
        }

        /**
         * Which of several replies this is.
         *
         * @return the number, from 0
         */
        public long index() {
            return index;
        }

        /**
         * The text.
         *
         * @return the text of all parts, possibly empty
         */
        public String text() {
            return text;
        }

        /**
         * The summary of what the model thought, where it was asked for.
         *
         * @return the text, possibly empty
         */
        public String reasoning() {
            return reasoning;
        }

        /**
         * The tools that the model wishes to have called, each with the id and the thought signature that came with it. Those
         * whose arguments come one by one, as Vertex AI sends them if asked to, are not among them.
         *
         * @return an unmodifiable list, empty for none
         */
        public List<ToolCall> toolCalls() {
            return calls.isEmpty()
                    ? List.of()
                    : calls.stream()
                            .filter(CallPiece::isWhole)
                            .map(CallPiece::toolCall)
                            .toList();
        }

        /** All that it says of tool calls, in order. */
        List<CallPiece> calls() {
            return calls;
        }

        /** What it holds beside. */
        Unread unread() {
            return unread;
        }

        /**
         * Why the model stopped, in the server's word.
         *
         * @return the word, such as {@code STOP}; empty while the model goes on
         */
        public String finishReason() {
            return finishReason;
        }

        private boolean saysSomething() {
            return !text.isEmpty() || !reasoning.isEmpty() || !calls.isEmpty() || !unread.isNothing();
        }

        /** Gives the finish reason; the text is left out so that a log cannot hold it. */
        @Override
        public String toString() {
            return "Candidate{" + index + ", " + finishReason + "}";
        }
    }

    /**
     * Puts parts together as they are read. What a part is, another field of it may say after the fact. Each has one field that
     * holds it, beside those that say something of it; one that is not read is named.
     *
     * @see <a href="https://ai.google.dev/api/caching#Part">Part</a>
     */
    private static final class Parts {
        private final JoinedText text = new JoinedText();
        private final JoinedText reasoning = new JoinedText();
        private List<CallPiece> calls = List.of();
        private Unread unread = Unread.NOTHING;

        void readContent(JsonParser in) {
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                in.nextToken();
                if (name.equals("parts")) {
                    Json.eachObject(in, this::readPart);
                } else {
                    in.skipChildren();
                }
            }
        }

        private void readPart(JsonParser in) {
            String words = "";
            boolean isThought = false;
            String signature = "";
            CallPiece call = null;
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                JsonToken value = in.nextToken();
                switch (name) {
                    case "text" -> words = Json.text(in);
                    case "thought" -> {
                        isThought = value == JsonToken.VALUE_TRUE;
                        in.skipChildren();
                    }
                    case "thoughtSignature" -> signature = Json.text(in);
                    case "functionCall" -> call = value == JsonToken.START_OBJECT ? CallPiece.read(in) : skip(in);
                    case "partMetadata", "videoMetadata", "mediaResolution" -> in.skipChildren();
                    default -> unread = unread.and(name, in);
                }
            }
            if (isThought) {
                reasoning.add(words);
            } else {
                text.add(words);
            }
            if (call != null) {
                calls = calls.isEmpty() ? new ArrayList<>(2) : calls;
                calls.add(call.signed(signature));
            }
        }

        private static @Nullable CallPiece skip(JsonParser in) {
            in.skipChildren();
            return null;
        }
    }
}
