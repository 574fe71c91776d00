package io.github.tideover.examples.web;

import io.github.tideover.status.ServiceState;
import io.github.tideover.status.ServiceStatus;
import io.github.tideover.status.StatusEvent;
import io.github.tideover.status.StatusWords;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The status as a page is told of it. Since when, and how long it may take if anybody knows, is in the words.
 *
 * @param kind what has happened; null for how things stand
 * @param language the language of the words, as HTML names it
 * @param since when the state began, in milliseconds since the epoch
 */
record StatusView(
        StatusEvent.@Nullable Kind kind,
        ServiceState state,
        String headline,
        String detail,
        String language,
        long since) {

    /** How things stand. */
    static StatusView of(ServiceStatus status, Locale language) {
        return view(null, status, status.headline(language), status.detail(language), language);
    }

    /** What has happened, if it is about chat as a whole; how things stand by then, if it is about one provider. */
    static StatusView of(StatusEvent event, Locale language) {
        ServiceStatus status = event.status();
        boolean isAboutAll = event.scope().isEmpty();
        return view(
                isAboutAll ? event.kind() : null,
                status,
                isAboutAll ? event.headline(language) : status.headline(language),
                isAboutAll ? event.detail(language) : status.detail(language),
                language);
    }

    private static StatusView view(
            StatusEvent.@Nullable Kind kind, ServiceStatus status, String headline, String detail, Locale language) {
        return new StatusView(
                kind,
                status.state(),
                headline,
                detail,
                language.toLanguageTag(),
                status.since().toEpochMilli());
    }

    /**
     * The first of a browser's languages that the library has words in.
     *
     * @param acceptLanguage the header's value; may be nonsense
     * @return English if there is none
     */
    static Locale language(@Nullable String acceptLanguage) {
        if (acceptLanguage == null) {
            return Locale.ENGLISH;
        }
        List<Locale.LanguageRange> wanted;
        try {
            wanted = Locale.LanguageRange.parse(acceptLanguage);
        } catch (IllegalArgumentException e) {
            return Locale.ENGLISH;
        }
        return wanted.stream()
                .map(range -> Locale.forLanguageTag(range.getRange()))
                .filter(locale -> StatusWords.languages().contains(Locale.forLanguageTag(locale.getLanguage())))
                .findFirst()
                .orElse(Locale.ENGLISH);
    }
}
