package io.github.tideover.testkit;

import static io.github.tideover.testkit.Behaviour.fails;
import static io.github.tideover.testkit.Behaviour.servesTheProxyErrorPage;
import static io.github.tideover.testkit.Weather.all;
import static io.github.tideover.testkit.Weather.fair;
import static io.github.tideover.testkit.Weather.partly;

import java.net.URI;
import java.time.Duration;
import java.time.LocalDate;

/**
 * Outages that were, as timelines to be lived through again: {@code service.plays(PastOutage.OPENAI_2024_12_11.timeline()
 * .compressedTo(Duration.ofSeconds(30)))}.
 *
 * <p>Of each, {@link #reported} says what its source does, and {@link #reconstructed} what is filled in here, because no source
 * has it: shares of requests and kinds of error, as a rule. Where an outage was one of ChatGPT alone, the timeline puts its
 * shape on an API.
 *
 * @since 0.1
 */
public enum PastOutage {
    /** Two hours dark: gateway errors first, then rate limits for everybody. */
    OPENAI_2023_11_08(
            "2023-11-08",
            "https://apicontext.com/openai-outage-chatgpt-down-apimetrics-tells-the-story/",
            "A monitor that called the chat completions endpoint twice every five minutes saw it fail from 5:43 to 7:38 PST: "
                    + "twelve answers of HTTP 502 and four of 503, one success at 6:43, and HTTP 429 from 7:03 on.",
            "The shares are those of the monitor's few calls. The 429s are spread over the whole last phase.",
            Timeline.named("OpenAI, 8 November 2023")
                    .phase("well", minutes(10), fair())
                    .phase(
                            "bad gateway",
                            minutes(80),
                            partly(72, servesTheProxyErrorPage()).and(24, fails(Fault.OVERLOADED)))
                    .phase("rate limits for everybody", minutes(35), all(fails(Fault.RATE_LIMITED)))
                    .phase("well again", minutes(15), fair())),

    /** Down, well for three hours, and down again: a database under surges of its own clients' retries. */
    CHATGPT_2024_06_04(
            "2024-06-04",
            "https://status.openai.com/incidents/qvp3rhvc3vwk",
            "ChatGPT was out for users of all tiers from 11:49 PM PDT on 3 June to 4:10 AM, and again from 7:14 to 10:07 AM. A "
                    + "database became unreachable under traffic surges of the connection pool. Traffic was blocked "
                    + "altogether and let back step by step.",
            "All requests fail with server errors while it is out; in the last half hour of the second phase half of them, for the "
                    + "return of the traffic. It was ChatGPT, not the API.",
            Timeline.named("ChatGPT, 4 June 2024")
                    .phase("well", minutes(15), fair())
                    .phase("out", minutes(261), all(fails(Fault.SERVER_ERROR)))
                    .phase("well for a while", minutes(184), fair())
                    .phase("out again", minutes(143), all(fails(Fault.SERVER_ERROR)))
                    .phase("traffic let back", minutes(30), partly(50, fails(Fault.OVERLOADED)))
                    .phase("well again", minutes(30), fair())),

    /** Four hours: everything at once, then a long return. */
    OPENAI_2024_12_11(
            "2024-12-11",
            "https://status.openai.com/incidents/ctrsv3lwd797",
            "All services were degraded or not available at all from 3:16 PM PST. For the API there was substantial recovery at "
                    + "5:36 PM, and full recovery across all models at 7:38 PM. A new telemetry service had overwhelmed the "
                    + "Kubernetes control planes, and with them the look-up of services by name, delayed by caches.",
            "Nearly all requests fail at first, some after twenty seconds, as look-ups that time out do; a fifth fails from the "
                    + "substantial recovery on.",
            Timeline.named("OpenAI, 11 December 2024")
                    .phase("well", minutes(10), fair())
                    .phase("caches run out", minutes(10), partly(50, fails(Fault.SERVER_ERROR)))
                    .phase(
                            "dark",
                            minutes(130),
                            partly(70, fails(Fault.OVERLOADED))
                                    .and(25, fails(Fault.SERVER_ERROR).after(Duration.ofSeconds(20))))
                    .phase("substantial recovery", minutes(122), partly(20, fails(Fault.OVERLOADED)))
                    .phase("well again", minutes(30), fair())),

    /** Four and a half hours without a data centre. */
    OPENAI_2024_12_26(
            "2024-12-26",
            "https://status.openai.com/incidents/6bwlxnvdncnm",
            "From 10:40 AM PST, ChatGPT, Sora and many APIs (agents, realtime, batch, images) had error rates above 90 %, after a "
                    + "power failure in a cloud provider's data centre. Traffic of the API began to recover at about 3:05 PM, "
                    + "and all but ChatGPT had recovered by 3:11 PM. The text completions API was not affected.",
            "The timeline is that of the APIs that were affected. Nine of ten requests fail with server errors, some of the rest "
                    + "are silent; the recovery is a step at half.",
            Timeline.named("OpenAI, 26 December 2024")
                    .phase("well", minutes(10), fair())
                    .phase(
                            "no power",
                            minutes(265),
                            partly(92, fails(Fault.SERVER_ERROR)).and(3, Behaviour.goesSilent()))
                    .phase("recovering", minutes(6), partly(50, fails(Fault.SERVER_ERROR)))
                    .phase("well again", minutes(30), fair())),

    /** A first failure, and a second one made of the retries of users. */
    CHATGPT_2025_01_23(
            "2025-01-23",
            "https://status.openai.com/incidents/01JMYB40J9DVR9D13RJN1W5SWV/write-up",
            "Errors rose for ChatGPT, and at a small number of APIs, between 3:30 and 7:08 AM PT. A database failed and was "
                    + "recovered at 4:25 AM. Then web servers crashed in a loop, by the provider's first belief because "
                    + "users tried again and again. (The write-up gives no date; its times are those that the press reported for "
                    + "23 January.)",
            "Users saw bad gateways, say the press reports; that all of the first hour's requests met one, and three of four "
                    + "in the second phase, is filled in.",
            Timeline.named("ChatGPT, 23 January 2025")
                    .phase("well", minutes(10), fair())
                    .phase("database gone", minutes(55), all(servesTheProxyErrorPage()))
                    .phase(
                            "crashing under retries",
                            minutes(163),
                            partly(50, servesTheProxyErrorPage()).and(25, fails(Fault.OVERLOADED)))
                    .phase("well again", minutes(30), fair())),

    /** A brownout: for six hours a quarter of all requests fails. */
    OPENAI_2025_06_10(
            "2025-06-10",
            "https://status.openai.com/incidents/01JXCAW3K3JAE0EP56AEZ7CBG3/write-up",
            "From 11:36 PM PDT on 9 June, GPU servers lost their network after a routine update. At 1:45 AM errors were about 5 %; "
                    + "between 2:00 and 8:00 AM those of the API peaked at about 25 %. The API had fully recovered at "
                    + "12:30 PM.",
            "The peak is held for all of its six hours, and 4 % fail from then on to the full recovery. The status page spoke eight "
                    + "minutes after the first reports of users, says a third party (https://www.launchidea.in/blog/technology/"
                    + "chatgpt-outage-june-2025); it is that late here.",
            Timeline.named("OpenAI, 10 June 2025")
                    .phase("well", minutes(10), fair())
                    .phase("capacity sinks", minutes(144), partly(5, fails(Fault.SERVER_ERROR)))
                    .phase(
                            "a quarter fails",
                            minutes(360),
                            partly(20, fails(Fault.SERVER_ERROR)).and(5, fails(Fault.OVERLOADED)))
                    .phase("cleaning up", minutes(270), partly(4, fails(Fault.SERVER_ERROR)))
                    .phase("well again", minutes(30), fair())
                    .pageLag(minutes(8))),

    /** Two hours of HTTP 429 and 503: what checks every request before a model sees it had broken. */
    GEMINI_2026_02_27(
            "2026-02-27",
            "https://status.cloud.google.com/incidents/41E5S3mkTGDfkZuJZH5k",
            "From 4:37 to 6:35 AM US/Pacific, requests to the Gemini API of Vertex AI met overload errors, HTTP 429 and 503, at the "
                    + "global endpoint and in regions of the US. A change of configuration had taken capacity from the safety "
                    + "filter that all Gemini models share. Monitoring gave the alarm at 4:54.",
            "Four of ten requests meet HTTP 503 and three of ten HTTP 429, without a wait that was named; the source speaks of "
                    + "increased error rates. The page is as late as the alarm.",
            Timeline.named("Gemini on Vertex AI, 27 February 2026")
                    .phase("well", minutes(10), fair())
                    .phase(
                            "no filter, no answer",
                            minutes(118),
                            partly(40, fails(Fault.OVERLOADED)).and(30, fails(Fault.RATE_LIMITED)))
                    .phase("well again", minutes(30), fair())
                    .pageLag(minutes(17))),

    /** A provider's fault that looks like the caller's: HTTP 400 and 429 for one model, for twenty hours. */
    AZURE_OPENAI_2026_03_09(
            "2026-03-09",
            "https://azure.status.microsoft/en-us/status/history/?trackingId=8GCS-858",
            "From 23:20 UTC on 9 March to 19:32 UTC on 10 March, requests to GPT-5.2 in seven regions met HTTP 400 and HTTP 429. An "
                    + "update had switched on settings that the engines in production did not know. Other models were well.",
            "A third of the requests meets HTTP 400, and a third HTTP 429, all the time; the source has no shares.",
            Timeline.named("GPT-5.2 on Azure, 9 March 2026")
                    .phase("well", minutes(10), fair())
                    .phase(
                            "settings that the engine does not know",
                            minutes(1_212),
                            partly(33, fails(Fault.INVALID_REQUEST)).and(33, fails(Fault.RATE_LIMITED)))
                    .phase("well again", minutes(30), fair())),

    /** Good keys are refused: for eighty minutes, HTTP 401 is the provider's fault. */
    ANTHROPIC_2026_04_28(
            "2026-04-28",
            "https://status.claude.com/incidents/9l93x2ht4s5w",
            "From 17:34 to 18:52 UTC, Claude.ai could not be reached, and requests to the API met elevated authentication errors. "
                    + "The page spoke at 17:41, and of the API at 17:51.",
            "Half of the requests are refused as if their key were wrong, and a tenth meets a server error; the source has no "
                    + "shares. The page is as late as it was.",
            Timeline.named("Anthropic, 28 April 2026")
                    .phase("well", minutes(10), fair())
                    .phase(
                            "good keys are refused",
                            minutes(78),
                            partly(50, fails(Fault.UNAUTHORIZED)).and(10, fails(Fault.SERVER_ERROR)))
                    .phase("well again", minutes(30), fair())
                    .pageLag(minutes(7))),

    /** Rate limits for the innocent: HTTP 429 that nobody's limit explains. */
    OPENAI_2026_06_02(
            "2026-06-02",
            "https://status.openai.com/incidents/01KT5XJ5ATD6RMYP908WS69FVD/write-up",
            "From about 9:46 PM PDT to 12:01 AM, a configuration rollout exhausted shared infrastructure. Codex requests were "
                    + "rejected with HTTP 429, because what keeps count of rate limits was not well; requests of the Responses "
                    + "API took longer until their first token.",
            "Both are put on one API: six of ten requests are rejected, and three of ten begin eight seconds late. The source has "
                    + "no shares and no seconds.",
            Timeline.named("OpenAI, 2 June 2026")
                    .phase("well", minutes(10), fair())
                    .phase(
                            "limits for the innocent",
                            minutes(135),
                            partly(60, fails(Fault.RATE_LIMITED))
                                    .and(30, Behaviour.answers().after(Duration.ofSeconds(8))))
                    .phase("well again", minutes(30), fair())),

    /** Many models at once, and one after the other back: this is the last but one of them. */
    ANTHROPIC_2026_06_05(
            "2026-06-05",
            "https://thedailytechfeed.com/anthropics-claude-ai-experiences-major-outage-highlighting-infrastructure-and-"
                    + "security-concerns/",
            "From 15:08 UTC, many Claude models had elevated errors. By the provider's page, as the press reports it, they came back "
                    + "one by one: Opus 4.6 at 15:25, Sonnet 4.6 at 16:23, Opus 4.8 at 16:59, Opus 4.7 at 17:12, Opus 4.5 at "
                    + "17:29. All was well by 18:27.",
            "The timeline is that of Opus 4.7. Three of four requests fail, most of them as overloaded, and a twentieth from its "
                    + "return on until all was well; the source has no shares.",
            Timeline.named("Claude Opus 4.7, 5 June 2026")
                    .phase("well", minutes(10), fair())
                    .phase(
                            "many models fail",
                            minutes(124),
                            partly(55, fails(Fault.OVERLOADED)).and(20, fails(Fault.SERVER_ERROR)))
                    .phase("others come back", minutes(75), partly(5, fails(Fault.OVERLOADED)))
                    .phase("well again", minutes(30), fair())),

    /** A tenth of the requests fails, for two hours: little enough to be taken for bad luck. */
    ANTHROPIC_2026_06_16(
            "2026-06-16",
            "https://claudefabel.com/blog/claude-opus-4-8-error-spike-retry-fallback-playbook",
            "By the provider's page, as this article reports it, all Sonnet and Opus models reached an error rate of about 10 % from "
                    + "17:23 to 18:00 UTC, and Opus 4.8 alone had 10 % on average from 18:00 to 19:20. The page spoke at 17:29.",
            "The timeline is that of Opus 4.8, at a steady 10 %, of which seven are overloaded and three server errors. The page is "
                    + "as late as it was.",
            Timeline.named("Claude Opus 4.8, 16 June 2026")
                    .phase("well", minutes(10), fair())
                    .phase(
                            "a tenth fails, of many models",
                            minutes(37),
                            partly(7, fails(Fault.OVERLOADED)).and(3, fails(Fault.SERVER_ERROR)))
                    .phase(
                            "a tenth fails, of one",
                            minutes(80),
                            partly(7, fails(Fault.OVERLOADED)).and(3, fails(Fault.SERVER_ERROR)))
                    .phase("well again", minutes(30), fair())
                    .pageLag(minutes(6)));

    private final LocalDate date;
    private final URI source;
    private final String reported;
    private final String reconstructed;

    @SuppressWarnings(
            "ImmutableEnumChecker") // a timeline is immutable; the checker wants an annotation of its own to believe it
    private final Timeline timeline;

    PastOutage(String date, String source, String reported, String reconstructed, Timeline timeline) {
        this.date = LocalDate.parse(date);
        this.source = URI.create(source);
        this.reported = reported;
        this.reconstructed = reconstructed;
        this.timeline = timeline;
    }

    private static Duration minutes(long minutes) {
        return Duration.ofMinutes(minutes);
    }

    /**
     * The day it is known by.
     *
     * @return the day, in the time zone of its source
     */
    public LocalDate date() {
        return date;
    }

    /**
     * Where it is reported.
     *
     * @return the address of the report
     */
    public URI source() {
        return source;
    }

    /**
     * What the source says.
     *
     * @return in words
     */
    public String reported() {
        return reported;
    }

    /**
     * What of the timeline the source does not say.
     *
     * @return in words
     */
    public String reconstructed() {
        return reconstructed;
    }

    /**
     * The outage, at its real length.
     *
     * @return the timeline, beginning and ending in fair weather
     */
    public Timeline timeline() {
        return timeline;
    }
}
