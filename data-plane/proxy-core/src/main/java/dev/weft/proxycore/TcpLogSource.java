package dev.weft.proxycore;

import dev.weft.http.ResponseFlag;
import dev.weft.upstream.EndpointRuntime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An opaque connection that has ended, for its line in the log. Operators of requests have no value, the code is 0. */
record TcpLogSource(TcpSession session) implements LogSource {
    @Override
    public @Nullable String value(String operator, String argument) {
        long elapsed = System.nanoTime() - session.startNanos;
        ConnectionInfo info = session.info();
        EndpointRuntime endpoint = session.endpoint();
        return switch (operator) {
            case "START_TIME" -> HttpLogSource.TIME.format(Instant.now().minusNanos(elapsed));
            case "RESPONSE_CODE" -> "0";
            case "RESPONSE_FLAGS" -> ResponseFlag.text(session.flags());
            case "BYTES_RECEIVED" -> Long.toString(session.received());
            case "BYTES_SENT" -> Long.toString(session.sent());
            case "DURATION" -> Long.toString(TimeUnit.NANOSECONDS.toMillis(elapsed));
            case "UPSTREAM_HOST" -> endpoint == null ? null : endpoint.toString();
            case "UPSTREAM_LOCAL_ADDRESS" -> session.upstreamLocal();
            case "UPSTREAM_TRANSPORT_FAILURE_REASON" -> session.transportFailure();
            case "UPSTREAM_CLUSTER", "UPSTREAM_CLUSTER_RAW" -> session.clusterName();
            case "DOWNSTREAM_LOCAL_ADDRESS" -> HttpLogSource.address(info.destination);
            case "REQUESTED_SERVER_NAME" -> info.serverName;
            case "DOWNSTREAM_PEER_URI_SAN" -> session.peer().principal();
            default -> HttpLogSource.remote(operator, info);
        };
    }
}
