package dev.weft.codec;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * RFC 8441: a wish for another protocol, which HTTP/1.1 says with Upgrade and answers with 101, is an extended CONNECT in
 * HTTP/2 and answered with 2xx. Inside the proxy it always looks like HTTP/1.1's. Not on the path of ordinary requests.
 *
 * <p>Where only one side is HTTP/1.1, its half of WebSocket's handshake (RFC 6455 §4: key and accept), which HTTP/2 has
 * not, is played by us.
 */
final class ExtendedConnect {
    private static final byte[] GET = Ascii.bytes("GET");
    private static final byte[] CONNECTION = Ascii.bytes("connection");
    private static final byte[] UPGRADE = Ascii.bytes("upgrade");
    private static final byte[] WEBSOCKET = Ascii.bytes("websocket");
    private static final byte[] KEY = Ascii.bytes("sec-websocket-key");
    private static final byte[] ACCEPT = Ascii.bytes("sec-websocket-accept");
    private static final String ACCEPT_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 §1.3
    private static final int KEY_BYTES = 16;

    private ExtendedConnect() {}

    /**
     * Makes of an extended CONNECT what it would be in HTTP/1.1.
     *
     * @param start of the value of {@code :protocol} in the head's bytes
     */
    static void toUpgrade(RequestHead head, int start, int end, RandomGenerator random) {
        HeaderBlock headers = head.headers();
        int method = headers.reserve(GET.length);
        System.arraycopy(GET, 0, headers.bytes(), method, GET.length);
        headers.advance(GET.length);
        head.method(method, method + GET.length);
        headers.add(CONNECTION, UPGRADE);
        headers.add(UPGRADE, headers.bytes(), start, end);
        if (Ascii.equalsIgnoreCase(WEBSOCKET, headers.bytes(), start, end) && headers.find(KEY, 0) < 0) {
            byte[] key = new byte[KEY_BYTES];
            random.nextBytes(key);
            headers.add(KEY, Base64.getEncoder().encode(key));
        }
    }

    /** What an accepted upgrade's response in HTTP/1.1 must say; kept while the request waits. */
    record Wanted(byte[] protocol, byte @Nullable [] accept) {
        /** Of a request that was sent as an extended CONNECT. */
        static Wanted of(RequestHead request) {
            HeaderBlock headers = request.headers();
            int upgrade = headers.find(KnownHeader.UPGRADE);
            byte[] protocol = upgrade < 0 ? new byte[0] : bytes(headers, upgrade);
            int key = headers.find(KEY, 0);
            return new Wanted(protocol, key < 0 ? null : Wanted.accept(bytes(headers, key)));
        }

        private static byte[] bytes(HeaderBlock headers, int i) {
            return java.util.Arrays.copyOfRange(headers.bytes(), headers.valueStart(i), headers.valueEnd(i));
        }

        private static byte[] accept(byte[] key) {
            try {
                MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
                sha1.update(key);
                sha1.update(ACCEPT_SALT.getBytes(StandardCharsets.ISO_8859_1));
                return Base64.getEncoder().encode(sha1.digest());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-1", e);
            }
        }

        /** Makes of the peer's yes what it would be in HTTP/1.1. */
        void toSwitching(ResponseHead response) {
            HeaderBlock headers = response.headers();
            response.status(101);
            headers.add(CONNECTION, UPGRADE);
            headers.add(UPGRADE, protocol);
            if (accept != null && headers.find(ACCEPT, 0) < 0) {
                headers.add(ACCEPT, accept);
            }
        }
    }
}
