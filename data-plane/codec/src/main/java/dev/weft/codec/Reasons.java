package dev.weft.codec;

import dev.weft.http.Ascii;

/** Reason phrases of RFC 9110 §15 for responses that bring none. */
final class Reasons {
    private static final byte[][] BY_STATUS = new byte[600][];
    private static final byte[] UNKNOWN = Ascii.bytes("Unknown");

    static {
        String table = "100 Continue;101 Switching Protocols;103 Early Hints;200 OK;201 Created;202 Accepted;"
                + "203 Non-Authoritative Information;204 No Content;205 Reset Content;206 Partial Content;"
                + "300 Multiple Choices;301 Moved Permanently;302 Found;303 See Other;304 Not Modified;"
                + "307 Temporary Redirect;308 Permanent Redirect;400 Bad Request;401 Unauthorized;403 Forbidden;"
                + "404 Not Found;405 Method Not Allowed;406 Not Acceptable;408 Request Timeout;409 Conflict;410 Gone;"
                + "411 Length Required;412 Precondition Failed;413 Payload Too Large;414 URI Too Long;"
                + "415 Unsupported Media Type;416 Range Not Satisfiable;417 Expectation Failed;"
                + "421 Misdirected Request;422 Unprocessable Entity;425 Too Early;426 Upgrade Required;"
                + "428 Precondition Required;429 Too Many Requests;431 Request Header Fields Too Large;"
                + "500 Internal Server Error;501 Not Implemented;502 Bad Gateway;503 Service Unavailable;"
                + "504 Gateway Timeout;505 HTTP Version Not Supported";
        for (String entry : table.split(";")) {
            BY_STATUS[Integer.parseInt(entry.substring(0, 3))] = Ascii.bytes(entry.substring(4));
        }
    }

    private Reasons() {}

    @SuppressWarnings("MutableMethodReturnType")
    static byte[] of(int status) {
        byte[] reason = status < BY_STATUS.length ? BY_STATUS[status] : null;
        return reason == null ? UNKNOWN : reason;
    }
}
