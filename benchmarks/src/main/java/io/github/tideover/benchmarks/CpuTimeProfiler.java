package io.github.tideover.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/**
 * CPU time of the whole process per operation: every thread, the collector and the compiler included.
 *
 * <p>On a shared machine this says more than the wall clock, which also counts waiting for a turn.
 */
public final class CpuTimeProfiler implements InternalProfiler {
    /** The name of its result. */
    static final String LABEL = "cpu.norm";

    private final CpuClock clock = new CpuClock();
    private long before;

    @Override
    public String getDescription() {
        return "process CPU time per operation";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        before = nanos();
    }

    @Override
    public Collection<ScalarResult> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        double spent = nanos() - before;
        long operations = result.getMetadata().getAllOps();
        return List.of(new ScalarResult(LABEL, spent / operations, "ns/op", AggregationPolicy.AVG));
    }

    private long nanos() {
        try {
            return clock.nanos();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
