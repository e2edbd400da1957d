package dev.weft.proxycore;

import dev.weft.base.Address;
import dev.weft.base.IpLiteral;
import dev.weft.http.Ascii;
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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A request that has ended, for its line in the log. */
record HttpLogSource(Exchange exchange, HttpStream stream) implements LogSource {
    private static final byte[] METHOD = Ascii.bytes(":method");
    private static final byte[] PATH = Ascii.bytes(":path");
    private static final byte[] AUTHORITY = Ascii.bytes(":authority");
    private static final byte[] SCHEME = Ascii.bytes(":scheme");
    private static final List<String> PEER = List.of("DOWNSTREAM_REMOTE_", "DOWNSTREAM_DIRECT_REMOTE_");
    private static final byte[] FORWARDED_PROTO = Ascii.bytes("x-forwarded-proto");

    static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** What stands in the usual formats costs no object; the rest goes by way of a text. */
    @Override
    public boolean append(LogField field, LogLine line) {
        switch (field.name()) {
            case "START_TIME" -> line.time(System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(elapsedNanos()));
            case "REQ" -> {
                return appendRequest(field, line);
            }
            case "RESP" -> {
                ResponseHead head = exchange.lastResponse();
                return head != null && appendHeader(head.headers(), field, line);
            }
            case "PROTOCOL" -> line.plain(stream.request().version().toString());
            case "RESPONSE_CODE" -> line.decimal(stream.status());
            case "RESPONSE_FLAGS" -> line.plain(ResponseFlag.text(stream.flags()));
            case "BYTES_RECEIVED" -> line.decimal(stream.requestBytes());
            case "BYTES_SENT" -> line.decimal(stream.responseBytes());
            case "DURATION" -> line.decimal(TimeUnit.NANOSECONDS.toMillis(elapsedNanos()));
            case "UPSTREAM_HOST" -> {
                EndpointRuntime endpoint = exchange.endpoint;
                if (endpoint == null) {
                    return false;
                }
                line.plain(endpoint.toString());
            }
            default -> {
                return LogSource.super.append(field, line);
            }
        }
        return true;
    }

    private long elapsedNanos() {
        return System.nanoTime() - exchange.startNanos;
    }

    private boolean appendRequest(LogField field, LogLine line) {
        RequestHead head = stream.request();
        for (byte[] name : field.headers()) {
            int start;
            int end;
            if (Arrays.equals(name, METHOD)) {
                start = head.methodStart();
                end = head.methodEnd();
            } else if (Arrays.equals(name, PATH)) {
                start = head.targetStart();
                end = head.targetEnd();
            } else if (Arrays.equals(name, AUTHORITY)) {
                start = head.authorityStart();
                end = head.authorityEnd();
            } else {
                int i = head.headers().find(Arrays.equals(name, SCHEME) ? FORWARDED_PROTO : name, 0);
                start = i < 0 ? 0 : head.headers().valueStart(i);
                end = i < 0 ? 0 : head.headers().valueEnd(i);
            }
            if (end > start) {
                line.foreign(head.bytes(), start, end, field.limit());
                return true;
            }
        }
        return false;
    }

    private static boolean appendHeader(HeaderBlock headers, LogField field, LogLine line) {
        for (byte[] name : field.headers()) {
            int i = headers.find(name, 0);
            if (i >= 0 && headers.valueEnd(i) > headers.valueStart(i)) {
                line.foreign(headers.bytes(), headers.valueStart(i), headers.valueEnd(i), field.limit());
                return true;
            }
        }
        return false;
    }

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
            case "DOWNSTREAM_LOCAL_ADDRESS" -> address(exchange.connection.info().destination);
            case "REQUESTED_SERVER_NAME" -> exchange.connection.info().serverName;
            case "DOWNSTREAM_PEER_URI_SAN" -> exchange.connection.peer().principal();
            default -> isOfClient(operator) ? client(operator) : remote(operator, exchange.connection.info());
        };
    }

    /** Whether an operator is about the client, who may be further away than our peer. */
    static boolean isOfClient(LogField field) {
        return isOfClient(field.name());
    }

    private static boolean isOfClient(String operator) {
        return operator.startsWith("DOWNSTREAM_REMOTE_");
    }

    /** Of the client that x-forwarded-for names, where that is trusted: it has no port, which Envoy says is 0. */
    private @Nullable String client(String operator) {
        byte[] client = exchange.client;
        return client == null
                ? remote(operator, exchange.connection.info())
                : remote(operator.substring("DOWNSTREAM_REMOTE_".length()), client, 0);
    }

    /** An operator about our peer; null for any other. */
    static @Nullable String remote(String operator, ConnectionInfo info) {
        for (String prefix : PEER) {
            if (operator.startsWith(prefix)) {
                return remote(operator.substring(prefix.length()), info.remoteIp(), info.remote.getPort());
            }
        }
        return null;
    }

    private static @Nullable String remote(String what, byte[] ip, int port) {
        return switch (what) {
            case "ADDRESS" -> new Address(IpLiteral.format(ip), port).toString();
            case "ADDRESS_WITHOUT_PORT" -> IpLiteral.format(ip);
            case "PORT" -> Integer.toString(port);
            default -> null;
        };
    }

    static String address(InetSocketAddress address) {
        return new Address(IpLiteral.format(address.getAddress().getAddress()), address.getPort()).toString();
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
