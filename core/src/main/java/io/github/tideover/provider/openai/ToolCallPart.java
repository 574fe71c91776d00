package io.github.tideover.provider.openai;

/**
 * What one chunk says of one tool call. Texts it does not give are empty, as they are in the chunks of services that send
 * {@code ""} where others send nothing.
 */
record ToolCallPart(long index, String id, String name, String arguments) {}
