package io.github.tideover.embeddings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Questions that people put to a bank, and what each is after: {@code test.csv} of BANKING77, from "Efficient Intent Detection
 * with Dual Sentence Encoders" (<a href="https://arxiv.org/abs/2003.04807">Casanueva and others, 2020</a>), which PolyAI
 * publishes in <a href="https://github.com/PolyAI-LDN/task-specific-datasets">a repository</a> under the Creative Commons
 * Attribution 4.0 International licence. They are others' words and no part of this project: whoever wants to measure by them
 * gives the file's place.
 */
final class PublicQuestions {
    static final String PROPERTY = "tideover.banking77";

    /** Rules and thresholds were made with these in view. */
    private static final List<String> TO_CHOOSE = List.of(
            "card_arrival",
            "card_linking",
            "exchange_rate",
            "card_payment_wrong_exchange_rate",
            "extra_charge_on_statement",
            "lost_or_stolen_card",
            "age_limit",
            "pin_blocked",
            "contactless_not_working",
            "top_up_by_bank_transfer_charge",
            "pending_top_up",
            "balance_not_updated_after_cheque_or_cash_deposit",
            "card_payment_not_recognised",
            "edit_personal_details",
            "why_verify_identity",
            "unable_to_verify_identity",
            "declined_card_payment",
            "pending_transfer",
            "terminate_account",
            "card_swallowed",
            "transaction_charged_twice");

    /** No rule and no threshold was made with these. */
    private static final List<String> TO_REPORT = List.of(
            "fiat_currency_support",
            "card_delivery_estimate",
            "automatic_top_up",
            "card_not_working",
            "exchange_via_app",
            "passcode_forgotten",
            "declined_cash_withdrawal",
            "pending_card_payment",
            "lost_or_stolen_phone",
            "get_disposable_virtual_card",
            "top_up_failed",
            "balance_not_updated_after_bank_transfer",
            "cash_withdrawal_not_recognised",
            "exchange_charge");

    private final Map<String, String> all;

    private PublicQuestions(Map<String, String> all) {
        this.all = all;
    }

    /** The questions, empty if the property names no file. */
    static Optional<PublicQuestions> given() throws IOException {
        String place = System.getProperty(PROPERTY, "");
        return place.isEmpty() ? Optional.empty() : Optional.of(read(Path.of(place)));
    }

    private static PublicQuestions read(Path file) throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            int comma = line.lastIndexOf(',');
            if (comma > 0) {
                all.put(
                        unquoted(line.substring(0, comma)),
                        line.substring(comma + 1).strip());
            }
        }
        return new PublicQuestions(all);
    }

    private static String unquoted(String field) {
        boolean isQuoted = field.length() > 1 && field.startsWith("\"") && field.endsWith("\"");
        return isQuoted ? field.substring(1, field.length() - 1).replace("\"\"", "\"") : field;
    }

    /** Questions and their intents, to choose rules and thresholds by. */
    Map<String, String> toChoose() {
        return of(TO_CHOOSE);
    }

    /** Questions and their intents, to report from. */
    Map<String, String> toReport() {
        return of(TO_REPORT);
    }

    private Map<String, String> of(List<String> intents) {
        Map<String, String> some = new LinkedHashMap<>(all);
        some.values().retainAll(intents);
        return some;
    }
}
