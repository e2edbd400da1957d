package dev.weft.proxycore;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import dev.weft.route.ClusterChoice;
import dev.weft.upstream.EndpointRuntime;
import dev.weft.xdsmodel.LbEndpoint;
import dev.weft.xdsmodel.RouteAction;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a route makes of the authority. A weighted share's own host is put in first and leaves no trace of the old one; the
 * route's own rewrite follows and takes it for the original (so Envoy 1.40). Immutable.
 */
final class HostRewrite {
    private static final byte[] X_ENVOY_ORIGINAL_HOST = Ascii.bytes("x-envoy-original-host");
    private static final byte[] X_FORWARDED_HOST = Ascii.bytes("x-forwarded-host");

    private final byte @Nullable [] literal;
    private final byte @Nullable [] header; // lower case
    private final boolean auto;
    private final boolean forwardedHost;
    private final byte[] @Nullable [] shares;

    HostRewrite(RouteAction.@Nullable Forward forward, List<ClusterChoice> choices) {
        RouteAction.HostRewrite rewrite = forward == null ? null : forward.hostRewrite();
        literal = rewrite instanceof RouteAction.HostRewrite.Literal l ? Ascii.bytes(l.host()) : null;
        header = rewrite instanceof RouteAction.HostRewrite.FromHeader h
                ? Ascii.bytes(h.header().toLowerCase(Locale.ROOT))
                : null;
        auto = rewrite instanceof RouteAction.HostRewrite.Auto;
        forwardedHost = forward != null && forward.appendXForwardedHost();
        shares = new byte[choices.size()][];
        for (ClusterChoice choice : choices) {
            String host = choice.weight() == null ? "" : choice.weight().hostRewriteLiteral();
            shares[choice.share()] = host.isEmpty() ? null : Ascii.bytes(host);
        }
    }

    /** Once it is known which cluster takes the request. */
    void apply(RequestHead head, @Nullable ClusterChoice choice, boolean keepOriginal) {
        byte[] own = choice != null && choice.share() < shares.length ? shares[choice.share()] : null;
        if (own != null) {
            set(head, own, 0, own.length);
        }
        if (literal != null) {
            replace(head, literal, 0, literal.length, keepOriginal);
        } else if (header != null) {
            int from = head.headers().find(header, 0);
            if (from >= 0) {
                replace(
                        head,
                        head.bytes(),
                        head.headers().valueStart(from),
                        head.headers().valueEnd(from),
                        keepOriginal);
            }
        }
    }

    /** With {@code auto_host_rewrite}: once it is known which endpoint. Its name: its hostname, else what DNS was asked. */
    void apply(RequestHead head, EndpointRuntime endpoint, boolean keepOriginal) {
        if (!auto) {
            return;
        }
        LbEndpoint described = endpoint.config();
        String name = described.hostname().isEmpty() ? described.address().host() : described.hostname();
        if (name.equals(endpoint.address().host())) {
            return; // an address is no name
        }
        byte[] host = Ascii.bytes(name);
        if (head.headers().find(X_ENVOY_ORIGINAL_HOST, 0) >= 0) {
            set(head, host, 0, host.length); // a second attempt
        } else {
            replace(head, host, 0, host.length, keepOriginal);
        }
    }

    private void replace(RequestHead head, byte[] host, int start, int end, boolean keepOriginal) {
        HeaderBlock headers = head.headers();
        if (forwardedHost) {
            headers.add(X_FORWARDED_HOST, head.bytes(), head.authorityStart(), head.authorityEnd());
        }
        if (keepOriginal) {
            headers.add(X_ENVOY_ORIGINAL_HOST, head.bytes(), head.authorityStart(), head.authorityEnd());
        }
        set(head, host, start, end);
    }

    private static void set(RequestHead head, byte[] host, int start, int end) {
        HeaderBlock headers = head.headers();
        int at = headers.reserve(end - start);
        System.arraycopy(host, start, headers.bytes(), at, end - start);
        headers.advance(end - start);
        head.authority(at, at + end - start);
    }
}
