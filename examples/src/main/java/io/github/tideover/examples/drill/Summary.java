package io.github.tideover.examples.drill;

import io.github.tideover.examples.drill.DrillRecord.Said;
import io.github.tideover.examples.drill.DrillRecord.Side;
import io.github.tideover.status.ServiceState;
import io.github.tideover.testkit.Timeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A drill in numbers. The page, the document and the words all have theirs from here.
 *
 * @param phases of the provider, on the drill's clock
 * @param page what its status page showed, on the drill's clock
 * @param noticedAfter how long after the beginning of the first trouble the client said that something is wrong
 */
record Summary(
        DrillRecord record,
        List<Outage.Span> phases,
        List<Outage.Span> page,
        Numbers tideover,
        Optional<Numbers> bare,
        Optional<Duration> noticedAfter) {

    static Summary of(DrillRecord record) {
        Timeline played = record.setting().played();
        List<Outage.Span> phases = Outage.spans(played);
        Optional<Duration> recovery = Outage.recovery(played);
        return new Summary(
                record,
                phases,
                Outage.pageSpans(played),
                Numbers.of(record.tideover(), phases, recovery),
                record.bare().map(bare -> Numbers.of(bare, phases, recovery)),
                Outage.trouble(played)
                        .flatMap(begin -> record.said().stream()
                                .filter(said -> said.at().compareTo(begin) >= 0)
                                .filter(said -> said.whole() != ServiceState.OPERATIONAL
                                        || said.provider() != ServiceState.OPERATIONAL)
                                .map(Said::at)
                                .findFirst()
                                .map(at -> at.minus(begin))));
    }

    /** How long the drill went on after the outage, for calls that were still open. */
    Duration afterwards() {
        Duration end = record.setting().length();
        for (Side side : sides()) {
            for (DrilledCall call : side.calls()) {
                Duration over = call.at().plus(call.took());
                end = over.compareTo(end) > 0 ? over : end;
            }
        }
        return end.minus(record.setting().length());
    }

    /** Those who lived through it. */
    List<Side> sides() {
        List<Side> sides = new ArrayList<>(List.of(record.tideover()));
        record.bare().ifPresent(sides::add);
        return sides;
    }
}
