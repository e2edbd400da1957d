package dev.weft.http;

import dev.weft.base.Address;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the connection manager of a stream does for its filters. All calls on the stream's loop. */
public interface StreamContext {
    /** A task that waits for its time. */
    interface Timeout {
        /** It will not run; no effect once it has. */
        void cancel();
    }

    /**
     * Answers with a response of our own, which response filters see. A caller of gRPC gets the gRPC status that stands
     * for this one.
     *
     * @param body plain text; empty for none
     * @param details why, Envoy's response code details
     */
    void reply(int status, String body, String details);

    /** The same with a gRPC status: to a caller of gRPC as such; others get 200 and the message as a body (as Envoy). */
    void replyGrpc(int grpcStatus, String message, String details);

    /** Answers with these headers and no body, whoever asks. */
    void reply(int status, Consumer<HeaderBlock> headers, String details);

    /** Runs a task once this time has passed, a few milliseconds late at most; whoever sets it cancels it at the stream's end. */
    Timeout after(long nanos, Runnable task);

    /** The loop's own randomness; not for secrets. */
    RandomGenerator random();

    /** The loop's cell in the statistics. */
    int cell();

    /** The cluster the route has chosen; null when there is none. */
    @Nullable
    String cluster();

    /**
     * The first attempt goes to the endpoint of this address if it may be used: to be said before the router sees the
     * request's head.
     *
     * @param strict whether the request fails (503 {@code UH}) rather than go elsewhere
     */
    void overrideHost(Address address, boolean strict);

    /** The endpoint of the last attempt; null when there was none. */
    @Nullable
    Address endpoint();
}
