package io.github.tideover;

import static java.util.Objects.requireNonNull;

import io.github.tideover.cache.KeptQuestion;
import io.github.tideover.chat.ChatReply;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.wire.Json;
import io.github.tideover.wire.MalformedReplyException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers as JSON lines: an object for each question, with its answer. A line at a time is in memory. */
final class AnswersFile {
    /** Far more than any answer; what is longer is another kind of file. */
    static final int LONGEST_LINE = 4 << 20;

    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final Set<String> FIELDS =
            Set.of("question", "answer", "system", "tenant", "at", "provider", "model");

    private AnswersFile() {}

    /** Takes what is in a line; may refuse it with an {@link IllegalArgumentException}. */
    interface Taking {
        void take(ChatRequest request, ChatReply reply, @Nullable Instant at);
    }

    static ImportReport read(InputStream in, Taking taking) throws IOException {
        List<String> problems = new ArrayList<>();
        int imported = 0;
        int refused = 0;
        Lines lines = new Lines(in);
        while (lines.next()) {
            if (lines.isBlank()) {
                continue;
            }
            try {
                take(lines, taking);
                imported++;
            } catch (IllegalArgumentException e) {
                refused++;
                if (problems.size() < ImportReport.MOST_PROBLEMS) {
                    problems.add("line " + lines.number + ": " + e.getMessage());
                }
            }
        }
        return new ImportReport(imported, refused, problems);
    }

    private static void take(Lines lines, Taking taking) {
        Map<?, ?> fields = lines.object();
        for (Object name : fields.keySet()) {
            if (!FIELDS.contains(name)) {
                throw new IllegalArgumentException(
                        "it has a field that is not known; there are question, answer, and where"
                                + " it matters system, tenant, at, provider and model");
            }
        }
        ChatRequest.Builder request = ChatRequest.builder();
        text(fields, "system").ifPresent(request::system);
        text(fields, "tenant").ifPresent(request::tenant);
        request.user(required(fields, "question"));
        ChatReply.Builder reply = ChatReply.builder().text(required(fields, "answer"));
        text(fields, "provider").ifPresent(reply::provider);
        text(fields, "model").ifPresent(reply::model);
        taking.take(
                request.build(),
                reply.build(),
                text(fields, "at").map(AnswersFile::time).orElse(null));
    }

    private static String required(Map<?, ?> fields, String name) {
        return text(fields, name)
                .filter(text -> !text.isBlank())
                .orElseThrow(() -> new IllegalArgumentException(
                        name + " is missing or blank; a line is {\"question\": \"...\", \"answer\": \"...\"}"));
    }

    private static Optional<String> text(Map<?, ?> fields, String name) {
        Object value = fields.get(name);
        if (value != null && !(value instanceof String)) {
            throw new IllegalArgumentException(name + " is no text; write it in quotes");
        }
        return Optional.ofNullable((String) value);
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("at is not a time such as 2026-11-26T14:00:00Z", e);
        }
    }

    static void write(OutputStream out, KeptQuestion question, ChatReply reply, Instant at) throws IOException {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("question", question.text());
        fields.put("answer", reply.text());
        fields.put("system", question.system().orElse(null));
        fields.put("tenant", question.tenant().orElse(null));
        fields.put("at", at.toString());
        fields.put("provider", reply.provider());
        fields.put("model", reply.model());
        fields.values().removeIf(value -> value == null || value.equals(""));
        out.write((Json.written(fields) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Lines of a stream, the longest of which are passed over without being held. */
    private static final class Lines {
        private final InputStream in;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private boolean isTooLong;
        int number;

        Lines(InputStream in) {
            this.in = new BufferedInputStream(in);
        }

        boolean next() throws IOException {
            line.reset();
            isTooLong = false;
            number++;
            int read = in.read();
            if (read < 0) {
                return false;
            }
            while (read >= 0 && read != '\n') {
                if (line.size() < LONGEST_LINE) {
                    line.write(read);
                } else {
                    isTooLong = true;
                }
                read = in.read();
            }
            return true;
        }

        boolean isBlank() {
            // A short line is quickly looked at; a long one has something on it.
            return line.size() < 16
                    && line.toString(StandardCharsets.UTF_8)
                            .replace("\uFEFF", "")
                            .isBlank();
        }

        Map<?, ?> object() {
            if (isTooLong) {
                throw new IllegalArgumentException("it is longer than " + LONGEST_LINE + " bytes");
            }
            String text = line.toString(StandardCharsets.UTF_8);
            if (number == 1 && text.startsWith(BYTE_ORDER_MARK)) {
                text = text.substring(1);
            }
            if (!Json.isObject(text)) {
                throw new IllegalArgumentException("it is not one JSON object; each line is one, in UTF-8");
            }
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            try {
                return Json.read(bytes, 0, bytes.length, parser -> (Map<?, ?>) requireNonNull(Json.tree(parser)));
            } catch (MalformedReplyException e) {
                throw new AssertionError("it was an object a moment ago", e);
            }
        }
    }
}
