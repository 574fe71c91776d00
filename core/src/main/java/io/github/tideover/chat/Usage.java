package io.github.tideover.chat;

/**
 * The tokens a reply cost, as the provider counted them. A count it did not report is 0; totals are not always the sum.
 *
 * @since 0.1
 */
public final class Usage {
    /** Nothing was reported. */
    public static final Usage NONE = new Usage(0, 0, 0, 0, 0);

    private final long inputTokens;
    private final long outputTokens;
    private final long totalTokens;
    private final long cachedInputTokens;
    private final long reasoningTokens;

    private Usage(long inputTokens, long outputTokens, long totalTokens, long cachedInputTokens, long reasoningTokens) {
        this.inputTokens = inputTokens;
        this.outputTokens = outputTokens;
        this.totalTokens = totalTokens;
        this.cachedInputTokens = cachedInputTokens;
        this.reasoningTokens = reasoningTokens;
    }

    /**
     * Makes a count.
     *
     * @param inputTokens tokens of the request
     * @param outputTokens tokens of the reply
     * @param totalTokens the provider's total
     * @param cachedInputTokens tokens of the request that the provider had cached
     * @param reasoningTokens tokens of the reply spent on reasoning
     * @return the usage
     */
    public static Usage of(
            long inputTokens, long outputTokens, long totalTokens, long cachedInputTokens, long reasoningTokens) {
        return new Usage(inputTokens, outputTokens, totalTokens, cachedInputTokens, reasoningTokens);
    }

    /**
     * Tokens of the request.
     *
     * @return the count
     */
    public long inputTokens() {
        return inputTokens;
    }

    /**
     * Tokens of the reply.
     *
     * @return the count
     */
    public long outputTokens() {
        return outputTokens;
    }

    /**
     * The provider's total.
     *
     * @return the count
     */
    public long totalTokens() {
        return totalTokens;
    }

    /**
     * Tokens of the request that the provider had cached.
     *
     * @return the count
     */
    public long cachedInputTokens() {
        return cachedInputTokens;
    }

    /**
     * Tokens of the reply spent on reasoning.
     *
     * @return the count
     */
    public long reasoningTokens() {
        return reasoningTokens;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Usage that
                && inputTokens == that.inputTokens
                && outputTokens == that.outputTokens
                && totalTokens == that.totalTokens
                && cachedInputTokens == that.cachedInputTokens
                && reasoningTokens == that.reasoningTokens;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(((inputTokens * 31 + outputTokens) * 31 + totalTokens) * 31 + cachedInputTokens);
    }

    @Override
    public String toString() {
        return inputTokens + " in, " + outputTokens + " out";
    }
}
