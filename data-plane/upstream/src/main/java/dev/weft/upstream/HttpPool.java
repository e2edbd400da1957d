package dev.weft.upstream;

import dev.weft.http.UpstreamConnection;
import org.jspecify.annotations.Nullable;

/** The HTTP connections of one loop to one endpoint, whatever is spoken on them. Confined to the loop. */
public interface HttpPool {
    /** Takes a connection, or hears that none could be made. Exactly one call unless cancelled. */
    interface Waiter {
        /** A connection that takes a request now; the waiter starts its exchange at once. */
        void connectionReady(UpstreamConnection connection);

        /** Whether it needs a connection that {@linkplain UpstreamConnection#isReadyToUpgrade is ready} for that. */
        default boolean upgrades() {
            return false;
        }

        /** No connection to this endpoint; another may work. */
        void connectFailed(boolean timeout, String reason);
    }

    EndpointRuntime endpoint();

    /** A connection that takes a request now, or null. */
    @Nullable
    UpstreamConnection takeIdle();

    /** Waits for a connection; the answer may come before this returns. */
    void await(Waiter waiter);

    /** Forgets a waiter, if it still waits. */
    void cancel(Waiter waiter);

    /** Closes what is idle; the rest closes as its exchanges end. */
    void drain();

    /** Whether nothing is open, under way or waited for. */
    boolean isEmpty();

    /** Connections open. */
    int open();
}
