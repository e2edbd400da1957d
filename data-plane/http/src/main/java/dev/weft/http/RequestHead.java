package dev.weft.http;

/**
 * Method, target, authority and fields of a request, as spans of one byte array ({@link #bytes()}). Reused from message to
 * message; valid until its stream ends.
 *
 * <p>The target is kept as received, except that an absolute-form target is split: {@link #targetStart()} is then its path
 * (or {@code /}), and the authority is the target's. The path is the target without its query.
 */
public final class RequestHead {
    private static final byte[] SLASH = {'/'};

    private final HeaderBlock headers;
    private HttpMethod method = HttpMethod.OTHER;
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private int methodStart;
    private int methodEnd;
    private int targetStart;
    private int targetEnd;
    private int pathEnd;
    private int authorityStart;
    private int authorityEnd;

    /** A head with room for {@code capacity} bytes before it grows. */
    public RequestHead(int capacity) {
        this.headers = new HeaderBlock(capacity);
    }

    /** Forgets everything; keeps the arrays. */
    public void clear() {
        headers.clear();
        method = HttpMethod.OTHER;
        version = HttpVersion.HTTP_1_1;
        methodStart = 0;
        methodEnd = 0;
        targetStart = 0;
        targetEnd = 0;
        pathEnd = 0;
        authorityStart = 0;
        authorityEnd = 0;
    }

    public HeaderBlock headers() {
        return headers;
    }

    /** What all spans of this head point into; fetched anew after anything was added. */
    @SuppressWarnings("MutableMethodReturnType")
    public byte[] bytes() {
        return headers.bytes();
    }

    public HttpMethod method() {
        return method;
    }

    public int methodStart() {
        return methodStart;
    }

    public int methodEnd() {
        return methodEnd;
    }

    /** Sets the method to a span of {@link #bytes()}. */
    public void method(int start, int end) {
        methodStart = start;
        methodEnd = end;
        method = HttpMethod.recognise(bytes(), start, end);
    }

    public HttpVersion version() {
        return version;
    }

    public void version(HttpVersion newVersion) {
        version = newVersion;
    }

    public int targetStart() {
        return targetStart;
    }

    public int targetEnd() {
        return targetEnd;
    }

    public int pathStart() {
        return targetStart;
    }

    /** End of the path: where {@code ?} begins, or the target ends. */
    public int pathEnd() {
        return pathEnd;
    }

    /** Start of the query behind its {@code ?}; equals {@link #targetEnd()} when there is none. */
    public int queryStart() {
        return Math.min(pathEnd + 1, targetEnd);
    }

    /** Sets the target to a span of {@link #bytes()} and finds where its path ends. */
    public void target(int start, int end) {
        targetStart = start;
        targetEnd = end;
        byte[] bytes = bytes();
        int at = start;
        while (at < end && bytes[at] != '?') {
            at++;
        }
        pathEnd = at;
    }

    /** Replaces the target by new bytes, e.g. after a path rewrite. */
    public void target(byte[] newTarget) {
        int at = headers.reserve(newTarget.length);
        System.arraycopy(newTarget, 0, bytes(), at, newTarget.length);
        headers.advance(newTarget.length);
        target(at, at + newTarget.length);
    }

    /** The target becomes {@code /}: an absolute-form target without a path. */
    public void rootTarget() {
        target(SLASH);
    }

    /** Start of host and optional port; empty span when the request has none. */
    public int authorityStart() {
        return authorityStart;
    }

    public int authorityEnd() {
        return authorityEnd;
    }

    /** Replaces the authority by a span of another array. */
    public void authority(byte[] from, int start, int end) {
        int at = append(from, start, end);
        authority(at, at + end - start);
    }

    /** Sets the authority to a span of {@link #bytes()}. */
    public void authority(int start, int end) {
        authorityStart = start;
        authorityEnd = end;
    }

    /** What is in it now, in a head of its own. */
    public RequestHead copy() {
        RequestHead copy = new RequestHead(headers.length());
        copy.version = version;
        int at = copy.append(bytes(), methodStart, methodEnd);
        copy.method(at, at + methodEnd - methodStart);
        at = copy.append(bytes(), targetStart, targetEnd);
        copy.target(at, at + targetEnd - targetStart);
        copy.authority(bytes(), authorityStart, authorityEnd);
        for (int i = 0; i < headers.count(); i++) {
            if (!headers.isRemoved(i)) {
                int name = copy.append(bytes(), headers.nameStart(i), headers.nameEnd(i));
                int value = copy.append(bytes(), headers.valueStart(i), headers.valueEnd(i));
                copy.headers.addSpan(name, value, value, copy.headers.length());
            }
        }
        return copy;
    }

    private int append(byte[] from, int start, int end) {
        int at = headers.reserve(end - start);
        System.arraycopy(from, start, bytes(), at, end - start);
        headers.advance(end - start);
        return at;
    }

    /** Text of the method. Allocates: not for the request path. */
    public String methodText() {
        return Ascii.text(bytes(), methodStart, methodEnd);
    }

    /** Text of path and query. Allocates: not for the request path. */
    public String targetText() {
        return Ascii.text(bytes(), targetStart, targetEnd);
    }

    /** Text of the authority. Allocates: not for the request path. */
    public String authorityText() {
        return Ascii.text(bytes(), authorityStart, authorityEnd);
    }

    @Override
    public String toString() {
        return methodText() + " " + targetText() + " (" + authorityText() + ") " + version + "\n" + headers;
    }
}
