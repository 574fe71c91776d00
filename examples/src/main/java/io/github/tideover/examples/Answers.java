package io.github.tideover.examples;

import java.util.List;
import java.util.Map;

/** What the demo asks of itself, and all that its providers know. */
final class Answers {
    /** Asked while all is well, and again later. */
    static final List<String> USUAL = List.of(
            "Where is my order?",
            "Can I send it back?",
            "When do you open?",
            "Do you ship abroad?",
            "How can I pay?",
            "Is there a warranty?",
            "Where do you make your lamps?",
            "Can I talk to a person?");

    /** Asked for the first time when nobody can answer. */
    static final List<String> NEW = List.of(
            "Do you sell gift cards?", "Is the blue one in stock?", "Can I change my address?", "Do you repair lamps?");

    private static final Map<String, String> KNOWN = Map.of(
            "Where is my order?", "It left us this morning and arrives on Thursday.",
            "Can I send it back?", "Yes, within 30 days, and we pay for the parcel.",
            "When do you open?", "From nine to six, Monday to Saturday.",
            "Do you ship abroad?", "To all of Europe, in three to five days.",
            "How can I pay?", "By card, by transfer, or when you pick it up.",
            "Is there a warranty?", "Five years, on everything but the bulbs.",
            "Where do you make your lamps?", "In a small workshop by the harbour.",
            "Can I talk to a person?", "Any time we are open: just call the shop.",
            "Wo ist meine Bestellung?", "Sie ging heute früh hinaus und kommt am Donnerstag an.",
            "Kann ich sie zurückgeben?", "Ja, innerhalb von 30 Tagen, und wir zahlen das Paket.");

    private Answers() {}

    static String to(String question) {
        return KNOWN.getOrDefault(
                question, "Good question! I am only this demo's stand-in for a model, but your words reached me.");
    }
}
