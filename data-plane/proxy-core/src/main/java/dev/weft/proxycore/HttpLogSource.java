package dev.weft.proxycore;

import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseFlag;
import dev.weft.http.ResponseHead;
import dev.weft.upstream.EndpointRuntime;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A request that has ended, for its line in the log. */
record HttpLogSource(Exchange exchange, HttpStream stream) implements LogSource {
    static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    @Override
    public @Nullable String value(String operator, String argument) {
        long elapsed = System.nanoTime() - exchange.startNanos;
        RequestHead request = stream.request();
        EndpointRuntime endpoint = exchange.endpoint;
        return switch (operator) {
            case "START_TIME" -> TIME.format(Instant.now().minusNanos(elapsed));
            case "REQ" -> request(request, argument);
            case "RESP" -> response(exchange.lastResponse(), argument);
            case "PROTOCOL" -> request.version().toString();
            case "RESPONSE_CODE" -> Integer.toString(stream.status());
            case "RESPONSE_FLAGS" -> ResponseFlag.text(stream.flags());
            case "RESPONSE_CODE_DETAILS" -> stream.details().replace(' ', '_');
            case "GRPC_STATUS" -> Grpc.name(exchange.grpcStatus);
            case "GRPC_STATUS_NUMBER" ->
                exchange.grpcStatus == Grpc.NO_STATUS ? null : Integer.toString(exchange.grpcStatus);
            case "BYTES_RECEIVED" -> Long.toString(stream.requestBytes());
            case "BYTES_SENT" -> Long.toString(stream.responseBytes());
            case "DURATION" -> Long.toString(TimeUnit.NANOSECONDS.toMillis(elapsed));
            case "RESPONSE_DURATION" ->
                exchange.responseHeadNanos == 0
                        ? null
                        : Long.toString(
                                TimeUnit.NANOSECONDS.toMillis(exchange.responseHeadNanos - exchange.startNanos));
            case "UPSTREAM_HOST" -> endpoint == null ? null : endpoint.toString();
            case "UPSTREAM_LOCAL_ADDRESS" ->
                exchange.upstreamLocal instanceof InetSocketAddress local ? address(local) : null;
            case "UPSTREAM_TRANSPORT_FAILURE_REASON" -> exchange.transportFailure;
            case "UPSTREAM_CLUSTER", "UPSTREAM_CLUSTER_RAW" ->
                exchange.cluster == null ? null : exchange.cluster.name();
            case "ROUTE_NAME" ->
                exchange.plan == null ? null : exchange.plan.compiled().route().name();
            case "DOWNSTREAM_REMOTE_ADDRESS", "DOWNSTREAM_DIRECT_REMOTE_ADDRESS" ->
                address(exchange.connection.info().remote);
            case "DOWNSTREAM_LOCAL_ADDRESS" -> address(exchange.connection.info().destination);
            case "REQUESTED_SERVER_NAME" -> exchange.connection.info().serverName;
            case "DOWNSTREAM_PEER_URI_SAN" -> exchange.connection.peer().principal();
            default -> null;
        };
    }

    static String address(InetSocketAddress address) {
        return new dev.weft.base.Address(address.getAddress().getHostAddress(), address.getPort()).toString();
    }

    /** {@code NAME} or {@code NAME?OTHER}: the first that is there. */
    private static @Nullable String request(RequestHead head, String names) {
        for (String name : names.split("\\?")) {
            String value = switch (name.toUpperCase(Locale.ROOT)) {
                case ":METHOD" -> head.methodText();
                case ":PATH" -> head.targetText();
                case ":AUTHORITY" -> head.authorityText();
                case ":SCHEME" -> header(head.headers(), "x-forwarded-proto");
                default -> header(head.headers(), name);
            };
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private static @Nullable String response(@Nullable ResponseHead head, String names) {
        if (head != null) {
            for (String name : names.split("\\?")) {
                String value = header(head.headers(), name);
                if (value != null) {
                    return value;
                }
            }
        }
        return null;
    }

    private static @Nullable String header(HeaderBlock headers, String name) {
        int index = headers.find(name.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.ISO_8859_1), 0);
        return index < 0 ? null : headers.value(index);
    }
}
