package io.github.tideover.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.github.tideover.ReplyStream;
import io.github.tideover.RetryPolicy;
import io.github.tideover.Tideover;
import io.github.tideover.ToolLoopException;
import io.github.tideover.ToolReply;
import io.github.tideover.TypedReply;
import io.github.tideover.TypedReplyStream;
import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.StreamEvent;
import io.github.tideover.tool.Toolbox;
import io.github.tideover.tool.TypedTool;
import java.time.LocalDate;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
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

    private static MockResponse callsTheTool() {
        String call = "{'id':'call_1','function':{'name':'lookup_order','arguments':'{\\\"number\\\":7}'}}";
        return Loopback.json(("{'choices':[{'message':{'tool_calls':[" + call + "]},'finish_reason':'tool_calls'}]}")
                .replace('\'', '"'));
    }

    private static MockResponse streamsTheCall() {
        String call = "{'index':0,'id':'call_1','function':{'name':'lookup_order','arguments':'{\\\"number\\\":7}'}}";
        String delta = "{'choices':[{'delta':{'tool_calls':[" + call + "]},'finish_reason':'tool_calls'}]}";
        return new MockResponse.Builder()
                .setHeader("Content-Type", "text/event-stream")
                .body("data: " + delta.replace('\'', '"') + "\n\ndata: [DONE]\n\n")
                .build();
    }

    @Test
    void toolsAreRun() {
        server.answersFirst(callsTheTool()).answers(Loopback.says("It ships Monday."));
        String said = Printed.by(() -> {
            // region: tool-loop
            record OrderNumber(
                    @JsonPropertyDescription("as printed on the receipt")
                    int number) {}

            Toolbox toolbox = Toolbox.of(
                    TypedTool.of("lookup_order", "Finds an order.", OrderNumber.class, order -> "ships Monday"),
                    TypedTool.withoutArguments("opening_hours", "When the shop is open.", () -> "9 to 5"));

            ToolReply reply = tideover.chat("Where is my order 7?", toolbox);
            System.out.println(reply.text());
            reply.history().forEach(message -> System.out.println(message.role()));
            // end
        });
        assertThat(said.lines()).containsExactly("It ships Monday.", "USER", "ASSISTANT", "TOOL", "ASSISTANT");
        assertThat(server.lastRequest().getBody().utf8()).contains("\"content\":\"ships Monday\"");
    }

    record OrderNumber(int number) {}

    private final AtomicInteger lookedUp = new AtomicInteger();
    private final Toolbox toolbox =
            Toolbox.of(TypedTool.of("lookup_order", "Finds an order.", OrderNumber.class, order -> {
                lookedUp.incrementAndGet();
                return "ships Monday";
            }));

    @Test
    void whatWasDoneIsNotLost() {
        server.answersFirst(callsTheTool()).answers(Loopback.fails(500));
        String said = Printed.by(() -> {
            // region: tool-resumption
            try {
                System.out.println(
                        tideover.chat("Where is my order 7?", toolbox).text());
            } catch (ToolLoopException e) { // nobody answered, but the order was looked up
                ChatRequest later = e.resumption();
                // ... when the service is back:
                // hidden
                server.answers(Loopback.says("It ships Monday."));
                // shown
                System.out.println(tideover.chat(later, toolbox).text());
            }
            // end
        });
        assertThat(said.lines()).containsExactly("It ships Monday.");
        assertThat(lookedUp).hasValue(1);
    }

    @Test
    void toolsAreRunInAStream() {
        ChatRequest request = ChatRequest.of("Where is my order 7?");
        server.answersFirst(streamsTheCall()).answers(Loopback.streams(true, "It ships ", "Monday."));
        String said = Printed.by(() -> {
            // region: tool-stream
            try (ReplyStream stream = tideover.stream(request, toolbox)) {
                for (StreamEvent event : stream.events()) {
                    if (event instanceof StreamEvent.Text text) {
                        System.out.println(text.text());
                    } else if (event instanceof StreamEvent.ToolsCalled) {
                        System.out.println("looking up ..."); // they are run when the next event is asked for
                    }
                }
            }
            // end
        });
        assertThat(said.lines()).containsExactly("looking up ...", "It ships ", "Monday.");
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
