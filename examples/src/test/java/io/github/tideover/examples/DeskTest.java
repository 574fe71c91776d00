package io.github.tideover.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tideover.examples.Desk.Customer;
import io.github.tideover.testkit.Fault;
import io.github.tideover.testkit.OutageServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeskTest {
    @BeforeAll
    static void takeAFirstReceipt(@TempDir Path folder) {
        FirstReceipt.take(folder);
    }

    @Test
    void eachCustomerIsServedThroughAnOutageInTheirOwnLanguage(@TempDir Path folder) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Desk.anOutage(folder, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .containsSubsequence(
                        "ben> Where is my order?",
                        "It left us this morning",
                        "anna> Wo ist meine Bestellung?",
                        "Sie ging heute früh hinaus",
                        "The first provider is overloaded.",
                        "ben> Can I send it back?",
                        "Yes, within 30 days",
                        "So is the second.",
                        "ben> Where is my order?",
                        "It left us this morning", // what he was told before
                        "anna> Kann ich sie zurückgeben?",
                        "Die Antwort kommt per Mail.",
                        "guest> Wann haben Sie offen?",
                        "Rufen Sie uns bitte an",
                        "Both are back.",
                        "Mail to anna: Ja, innerhalb von 30 Tagen");
    }

    @Test
    void whatIsKeptForOneCustomerIsServedToNoOther(@TempDir Path folder) {
        Customer ben = new Customer("ben", Locale.ENGLISH, false);
        Customer anna = new Customer("anna", Locale.GERMAN, false);
        try (OutageServer service = OutageServer.start();
                OutageServer spare = OutageServer.builder().name("spare").start();
                Desk desk = new Desk(service.provider(), spare.provider(), folder, (customer, text) -> {})) {
            service.says("It is in Leeds.");
            assertThat(desk.answer(ben, "Where is my order?")).isEqualTo("It is in Leeds.");
            assertThat(desk.banner(ben)).isEmpty();
            service.fails(Fault.QUOTA_EXHAUSTED).everyTime(); // which is not tried twice
            spare.fails(Fault.QUOTA_EXHAUSTED).everyTime();
            assertThat(desk.answer(ben, "Where is my order?")).isEqualTo("It is in Leeds.");
            assertThat(desk.answer(anna, "Where is my order?"))
                    .isEqualTo("Das kann ich gerade nicht beantworten. Die Antwort kommt per Mail.");
            assertThat(desk.banner(ben)).startsWith("The assistant ");
            assertThat(desk.banner(anna)).startsWith("Der Assistent ");
        }
    }

    @Test
    void aQuestionThatIsRefusedHasOurOwnWords(@TempDir Path folder) {
        Customer guest = new Customer("guest", Locale.FRENCH, true);
        try (OutageServer service = OutageServer.start();
                Desk desk = new Desk(
                        service.provider(), service.provider().name("spare"), folder, (customer, text) -> {})) {
            service.fails(Fault.CONTENT_POLICY);
            assertThat(desk.answer(guest, "Something rude"))
                    .startsWith("I cannot answer that right now. Please call us");
        }
    }
}
