package dev.weft.http;

/** Status and fields of a response, as spans of one byte array. Reused from message to message. */
public final class ResponseHead {
    private final HeaderBlock headers;
    private int status;
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private int reasonStart;
    private int reasonEnd;

    /** A head with room for {@code capacity} bytes before it grows. */
    public ResponseHead(int capacity) {
        this.headers = new HeaderBlock(capacity);
    }

    /** Forgets everything; keeps the arrays. */
    public void clear() {
        headers.clear();
        status = 0;
        version = HttpVersion.HTTP_1_1;
        reasonStart = 0;
        reasonEnd = 0;
    }

    public HeaderBlock headers() {
        return headers;
    }

    /** What all spans of this head point into; fetched anew after anything was added. */
    @SuppressWarnings("MutableMethodReturnType")
    public byte[] bytes() {
        return headers.bytes();
    }

    /** 100 to 599. */
    public int status() {
        return status;
    }

    public void status(int newStatus) {
        status = newStatus;
    }

    /** Whether this is an interim response (1xx other than 101), which another head follows. */
    public boolean isInformational() {
        return status < 200 && status != 101;
    }

    public HttpVersion version() {
        return version;
    }

    public void version(HttpVersion newVersion) {
        version = newVersion;
    }

    public int reasonStart() {
        return reasonStart;
    }

    /** End of the reason phrase; an empty span lets the codec choose one. */
    public int reasonEnd() {
        return reasonEnd;
    }

    public void reason(int start, int end) {
        reasonStart = start;
        reasonEnd = end;
    }

    @Override
    public String toString() {
        return status + " " + Ascii.text(bytes(), reasonStart, reasonEnd) + "\n" + headers;
    }
}
