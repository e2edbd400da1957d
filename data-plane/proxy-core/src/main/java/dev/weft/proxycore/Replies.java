package dev.weft.proxycore;

import dev.weft.codec.CodecLoop;
import dev.weft.http.Ascii;
import dev.weft.http.HttpStream;
import dev.weft.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Responses of our own. Bodies and details are Envoy's, as people and tools look for them. */
final class Replies {
    private static final byte[] CONTENT_TYPE = Ascii.bytes("content-type");
    private static final byte[] TEXT_PLAIN = Ascii.bytes("text/plain");
    private static final byte[] CONTENT_LENGTH = Ascii.bytes("content-length");
    static final byte[] LOCATION = Ascii.bytes("location");

    private Replies() {}

    static void send(Exchange exchange, HttpStream stream, int status, String body, String details) {
        send(exchange, stream, status, Ascii.bytes(body), details);
    }

    static void send(Exchange exchange, HttpStream stream, int status, byte[] body, String details) {
        CodecLoop codec = exchange.codec();
        ResponseHead head = codec.takeResponse();
        head.status(status);
        if (body.length > 0) {
            head.headers().add(CONTENT_LENGTH, Ascii.bytes(Integer.toString(body.length)));
            head.headers().add(CONTENT_TYPE, TEXT_PLAIN);
        }
        exchange.connection.manager().finish(exchange, head);
        ByteBuf data = Unpooled.wrappedBuffer(body);
        stream.reply(head, data, details);
        codec.giveBack(head);
    }

    static void redirect(Exchange exchange, HttpStream stream, int status, byte[] location) {
        CodecLoop codec = exchange.codec();
        ResponseHead head = codec.takeResponse();
        head.status(status);
        head.headers().add(LOCATION, location);
        exchange.connection.manager().finish(exchange, head);
        stream.reply(head, null, "direct_response");
        codec.giveBack(head);
    }
}
