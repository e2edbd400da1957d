package dev.weft.xdsclient;

import dev.weft.base.Backoff;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A bidirectional call that is opened again whenever it ends: with each new connection, and on the same one after a wait
 * when only the stream was lost. Confined to the control thread.
 */
final class ResumedStream implements ControlPlane.User {
    /** Who speaks on it. */
    interface Events {
        /** The method to call; asked before each opening. */
        String method();

        Map<String, String> metadata();

        /** A stream is open: say the first words. */
        void opened();

        void message(byte[] message);

        void ended(GrpcStatus status);
    }

    private final ControlPlane controlPlane;
    private final Events events;
    private final Backoff backoff;
    private @Nullable GrpcConnection connection;
    private @Nullable GrpcCall call;
    private boolean stopped;

    ResumedStream(ControlPlane controlPlane, RandomGenerator random, Events events) {
        this.controlPlane = controlPlane;
        this.events = events;
        this.backoff = ControlPlane.newBackoff(random);
    }

    void start() {
        controlPlane.add(this);
    }

    /** Ends it for good: no further message from us; the peer may still answer. */
    void stop() {
        stopped = true;
        GrpcCall open = call;
        if (open != null) {
            open.halfClose();
        }
    }

    boolean isOpen() {
        return call != null;
    }

    void send(byte[] message) {
        GrpcCall open = call;
        if (open != null) {
            open.send(message);
        }
    }

    /** Gives the stream up and opens another. */
    void restart(String why) {
        GrpcCall open = call;
        if (open != null) {
            open.cancel(why);
        }
    }

    @Override
    public void connected(GrpcConnection established) {
        connection = established;
        open();
    }

    @Override
    public void disconnected(String reason) {
        connection = null;
    }

    private void open() {
        GrpcConnection established = connection;
        if (established == null || call != null || stopped) {
            return;
        }
        Answers answers = new Answers();
        call = answers.call = GrpcCall.start(established, events.method(), events.metadata(), null, answers);
        events.opened();
    }

    private final class Answers implements GrpcCall.Listener {
        private @Nullable GrpcCall call;

        @Override
        public void message(byte[] message) {
            backoff.reset();
            controlPlane.healthy();
            events.message(message);
        }

        @Override
        public void closed(GrpcStatus status) {
            if (ResumedStream.this.call == call) {
                ResumedStream.this.call = null;
            }
            events.ended(status);
            if (status.code() == GrpcStatus.UNAVAILABLE) {
                // Such as the end of the certificate the connection was made with: only another connection helps.
                controlPlane.reconnect(status.message());
            }
            if (!stopped) {
                // With the connection gone too this finds none, and the next connection opens the stream.
                controlPlane
                        .target()
                        .loop()
                        .schedule(ResumedStream.this::open, backoff.next().toNanos(), TimeUnit.NANOSECONDS);
            }
        }
    }
}
