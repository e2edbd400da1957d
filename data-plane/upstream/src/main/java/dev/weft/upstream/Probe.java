package dev.weft.upstream;

import dev.weft.balance.HealthCheckState;

/** Asks one endpoint whether it serves, once at a time. Confined to the loop of the checks. */
interface Probe {
    /** Who wants to know. */
    interface Listener {
        /**
         * What was found: exactly one call for each {@link Probe#ask} that is not cancelled, possibly from within it.
         *
         * @param reason for the log
         */
        void found(HealthCheckState.Result result, String reason);
    }

    /** Begins; nothing else may be under way. */
    void ask(Listener listener);

    /** Gives up what is under way, and the connection with it. Nothing need be under way. */
    void cancel();
}
