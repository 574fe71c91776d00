package io.github.tideover.examples;

import java.io.Console;
import org.jspecify.annotations.Nullable;

/** Tells where a program was started: at a terminal, or in a pipe. */
public final class Terminals {
    private Terminals() {}

    /**
     * Whether a console is a terminal. From JDK 22 on there is a console even where there is no terminal, and a method that tells.
     *
     * @param console the {@linkplain System#console() system's}; null where there is none
     * @return whether somebody sits in front of it
     */
    public static boolean isTerminal(@Nullable Console console) {
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }
}
