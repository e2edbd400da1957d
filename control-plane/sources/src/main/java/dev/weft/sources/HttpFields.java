package dev.weft.sources;

import java.util.Locale;
import java.util.Set;

/**
 * Checks names and values of HTTP header fields: what a proxy has to refuse would take everything down with it that is sent
 * in one resource, e.g. all routes of a port.
 */
final class HttpFields {
    /** Gateway API's HTTPHeaderName and HTTPHeader.value. */
    private static final int LONGEST_NAME = 256;

    private static final int LONGEST_VALUE = 4096;

    /** RFC 9110 §5.6.2, besides letters and digits. */
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    /** They say where a message ends and what becomes of its connection: the proxy's own to write. */
    private static final Set<String> FRAMING = Set.of(
            "connection",
            "content-length",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private HttpFields() {}

    /** The name of a field that is compared. */
    static void checkName(Findings findings, String path, String name) {
        boolean token = !name.isEmpty() && name.chars().allMatch(HttpFields::isToken);
        if (!token) {
            findings.error(
                    "bad-value",
                    path,
                    "is not the name of a header field: " + quoted(name),
                    "letters, digits and " + TOKEN_MARKS);
        } else if (name.length() > LONGEST_NAME) {
            findings.error("bad-value", path, "is longer than " + LONGEST_NAME + " characters", "");
        }
    }

    /** The name of a field that is changed. */
    static void checkEditedName(Findings findings, String path, String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.equals("host")) {
            findings.error("bad-value", path, "Host cannot be changed like a header", "it is part of the URL");
        } else if (FRAMING.contains(lower)) {
            findings.error("bad-value", path, name + " belongs to the connection, not to the message", "");
        } else {
            checkName(findings, path, name);
        }
    }

    static void checkValue(Findings findings, String path, String value) {
        if (!value.chars().allMatch(c -> c >= ' ' && c < 0x7f || c == '\t')) {
            findings.error("bad-value", path, "holds a character that is not printable ASCII: " + quoted(value), "");
        } else if (value.length() > LONGEST_VALUE) {
            findings.error("bad-value", path, "is longer than " + LONGEST_VALUE + " characters", "");
        }
    }

    private static boolean isToken(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || TOKEN_MARKS.indexOf(c) >= 0;
    }

    /** Safe to print. */
    private static String quoted(String text) {
        String some = text.length() > 40 ? text.substring(0, 40) + "…" : text;
        return "'" + some.replaceAll("\\p{Cntrl}", "?") + "'";
    }
}
