package io.github.tideover.testkit;

/** A refusal as it goes out: a status and a JSON body. */
record Refusal(int status, String body) {}
