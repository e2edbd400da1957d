package dev.weft.upstream;

import dev.weft.balance.HealthCheckState.Result;
import dev.weft.balance.HealthFlag;
import dev.weft.http.HeaderBlock;
import dev.weft.http.ResponseHead;
import dev.weft.http.Upstream;
import dev.weft.http.UpstreamConnection;
import dev.weft.http.UpstreamListener;
import dev.weft.xdsmodel.HealthCheck;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request and judges the response, over HTTP/1.1 or HTTP/2; gRPC's health service is such a request, too. Who was
 * asked on a connection that had rested, and had just closed it, is asked again on a new one.
 */
final class HttpProbe implements Probe {
    private final Destination destination;
    private final HealthCheck.Kind kind;
    private final CheckRequest request;
    private final boolean reuse;
    private @Nullable Listener listener; // while something is under way
    private @Nullable ProbeConnection connection;
    private @Nullable Exchange exchange;

    HttpProbe(Destination destination, HealthCheck.Kind kind, CheckRequest request, boolean reuse) {
        this.destination = destination;
        this.kind = kind;
        this.request = request;
        this.reuse = reuse;
    }

    @Override
    public void ask(Listener who) {
        listener = who;
        ProbeConnection kept = connection;
        UpstreamConnection reusable = kept == null ? null : kept.reusable();
        if (reusable == null) {
            connect();
        } else {
            new Exchange(true).start(reusable);
        }
    }

    private void connect() {
        drop();
        ProbeConnection made = new ProbeConnection(destination, request.version(), new ProbeConnection.Listener() {
            @Override
            public void opened(UpstreamConnection open) {
                new Exchange(false).start(open);
            }

            @Override
            public void unreachable(String reason) {
                found(Result.NETWORK, reason);
            }
        });
        connection = made;
        made.open();
    }

    @Override
    public void cancel() {
        listener = null;
        Exchange current = exchange;
        exchange = null;
        if (current != null) {
            current.cancel();
        }
        drop();
    }

    private void drop() {
        ProbeConnection kept = connection;
        connection = null;
        if (kept != null) {
            kept.close();
        }
    }

    private void found(Result result, String reason) {
        exchange = null;
        if (!reuse || result.isNetwork()) {
            drop();
        }
        Listener who = listener;
        listener = null;
        if (who != null) {
            who.found(result, reason);
        }
    }

    /** One request and what comes back. */
    private final class Exchange implements UpstreamListener {
        private final CheckAnswer answer = CheckAnswer.to(kind);
        private final boolean rested; // its connection had
        private @Nullable Upstream upstream;

        Exchange(boolean rested) {
            this.rested = rested;
        }

        void start(UpstreamConnection on) {
            exchange = this;
            Upstream started = on.start(this, request.head(), request.body().isEmpty(), false);
            upstream = started;
            if (!request.body().isEmpty()) {
                byte[] body = request.body().getBytes(StandardCharsets.ISO_8859_1);
                started.writeData(Unpooled.wrappedBuffer(body), true);
            }
            started.flush();
        }

        void cancel() {
            if (upstream != null) {
                upstream.cancel();
            }
        }

        @Override
        public void informational(ResponseHead head) {}

        @Override
        public void responseHead(ResponseHead head, boolean end) {
            answer.head(head);
        }

        @Override
        public void responseData(ByteBuf data, boolean end) {
            answer.data(data);
            data.release();
        }

        @Override
        public void responseTrailers(HeaderBlock trailers) {
            answer.trailers(trailers);
        }

        @Override
        public void responseFlush() {}

        @Override
        public void upstreamWritable(boolean writable) {}

        @Override
        public void done() {
            if (exchange != this) {
                return;
            }
            Result result = answer.result();
            if (answer.asksToBeLeftOut && !result.isNetwork()) {
                destination.endpoint().flag(HealthFlag.EXCLUDED_VIA_IMMEDIATE_HC_FAIL, true);
            }
            found(result, answer.reason());
        }

        @Override
        public void failed(Failure failure, String details) {
            if (exchange != this) {
                return;
            }
            if (rested && (failure == Failure.STALE_CONNECTION || failure == Failure.REFUSED)) {
                exchange = null;
                connect();
            } else {
                found(Result.NETWORK, details);
            }
        }
    }
}
