package io.github.tideover.status;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import okhttp3.HttpUrl;

/**
 * Which status pages are read. A client reads none unless it is given this: a status page is a third party, which learns
 * from each request that somebody is here.
 *
 * <p>A page is read every 10 minutes while all is well with its provider and every minute while it is not, each varied by
 * a fifth, and more rarely while it cannot be read. No call waits for it, and what it says is evidence, never truth: a
 * page that says all is well clears nothing.
 *
 * <pre>{@code
 * StatusPages.ofProviders()
 *         .page("our-gateway", StatusPage.instatus("https://status.example.com/", "Chat API"))
 * }</pre>
 *
 * <p>Immutable: each setter gives a changed copy.
 *
 * @since 0.1
 */
public final class StatusPages {
    private static final Duration LEAD = Duration.ofHours(24);
    private static final Duration LONGEST_LEAD = Duration.ofDays(365);

    private final Map<String, Optional<StatusPage>> named;
    private final Duration lead;

    private StatusPages(Map<String, Optional<StatusPage>> named, Duration lead) {
        this.named = Collections.unmodifiableMap(named);
        this.lead = lead;
    }

    /**
     * The pages of those of a client's providers whose page is {@linkplain StatusPage known}.
     *
     * @return which pages to read
     */
    public static StatusPages ofProviders() {
        return new StatusPages(new LinkedHashMap<>(), LEAD);
    }

    /**
     * Names a provider's page.
     *
     * @param provider the provider's name
     * @param page its page
     * @return a copy with that page, in place of any other for this provider
     */
    public StatusPages page(String provider, StatusPage page) {
        requireNonNull(page, "page == null");
        return with(provider, Optional.of(page));
    }

    /**
     * Leaves a provider's page alone.
     *
     * @param provider the provider's name
     * @return a copy without a page for this provider
     */
    public StatusPages without(String provider) {
        return with(provider, Optional.empty());
    }

    /**
     * Sets how long ahead a maintenance is announced. Default 24 hours.
     *
     * @param lead more than zero, at most 365 days
     * @return a copy with that time
     * @throws IllegalArgumentException if it is zero or negative, or longer than 365 days
     */
    public StatusPages announceAhead(Duration lead) {
        if (requireNonNull(lead, "lead == null").isNegative() || lead.isZero() || lead.compareTo(LONGEST_LEAD) > 0) {
            throw new IllegalArgumentException(
                    "announceAhead must be more than zero and at most 365 days, not " + lead);
        }
        return new StatusPages(new LinkedHashMap<>(named), lead);
    }

    private StatusPages with(String provider, Optional<StatusPage> page) {
        Map<String, Optional<StatusPage>> changed = new LinkedHashMap<>(named);
        changed.put(requireNonNull(provider, "provider == null"), page);
        return new StatusPages(changed, lead);
    }

    /**
     * How long ahead a maintenance is announced.
     *
     * @return the time
     */
    public Duration announceAhead() {
        return lead;
    }

    /**
     * The page of a provider.
     *
     * @param provider the provider's name
     * @param baseUrl the address of its API
     * @return the page that was named, or else the one that is known for that API; empty if there is none
     */
    public Optional<StatusPage> pageOf(String provider, String baseUrl) {
        Optional<StatusPage> own = named.get(requireNonNull(provider, "provider == null"));
        HttpUrl url = HttpUrl.parse(baseUrl);
        return own != null ? own : url == null ? Optional.empty() : StatusPage.of(url.host());
    }

    /**
     * The providers whose page was named or left out.
     *
     * @return their names, an unmodifiable set
     */
    public Set<String> named() {
        return named.keySet();
    }

    @Override
    public String toString() {
        return "StatusPages" + named + ", announced " + lead + " ahead";
    }
}
