package dev.weft.xdsclient;

import dev.weft.base.Log;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The registration of a running instance with the control plane ({@code weft.v1.Registry/Register}): said on a stream that
 * stays open, renewed every 5 s, taken back by {@link #leave}. When the stream is lost it is opened again and said again.
 * Whether the instance is {@link #ready} goes along: a renewal that says it comes at once, and a control plane that knows
 * nothing of it takes the renewal.
 */
public final class Lease {
    private static final String METHOD = "/weft.v1.Registry/Register";

    /** A third of the control plane's 15 s: two renewals may be lost. */
    private static final Duration RENEWAL = Duration.ofSeconds(5);

    private final ControlPlane controlPlane;
    private final Map<String, ?> registration;
    private final Log log;
    private final ResumedStream stream;
    private final CompletableFuture<Void> left = new CompletableFuture<>();
    private @Nullable Future<?> renewals;
    private boolean registered;
    private boolean leaving;
    private boolean refusalLogged;
    private boolean ready = true;

    /** @param registration the instance: name, namespace, service, address, ports and so on */
    public Lease(ControlPlane controlPlane, Map<String, ?> registration, RandomGenerator random, Log log) {
        this.controlPlane = controlPlane;
        this.registration = registration;
        this.log = log;
        this.stream = new ResumedStream(controlPlane, random, new Events());
    }

    /** Registers, now and after every loss of the stream. Any thread. */
    public void start() {
        controlPlane.target().loop().execute(() -> {
            stream.start();
            renewals = controlPlane
                    .target()
                    .loop()
                    .scheduleWithFixedDelay(
                            () -> stream.send(Structs.write(Map.of("renew", true))),
                            RENEWAL.toNanos(),
                            RENEWAL.toNanos(),
                            TimeUnit.NANOSECONDS);
        });
    }

    /** Whether the control plane has confirmed the registration on the current stream. On the control thread. */
    public boolean isRegistered() {
        return registered;
    }

    /**
     * Says whether the instance takes requests; it stays registered either way. It does so from the start. Any thread.
     *
     * @param reason for the control plane's log
     */
    public void ready(boolean isReady, String reason) {
        controlPlane.target().loop().execute(() -> {
            ready = isReady;
            if (!leaving && stream.isOpen()) {
                stream.send(Structs.write(Map.of("renew", true, "ready", isReady, "reason", reason)));
            }
        });
    }

    /**
     * Takes the registration back. Any thread.
     *
     * @return completes once the control plane has confirmed, or at once when it cannot be told
     */
    public CompletableFuture<Void> leave() {
        controlPlane.target().loop().execute(() -> {
            leaving = true;
            if (renewals != null) {
                renewals.cancel(false);
            }
            if (!stream.isOpen()) {
                stream.stop();
                left.complete(null);
                return;
            }
            stream.send(Structs.write(Map.of("leave", true)));
            stream.stop();
        });
        return left;
    }

    private final class Events implements ResumedStream.Events {
        @Override
        public String method() {
            return METHOD;
        }

        @Override
        public Map<String, String> metadata() {
            return Map.of();
        }

        @Override
        public void opened() {
            Map<String, Object> said = new LinkedHashMap<>(registration);
            if (!ready) {
                said.put("ready", false);
            }
            stream.send(Structs.write(said));
        }

        @Override
        public void message(byte[] message) {
            // The end of the stream confirms a leave: an answer may still be to an earlier renewal.
            if (!registered && !leaving) {
                registered = true;
                refusalLogged = false;
                log.info("registered " + registration.get("name") + " at " + registration.get("address"));
            }
        }

        @Override
        public void ended(GrpcStatus status) {
            if (leaving) {
                left.complete(null);
            } else if (registered) {
                log.warn("registration stream ended: " + status);
            } else if (!refusalLogged) {
                refusalLogged = true;
                log.warn("registration refused: " + status + "; trying again");
            }
            registered = false;
        }
    }
}
