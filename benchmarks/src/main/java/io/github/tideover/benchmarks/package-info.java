/**
 * What a call costs, beside the same call put together by hand.
 *
 * <p>{@link io.github.tideover.benchmarks.Report} runs everything and prints ratios. From the root of the project:
 * {@code mvn -q -pl benchmarks -am -Preport -DskipTests verify}, with {@code -Drounds=9} for a steadier answer.
 */
package io.github.tideover.benchmarks;
