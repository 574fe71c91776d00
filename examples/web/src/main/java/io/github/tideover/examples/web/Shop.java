package io.github.tideover.examples.web;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** All that the embedded providers know: a shop that sells lamps, and is asked about them. */
final class Shop {
    static final String NAME = "Lamplight Assistant";

    /** Offered to whoever has said nothing yet. */
    static final List<String> USUAL =
            List.of("Where is my order?", "Can I send a lamp back?", "When do you open?", "Do you repair old lamps?");

    private static final String ANYTHING_ELSE =
            "That is a good question for the workshop. I am only this demo's stand-in for a model, so I know a dozen things about"
                    + " lamps and nothing else, but your words reached me, and this answer reached you.";

    private static final List<Topic> TOPICS = List.of(
            new Topic(
                    Set.of("order", "parcel", "delivery", "arrive"),
                    "Your order left us this morning and should be with you on Thursday. The driver rings once and waits a"
                            + " minute. If nobody is at home, the parcel goes to the shop around the corner."),
            new Topic(
                    Set.of("back", "return", "refund"),
                    "Yes, within thirty days, and we pay for the parcel. Put the lamp into the box it came in, with the note that"
                            + " was on top. The money is on your account two days after we have it."),
            new Topic(
                    Set.of("open", "hours", "close"),
                    "From nine to six, Monday to Saturday. In December we stay until eight, because the evenings are dark and"
                            + " that is when people think of lamps."),
            new Topic(
                    Set.of("repair", "broken", "mend", "fix"),
                    "We do, and gladly. Bring it in, or send us a picture of it. Most old lamps need a new cord and a little"
                            + " patience, and are as good as new within a week."),
            new Topic(
                    Set.of("ship", "abroad", "europe", "country"),
                    "To all of Europe, in three to five days. It costs six euros, or nothing for more than one lamp."),
            new Topic(
                    Set.of("pay", "card", "invoice"),
                    "By card, by bank transfer, or in cash when you pick it up. We send the invoice with the lamp."),
            new Topic(
                    Set.of("warranty", "guarantee", "last"),
                    "Five years, on everything but the bulbs. Those are from somebody else, and last as long as they like."),
            new Topic(
                    Set.of("made", "make", "workshop", "where"),
                    "In a small workshop by the harbour. The shades are linen, the feet are oak, and the switch is the kind that"
                            + " clicks."),
            new Topic(
                    Set.of("person", "human", "call", "phone"),
                    "Any time we are open: just call the shop. Ask for Ada, who knows every lamp by its name."),
            new Topic(
                    Set.of("gift", "voucher", "present"),
                    "We have gift cards of any amount, printed on thick paper. They are valid for as long as there are lamps."),
            new Topic(
                    Set.of("blue", "colour", "color", "green", "stock"),
                    "The blue one is in stock, the green one comes back in two weeks. There has never been a red one; it looked"
                            + " too much like a port light."),
            new Topic(
                    Set.of("hello", "hi", "morning", "evening"),
                    "Hello! Ask me about your order, about sending something back, or about any lamp you like the look of."));

    private Shop() {}

    private record Topic(Set<String> words, String answer) {}

    /** The answer of the first topic that has a word of the question; it is no model, and knows nothing of what was said before. */
    static String answer(String question) {
        List<String> words = List.of(question.toLowerCase(Locale.ROOT).split("[^\\p{L}]+"));
        return TOPICS.stream()
                .filter(topic -> words.stream().anyMatch(topic.words()::contains))
                .map(Topic::answer)
                .findFirst()
                .orElse(ANYTHING_ELSE);
    }
}
