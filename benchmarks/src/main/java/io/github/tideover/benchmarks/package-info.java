/**
 * What a call costs, beside the same call put together by hand.
 *
 * <p>{@link io.github.tideover.benchmarks.Report} runs everything and writes {@code docs/performance.md}. From the root of
 * the project: {@code mvn -q -pl benchmarks -am -Preport -DskipTests verify}, with {@code -Drounds=9} for a steadier answer,
 * and with {@code -Preport,peers} to see another SDK beside ours. Two of its benchmarks are in the engine's package.
 */
package io.github.tideover.benchmarks;
