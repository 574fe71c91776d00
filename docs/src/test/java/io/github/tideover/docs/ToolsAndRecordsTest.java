package io.github.tideover.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.TypedReply;
import io.github.tideover.TypedReplyStream;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.StreamEvent;
import java.time.LocalDate;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The listings in docs/tools-and-records.md. */
class ToolsAndRecordsTest {
    private final Loopback server = new Loopback();
    private final Tideover tideover = Tideover.builder()
            .provider(server.provider("main"))
            .retryPolicy(RetryPolicy.never())
            .build();

    @AfterEach
    void close() {
        tideover.close();
        server.close();
    }

    @Test
    void anAnswerFillsARecord() {
        server.answers(Loopback.says(
                "{\\\"subject\\\":\\\"lamp\\\",\\\"urgency\\\":\\\"HIGH\\\",\\\"bought\\\":\\\"2026-03-09\\\"}"));
        String said = Printed.by(() -> {
            // region: typed-reply
            record Ticket(
                    @JsonPropertyDescription("what is broken, in a word")
                    String subject,

                    Urgency urgency,
                    Optional<LocalDate> bought) {
                enum Urgency {
                    LOW,
                    HIGH
                }
            }

            TypedReply<Ticket> answer =
                    tideover.chat("My lamp from March 9th, 2026 is broken. It is on fire.", Ticket.class);
            Ticket ticket = answer.value();
            System.out.println(ticket.urgency() + ": " + ticket.subject());
            System.out.println(answer.reply().origin());
            // end
            assertThat(ticket.bought()).contains(LocalDate.of(2026, 3, 9));
        });
        assertThat(said.lines()).containsExactly("HIGH: lamp", "LIVE");
        assertThat(server.lastRequest().getBody().utf8()).contains("\"description\":\"what is broken, in a word\"");
    }

    record Ticket(String subject) {}

    @Test
    void anAnswerComesPieceByPiece() {
        server.answers(Loopback.streams(true, "{\\\"subject\\\":", "\\\"lamp\\\"}"));
        ChatRequest request = ChatRequest.of("My lamp is broken.");
        StringBuilder screen = new StringBuilder();
        String said = Printed.by(() -> {
            // region: typed-stream
            try (TypedReplyStream<Ticket> stream = tideover.stream(request, Ticket.class)) {
                for (StreamEvent event : stream.pieces().events()) {
                    if (event instanceof StreamEvent.Text text) {
                        screen.append(text.text());
                    } else if (event instanceof StreamEvent.Restarted) {
                        screen.setLength(0); // what came so far turned out not to fit, or the stream broke
                    }
                }
                System.out.println(stream.reply().value().subject());
            }
            // end
        });
        assertThat(said.lines()).containsExactly("lamp");
        assertThat(screen).hasToString("{\"subject\":\"lamp\"}");
    }
}
