package io.github.tideover.testkit;

import java.util.List;

/**
 * A reply as a stream.
 *
 * @param opening the events before the first token
 * @param pieces the events of each token; a dialect may send a tool call as one
 * @param closing the events after the last token, which make the reply complete; empty if those of the last one do
 */
record Streamed(String opening, List<String> pieces, String closing) {}
