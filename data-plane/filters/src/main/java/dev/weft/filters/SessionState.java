package dev.weft.filters;

import dev.weft.base.Address;
import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** How clients keep their sessions' endpoint. Immutable. */
interface SessionState {
    /** Whether requests to this path have sessions. */
    boolean covers(RequestHead head);

    /** The endpoint's address as it was written; null when the request brings none that counts. */
    @Nullable
    String read(HeaderBlock request);

    /** Has the client keep it. */
    void write(HeaderBlock response, Address endpoint);

    /** Base64 with its padding; empty when it is none. */
    static byte[] decode(byte[] bytes, int start, int end) {
        byte[] text = new byte[end - start];
        System.arraycopy(bytes, start, text, 0, text.length);
        try {
            return text.length % 4 == 0 ? Base64.getDecoder().decode(text) : new byte[0];
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }
}
