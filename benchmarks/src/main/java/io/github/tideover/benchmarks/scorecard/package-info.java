/**
 * Sixteen ways in which a provider fails a caller, and what each client makes of them.
 *
 * <p>{@link io.github.tideover.benchmarks.scorecard.Scorecard} runs them against a provider on loopback that fails as it is
 * told. From the root of the project: {@code mvn -q -pl benchmarks -am -Pscorecard -DskipTests verify} for ours alone in
 * shortened time, and with {@code -Pscorecard,peers -Dprofile=full} for all clients at full length, which writes
 * {@code docs/failover-scorecard.md}.
 */
@NullMarked
package io.github.tideover.benchmarks.scorecard;

import org.jspecify.annotations.NullMarked;
