package dev.weft.proxycore;

import dev.weft.codec.CodecLoop;
import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.HttpStream;
import dev.weft.http.ResponseFlag;
import dev.weft.http.ResponseHead;
import dev.weft.http.UpstreamListener.Failure;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;

/** Responses of our own. Bodies and details are Envoy's, as people and tools look for them. */
final class Replies {
    private static final byte[] CONTENT_TYPE = Ascii.bytes("content-type");
    private static final byte[] TEXT_PLAIN = Ascii.bytes("text/plain");
    private static final byte[] CONTENT_LENGTH = Ascii.bytes("content-length");
    private static final byte[] RETRY_AFTER = Ascii.bytes("retry-after");
    private static final byte[] GRPC = Ascii.bytes("application/grpc");
    private static final byte[] GRPC_STATUS = Ascii.bytes("grpc-status");
    private static final byte[] GRPC_MESSAGE = Ascii.bytes("grpc-message");
    private static final byte[] OVERLOADED = Ascii.bytes("envoy overloaded");
    private static final byte[] ONE_SECOND = Ascii.bytes("1"); // pressure is looked at four times as often
    static final byte[] LOCATION = Ascii.bytes("location");
    private static final String BEFORE_HEADERS =
            "upstream connect error or disconnect/reset before headers. reset reason: ";

    private Replies() {}

    static void noRoute(Exchange exchange) {
        exchange.stream().flag(ResponseFlag.NO_ROUTE_FOUND);
        send(exchange, exchange.stream(), 404, "", "route_not_found");
    }

    static void noEndpoint(Exchange exchange) {
        exchange.stream().flag(ResponseFlag.NO_HEALTHY_UPSTREAM);
        send(exchange, exchange.stream(), 503, "no healthy upstream", "no_healthy_upstream");
    }

    /** As Envoy's stop_accepting_requests; the header is ours (requirement R43). */
    static void overloaded(Exchange exchange) {
        HttpStream stream = exchange.stream();
        stream.flag(ResponseFlag.OVERLOAD);
        if (exchange.isGrpc) {
            sendGrpc(exchange, stream, Grpc.UNAVAILABLE, OVERLOADED, "overload");
            return;
        }
        ResponseHead head = exchange.codec().takeResponse();
        head.status(503);
        head.headers().add(RETRY_AFTER, ONE_SECOND);
        sendText(exchange, stream, head, OVERLOADED, "overload");
    }

    static void overflow(Exchange exchange) {
        exchange.stream().flag(ResponseFlag.UPSTREAM_OVERFLOW);
        beforeResponse(exchange, 503, "overflow", "overflow");
    }

    static void connectFailed(Exchange exchange, boolean timeout, String reason) {
        exchange.stream().flag(ResponseFlag.UPSTREAM_CONNECTION_FAILURE);
        String what = timeout ? "connection timeout" : "remote connection failure";
        String why = timeout ? "" : ", transport failure reason: delayed connect error: " + reason;
        String word = what.replace(' ', '_');
        beforeResponse(exchange, 503, what + why, word.equals(reason) ? word : word + "|" + reason);
    }

    static void upstreamFailed(Exchange exchange, Failure failure, String details) {
        HttpStream stream = exchange.stream();
        stream.flag(
                switch (failure) {
                    case PROTOCOL_ERROR -> ResponseFlag.UPSTREAM_PROTOCOL_ERROR;
                    case REFUSED, REMOTE_RESET -> ResponseFlag.UPSTREAM_REMOTE_RESET;
                    case CONNECTION_LOST, STALE_CONNECTION -> ResponseFlag.UPSTREAM_CONNECTION_TERMINATION;
                });
        if (stream.isResponseStarted()) {
            stream.reset("upstream_reset_after_response_started{" + details + "}");
            return;
        }
        String reason = switch (failure) {
            case PROTOCOL_ERROR -> "protocol error";
            case REFUSED -> "remote refused stream reset";
            case REMOTE_RESET -> "remote reset";
            case CONNECTION_LOST, STALE_CONNECTION -> "connection termination";
        };
        beforeResponse(exchange, failure == Failure.PROTOCOL_ERROR ? 502 : 503, reason, details);
    }

    private static void beforeResponse(Exchange exchange, int status, String reason, String details) {
        String why = "upstream_reset_before_response_started{" + details + "}";
        send(exchange, exchange.stream(), status, BEFORE_HEADERS + reason, why);
    }

    static void timedOut(Exchange exchange) {
        HttpStream stream = exchange.stream();
        stream.flag(ResponseFlag.UPSTREAM_REQUEST_TIMEOUT);
        if (stream.isResponseStarted()) {
            stream.reset("response_timeout");
        } else {
            send(exchange, stream, 504, "upstream request timeout", "response_timeout");
        }
    }

    /** Envoy: 408 while the request is incomplete, 504 when the upstream is silent. */
    static void idle(Exchange exchange) {
        HttpStream stream = exchange.stream();
        stream.flag(ResponseFlag.STREAM_IDLE_TIMEOUT);
        if (stream.isResponseStarted()) {
            stream.reset("stream_idle_timeout");
        } else {
            send(exchange, stream, stream.isRequestEnded() ? 504 : 408, "stream timeout", "stream_idle_timeout");
        }
    }

    /** As Envoy answers at the end of {@code max_stream_duration}. */
    static void lastedTooLong(Exchange exchange) {
        HttpStream stream = exchange.stream();
        byte[] message = Ascii.bytes("downstream duration timeout");
        stream.flag(ResponseFlag.DURATION_TIMEOUT);
        if (stream.isResponseStarted()) {
            stream.reset("max_duration_timeout");
        } else if (exchange.isGrpc) {
            sendGrpc(exchange, stream, Grpc.DEADLINE_EXCEEDED, message, "max_duration_timeout");
        } else {
            send(exchange, stream, stream.isRequestEnded() ? 504 : 408, message, "max_duration_timeout");
        }
    }

    static void send(Exchange exchange, HttpStream stream, int status, String body, String details) {
        send(exchange, stream, status, Ascii.bytes(body), details);
    }

    static void send(Exchange exchange, HttpStream stream, int status, byte[] body, String details) {
        if (exchange.isGrpc) {
            sendGrpc(exchange, stream, Grpc.ofHttp(status), body, details);
            return;
        }
        ResponseHead head = exchange.codec().takeResponse();
        head.status(status);
        sendText(exchange, stream, head, body, details);
    }

    /** Only callers of gRPC can read a status of gRPC; others get its message with a 200, as from Envoy. */
    static void sendGrpc(Exchange exchange, HttpStream stream, int status, String message, String details) {
        if (exchange.isGrpc) {
            sendGrpc(exchange, stream, status, Ascii.bytes(message), details);
        } else {
            send(exchange, stream, 200, message, details);
        }
    }

    private static void sendText(Exchange exchange, HttpStream stream, ResponseHead head, byte[] body, String details) {
        boolean bodiless = head.status() == 204 || head.status() == 304; // RFC 9112 §6.3
        if (body.length > 0 && !bodiless) {
            head.headers().add(CONTENT_LENGTH, Ascii.bytes(Integer.toString(body.length)));
            head.headers().add(CONTENT_TYPE, TEXT_PLAIN);
        }
        exchange.connection.manager().finish(exchange, head);
        // What follows the head of an answer to HEAD would be read as the next answer.
        boolean headOnly = bodiless || stream.request().method() == HttpMethod.HEAD;
        stream.reply(head, headOnly ? null : Unpooled.wrappedBuffer(body), details);
        exchange.codec().giveBack(head);
    }

    /** A caller of gRPC reads nothing but its status, which stands in a head that ends the response at once. */
    private static void sendGrpc(Exchange exchange, HttpStream stream, int status, byte[] message, String details) {
        CodecLoop codec = exchange.codec();
        ResponseHead head = codec.takeResponse();
        head.status(200);
        head.headers().add(CONTENT_TYPE, GRPC);
        head.headers().add(GRPC_STATUS, Ascii.bytes(Integer.toString(status)));
        if (message.length > 0) {
            head.headers().add(GRPC_MESSAGE, Grpc.message(message));
        }
        exchange.grpcStatus = Grpc.known(status);
        exchange.connection.manager().finish(exchange, head);
        stream.reply(head, null, details);
        codec.giveBack(head);
    }

    static void redirect(Exchange exchange, HttpStream stream, int status, byte[] location, String details) {
        head(exchange, stream, status, headers -> headers.add(LOCATION, location), details);
    }

    /** A head and nothing else, whoever asks. */
    static void head(Exchange exchange, HttpStream stream, int status, Consumer<HeaderBlock> headers, String details) {
        CodecLoop codec = exchange.codec();
        ResponseHead head = codec.takeResponse();
        head.status(status);
        headers.accept(head.headers());
        exchange.connection.manager().finish(exchange, head);
        stream.reply(head, null, details);
        codec.giveBack(head);
    }
}
