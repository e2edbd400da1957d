package dev.weft.xdsclient;

import dev.weft.base.Backoff;
import dev.weft.base.Log;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The one connection to the control plane and its coming back: whatever is lost is tried again with full jitter, for
 * ever and at least every 8 s. Those who use it are told when it stands and when it is gone.
 *
 * <p>Threads: confined to the target's loop, except {@link #start}, {@link #close} and {@link #reconnect}, from any.
 */
public final class ControlPlane {
    static final Duration BACKOFF_BASE = Duration.ofMillis(500);

    /**
     * A restarted control plane keeps the leases it remembers for one time to live, 15 s: whoever comes back later was
     * removed meanwhile, and its traffic failed. So every proxy tries well within that.
     */
    static final Duration BACKOFF_MAX = Duration.ofSeconds(8);

    private static final Duration BACKOFF_FLOOR = Duration.ofMillis(50);

    /** Someone with a stream on the connection. */
    interface User {
        void connected(GrpcConnection connection);

        void disconnected(String reason);
    }

    private final GrpcTarget target;
    private final Log log;
    private final Backoff backoff;
    private final List<User> users = new ArrayList<>();
    private @Nullable GrpcConnection current;
    private @Nullable Attempt attempt;
    private @Nullable Future<?> retry;
    private boolean closed;
    private boolean lost; // logged once at its edges

    public ControlPlane(GrpcTarget target, RandomGenerator random, Log log) {
        this.target = target;
        this.log = log;
        this.backoff = newBackoff(random);
    }

    static Backoff newBackoff(RandomGenerator random) {
        return new Backoff(BACKOFF_FLOOR, BACKOFF_BASE, BACKOFF_MAX, random);
    }

    public GrpcTarget target() {
        return target;
    }

    /** Starts to connect. */
    public void start() {
        target.loop().execute(this::connect);
    }

    /** Ends the connection for good. */
    public void close() {
        target.loop().execute(() -> {
            closed = true;
            drop("closed by us");
        });
    }

    /** Makes a new connection, with whatever certificate is the newest now. */
    public void reconnect(String why) {
        target.loop().execute(() -> drop(why));
    }

    /** Whether {@link #close} was called. */
    boolean isClosed() {
        return closed;
    }

    void add(User user) {
        users.add(user);
        GrpcConnection connection = current;
        if (connection != null) {
            user.connected(connection);
        }
    }

    /** A stream got a sensible answer: the next loss starts with the shortest wait again. */
    void healthy() {
        backoff.reset();
        if (lost) {
            lost = false;
            log.info("control plane " + target.address() + " answers again");
        }
    }

    private void drop(String why) {
        GrpcConnection connection = current;
        if (connection != null) {
            connection.close(why);
        }
    }

    private void connect() {
        retry = null;
        if (!closed && current == null) {
            attempt = new Attempt();
            GrpcConnection.open(target, attempt);
        }
    }

    private final class Attempt implements GrpcConnection.Events {
        @Override
        public void ready(GrpcConnection connection) {
            if (closed) {
                connection.close("closed by us");
                return;
            }
            current = connection;
            log.debug("connected to " + target.address());
            List.copyOf(users).forEach(user -> user.connected(connection));
        }

        @Override
        public void goingAway(String reason) {
            drop(reason);
        }

        @Override
        public void closed(String reason) {
            if (attempt != this) {
                return;
            }
            attempt = null;
            boolean stood = current != null;
            current = null;
            if (stood) {
                List.copyOf(users).forEach(user -> user.disconnected(reason));
            }
            if (closed) {
                return;
            }
            if (!lost) {
                lost = true;
                log.warn("control plane " + target.address() + " lost: " + reason
                        + "; traffic goes on with the last configuration, trying again");
            } else {
                log.debug("control plane " + target.address() + ": " + reason);
            }
            retry = target.loop()
                    .schedule(ControlPlane.this::connect, backoff.next().toNanos(), TimeUnit.NANOSECONDS);
        }
    }
}
