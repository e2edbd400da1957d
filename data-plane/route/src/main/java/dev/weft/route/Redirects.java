package dev.weft.route;

import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.RouteAction;
import org.jspecify.annotations.Nullable;

/** The {@code location} of a redirect, as Envoy builds it. */
final class Redirects {
    private Redirects() {}

    static String location(
            RouteAction.Redirect redirect, @Nullable PathEdit edit, RequestHead head, String requestScheme) {
        String scheme = redirect.scheme().isEmpty() ? requestScheme : redirect.scheme();
        String port = redirect.port() == 0 ? "" : ":" + redirect.port();
        String host = redirect.host().isEmpty()
                ? host(head.authorityText(), requestScheme, scheme, !port.isEmpty())
                : redirect.host();
        String path = edit == null ? head.targetText() : edit.apply(head);
        int query = path.indexOf('?');
        if (redirect.stripQuery() && query >= 0 && (edit == null || !edit.bringsQuery())) {
            path = path.substring(0, query);
        }
        return scheme + "://" + host + port + path;
    }

    /** The request's authority; its port goes when another one is given, or when it is the old scheme's default. */
    private static String host(String authority, String oldScheme, String newScheme, boolean newPort) {
        int colon = portStart(authority);
        if (colon < 0) {
            return authority;
        }
        String port = authority.substring(colon);
        boolean oldDefault = !newScheme.equals(oldScheme)
                && (oldScheme.equals("https") && port.equals(":443") || oldScheme.equals("http") && port.equals(":80"));
        return newPort || oldDefault ? authority.substring(0, colon) : authority;
    }

    /** Index of the colon before the port, or -1; the colons of a bracketed IPv6 address do not count. */
    private static int portStart(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? colon : -1;
    }
}
