package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The reading half of an upstream HTTP/1 connection: the heads and body of one response after the other. Holds a head of
 * the loop from a response's first byte until {@link #release}.
 */
final class Http1ResponseReader {
    /** Interim responses before the final one: more are an attack (reliability requirement R31). */
    private static final int MAX_INTERIM = 10;

    private final CodecLoop shared;
    private final HeadReader headReader;
    private final Framing framing = new Framing();
    private final BodyReader body = new BodyReader();
    private @Nullable ResponseHead head;
    private boolean inBody;
    private HttpMethod method = HttpMethod.OTHER; // of the request
    private byte @Nullable [] upgrade; // the protocol the request asked for, in lower case
    private int interim;

    Http1ResponseReader(CodecLoop shared, Http1Limits limits) {
        this.shared = shared;
        this.headReader = new HeadReader(limits, true);
    }

    /** Awaits the response to a request. */
    void await(RequestHead request, boolean upgrades) {
        interim = 0;
        method = request.method();
        upgrade = upgrades ? asked(request.headers()) : null;
    }

    private static byte @Nullable [] asked(HeaderBlock headers) {
        int field = headers.find(KnownHeader.UPGRADE);
        if (field < 0) {
            return null;
        }
        byte[] name = Arrays.copyOfRange(headers.bytes(), headers.valueStart(field), headers.valueEnd(field));
        for (int i = 0; i < name.length; i++) {
            name[i] = Ascii.lower(name[i]);
        }
        return name;
    }

    /** Whether a 101 changes to what was asked for (RFC 9110 §7.8); else its bytes would be taken for a tunnel's. */
    private boolean isAsked(HeaderBlock headers) {
        int field = headers.find(KnownHeader.UPGRADE);
        byte[] wanted = upgrade;
        return wanted != null
                && field >= 0
                && Ascii.equalsIgnoreCase(wanted, headers.bytes(), headers.valueStart(field), headers.valueEnd(field));
    }

    /** Whether nothing of a response is there. */
    boolean isAtRest() {
        return head == null;
    }

    /** Whether the final head has been read, and a body is being read. */
    boolean isInBody() {
        return inBody;
    }

    /** Whether the end of the connection would end this response. */
    boolean endsAtClose() {
        return inBody && body.endsAtClose();
    }

    /** Reads on in a head; true when it is complete, or known to be bad. */
    boolean readHead(ByteBuf in) {
        ResponseHead response = head;
        if (response == null) {
            response = shared.takeResponse();
            head = response;
            headReader.reset();
        }
        return headReader.read(in, response.headers());
    }

    /** What is wrong with the head that was read; null for nothing. */
    @Nullable
    Http1Error parseHead() {
        Http1Error error = headReader.error();
        ResponseHead response = head();
        if (error == null && headReader.startLineStart() > 0) {
            error = Http1Error.BAD_STATUS_LINE; // RFC 9112 §2.2: an empty line may come before a request only
        }
        if (error == null) {
            error = ResponseParser.parse(
                    response,
                    headReader.startLineStart(),
                    headReader.startLineEnd(),
                    framing,
                    method == HttpMethod.HEAD);
        }
        if (error != null) {
            return error;
        }
        if (response.isInformational()) {
            return ++interim > MAX_INTERIM ? Http1Error.TOO_MANY_INTERIM : null;
        }
        return response.status() == 101 && !isAsked(response.headers()) ? Http1Error.UNEXPECTED_UPGRADE : null;
    }

    ResponseHead head() {
        return Objects.requireNonNull(head);
    }

    /** Forgets an interim head: another follows. */
    void nextHead() {
        head().clear();
        headReader.reset();
    }

    /** Begins the body behind the final head; answers whether there is one. */
    boolean beginBody() {
        if (Framing.isTunnel(method, head().status())) {
            framing.set(Framing.Kind.UNTIL_CLOSE);
            head().headers().remove(KnownHeader.CONTENT_LENGTH); // RFC 9110 §9.3.6: means nothing here
        }
        body.start(framing);
        inBody = !body.isDone();
        return inBody;
    }

    /** What is wrong with the framing that came with the head, before the first byte of the body; null for nothing. */
    @Nullable
    Http1Error readFraming(ByteBuf in) {
        return body.readFraming(in);
    }

    /** Reads on in the body. When {@link #tookBuffer} says so afterwards, the buffer is the sink's. */
    @Nullable
    Http1Error readBody(ByteBuf in, BodyReader.Sink sink) {
        return body.read(in, sink);
    }

    boolean tookBuffer() {
        return body.tookBuffer();
    }

    boolean isBodyDone() {
        return body.isDone();
    }

    /** The response is over, or nobody wants the rest: gives the head back. */
    void release() {
        inBody = false;
        ResponseHead response = head;
        if (response != null) {
            head = null;
            shared.giveBack(response);
        }
    }
}
