package io.github.tideover.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What makes two questions different however alike they sound. */
class ParticularsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Cancel order 17                               | Cancel order 18",
                "Cancel order 17                               | Cancel my order",
                "I waited 2 weeks                              | I waited three weeks",
                "Is 1.5 enough?                                | Is 15 enough?",
                "Does the A4 fit?                              | Does the A3 fit?",
                "Can I return it?                              | Can I not return it?",
                "Can I return it?                              | Can't I return it?",
                "Is it sold with a charger?                    | Is it sold without a charger?",
                "Geht das mit Karte?                           | Geht das nicht mit Karte?",
                "Do you ship to France?                        | Do you ship to Spain?",
                "Do you ship to France?                        | do you ship to spain?",
                "Do you take Visa?                             | Do you take cards?",
                "How do I open an account?                     | How do I close an account?",
                "How do I open an account?                     | How do I delete my account?",
                "How do I block my card?                       | How do I unblock my card?",
                "How do I log in?                              | How do I log out?",
                "Is the shop open on Sunday?                   | Is the shop open on Monday?",
                "Can I change it before delivery?              | Can I change it after delivery?",
                "Is the varnish safe?                          | Is the varnish unsafe?",
                "Is the second floor open?                     | Is the third floor open?",
                "Where was my card declined?                   | Why was my card declined?",
                "Which bulb fits the reading lamp?             | Which bulb fits the ceiling lamp?",
                "does the app run on android?                  | does the app run on windows?",
                "flights from Boston to Denver                 | flights from Denver to Boston",
                "flights from boston to denver                 | flights from denver to boston",
                "How do I move money from card to bank?        | How do I move money to card from bank?",
                "Is tea stronger than coffee?                  | Is coffee stronger than tea?",
                "Can the landlord sue the tenant?              | Can the tenant sue the landlord?",
            })
    void questionsThatDifferInOneAreNeverTheSame(String one, String other) {
        assertThat(Particulars.of(one).allow(Particulars.of(other))).isFalse();
        assertThat(Particulars.of(other).allow(Particulars.of(one))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Cancel order 17                     | Please cancel my order 17!",
                "I waited 2 weeks                    | I have waited for two weeks",
                "How do I close my account?          | How do I delete my account?",
                "Do you ship to France?              | do you also ship to france",
                "DO YOU SHIP TO FRANCE?              | do you ship to france",
                "Why hasn't my card arrived?         | My card has not arrived, why?",
                "Why can\u2019t I log in?            | Why can't I log in?",
                "What does delivery cost?            | What does shipping cost?",
                "How do I return an item?            | How is an item returned?",
                "Where is my order?                  | Can you tell me where my order is?",
                "Can I pay by card?                  | Is it possible to pay by card?",
            })
    void whatIsTheSameStaysPossible(String one, String other) {
        assertThat(Particulars.of(one).allow(Particulars.of(other))).isTrue();
        assertThat(Particulars.of(other).allow(Particulars.of(one))).isTrue();
    }
}
