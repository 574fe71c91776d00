package io.github.tideover.examples.drill;

import io.github.tideover.testkit.Behaviour;
import io.github.tideover.testkit.Fault;
import io.github.tideover.testkit.StreamBreak;

/** What requests can meet in a timeline file. */
enum Trouble {
    OVERLOADED(true),
    SERVER_ERROR(true),
    RATE_LIMITED(true),
    QUOTA_EXHAUSTED(true),
    UNAUTHORIZED(true),
    PROXY_ERROR_PAGE(false),
    SILENCE(false),
    HANG_UP(false),
    CUT_REPLY(false),
    LATE_ANSWER(false);

    /** Breaks off after so many of the answer's sixty words. */
    private static final int CUT = 20;

    private final boolean isRefusal;

    Trouble(boolean isRefusal) {
        this.isRefusal = isRefusal;
    }

    /** Whether it can ask the client to wait. */
    boolean isRefusal() {
        return isRefusal;
    }

    Behaviour behaviour() {
        return switch (this) {
            case OVERLOADED, SERVER_ERROR, RATE_LIMITED, QUOTA_EXHAUSTED, UNAUTHORIZED ->
                Behaviour.fails(Fault.valueOf(name()));
            case PROXY_ERROR_PAGE -> Behaviour.servesTheProxyErrorPage();
            case SILENCE -> Behaviour.goesSilent();
            case HANG_UP -> Behaviour.hangsUp();
            case CUT_REPLY -> Behaviour.breaksAfter(CUT, StreamBreak.CLOSE);
            case LATE_ANSWER -> Behaviour.answers();
        };
    }
}
