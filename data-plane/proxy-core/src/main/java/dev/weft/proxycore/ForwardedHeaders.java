package dev.weft.proxycore;

import dev.weft.base.Cidr;
import dev.weft.base.IpLiteral;
import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpVersion;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.net.MachineAddress;
import dev.weft.xdsmodel.HttpConnectionManager;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who a request's client is, and what the next hop is told of it: {@code x-forwarded-for} and its relatives, and {@code via}.
 * The rules are those of Envoy's {@code ConnectionManagerUtility::mutateRequestHeaders} (requirement R33): what a client says
 * of itself is believed only as far as {@code xff_num_trusted_hops} says that proxies of ours have written it. Shared by all
 * loops.
 */
final class ForwardedHeaders {
    private static final byte[] X_ENVOY_INTERNAL = Ascii.bytes("x-envoy-internal");
    private static final byte[] X_ENVOY_EXTERNAL_ADDRESS = Ascii.bytes("x-envoy-external-address");
    private static final byte[] TRUE = Ascii.bytes("true");
    private static final byte[] HTTP = Ascii.bytes("http");
    private static final byte[] HTTPS = Ascii.bytes("https");
    private static final byte[] COMMA = {','};
    private static final byte[] COMMA_SPACE = {',', ' '};
    private static final byte[] LOOPBACK_4 = {127, 0, 0, 1};
    private static final byte[] LOOPBACK_6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    private final boolean edge;
    private final int trustedHops;
    private final boolean append;
    private final boolean port;
    private final List<Cidr> internal;
    private final byte[] via;
    private final boolean wanted; // whether anything depends on who the client is
    private final byte[] machine; // stands for loopback, which means nothing to the next hop

    /** @param logged whether an access log says who the client is */
    ForwardedHeaders(HttpConnectionManager.Forwarding config, boolean logged) {
        this.edge = config.useRemoteAddress();
        this.trustedHops = config.xffNumTrustedHops();
        this.append = edge && !config.skipXffAppend();
        this.port = config.appendXForwardedPort();
        this.internal = config.internalAddresses();
        this.via = Ascii.bytes(config.via());
        this.wanted = edge || logged || !internal.isEmpty();
        this.machine = append ? Ascii.bytes(IpLiteral.format(MachineAddress.ipv4())) : new byte[0];
    }

    /** Finds out where a request comes from; the exchange hears who the client is. Before any header is changed. */
    Origin origin(Exchange exchange, HeaderBlock headers) {
        if (!wanted) {
            return Origin.EXTERNAL;
        }
        byte[] client = client(headers);
        exchange.client = client;
        if (!internal.isEmpty() && isInternal(exchange.connection.info(), headers, client)) {
            return Origin.INTERNAL;
        }
        return edge ? Origin.EDGE : Origin.EXTERNAL;
    }

    /** Tells the exchange who the client is for a route that depends on it, where nothing else does. */
    void client(Exchange exchange, HeaderBlock headers) {
        if (!wanted) {
            exchange.client = client(headers);
        }
    }

    private byte @Nullable [] client(HeaderBlock headers) {
        boolean trusted = headers.has(KnownHeader.X_FORWARDED_FOR) && (!edge || trustedHops > 0);
        return trusted ? address(headers, edge ? trustedHops - 1 : trustedHops) : null;
    }

    private static byte @Nullable [] address(HeaderBlock headers, int behind) {
        long bounds = HeaderLists.fromTheEnd(headers, KnownHeader.X_FORWARDED_FOR, behind);
        return bounds < 0 ? null : IpLiteral.parse(headers.bytes(), (int) (bounds >>> 32), (int) bounds);
    }

    /** Envoy: only where nobody can have been left out: an edge to which no address was told, else a single one. */
    private boolean isInternal(ConnectionInfo connection, HeaderBlock headers, byte @Nullable [] client) {
        byte[] address = client;
        if (edge) {
            if (headers.has(KnownHeader.X_FORWARDED_FOR)) {
                return false;
            }
            address = connection.remoteIp();
        } else if (trustedHops > 0 || HeaderLists.fromTheEnd(headers, KnownHeader.X_FORWARDED_FOR, 1) >= 0) {
            return false;
        }
        if (address != null) {
            for (int i = 0; i < internal.size(); i++) {
                if (internal.get(i).contains(address)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Tells the next hop. */
    void request(Exchange exchange, HeaderBlock headers, Origin origin) {
        ConnectionInfo connection = exchange.connection.info();
        if (append) {
            byte[] remote = connection.remoteIp();
            boolean loopback = Arrays.equals(remote, LOOPBACK_4) || Arrays.equals(remote, LOOPBACK_6);
            byte[] element = loopback ? machine : connection.remoteIpText();
            HeaderLists.append(headers, KnownHeader.X_FORWARDED_FOR, COMMA, element);
        }
        boolean untrusted = edge && trustedHops == 0;
        if (untrusted || !headers.has(KnownHeader.X_FORWARDED_PROTO)) {
            headers.set(
                    KnownHeader.X_FORWARDED_PROTO, exchange.connection.peer().tls() ? HTTPS : HTTP);
        }
        if (port && (untrusted || !headers.has(KnownHeader.X_FORWARDED_PORT))) {
            headers.set(KnownHeader.X_FORWARDED_PORT, connection.destinationPortText());
        }
        if (origin == Origin.INTERNAL) {
            headers.add(X_ENVOY_INTERNAL, TRUE);
        } else if (origin == Origin.EDGE) {
            for (int i = headers.find(X_ENVOY_EXTERNAL_ADDRESS, 0);
                    i >= 0;
                    i = headers.find(X_ENVOY_EXTERNAL_ADDRESS, i + 1)) {
                headers.removeAt(i);
            }
            byte[] client = exchange.client;
            headers.add(
                    X_ENVOY_EXTERNAL_ADDRESS,
                    client == null ? connection.remoteIpText() : Ascii.bytes(IpLiteral.format(client)));
        }
        if (via.length > 0) {
            HeaderLists.append(headers, KnownHeader.VIA, COMMA_SPACE, via);
        }
    }

    /** On the way back. */
    void response(ResponseHead head) {
        if (via.length > 0) {
            HeaderLists.append(head.headers(), KnownHeader.VIA, COMMA_SPACE, via);
        }
    }

    /** Whether the client is one of our own network: what x-envoy-internal says, which only {@link #request} says. */
    static boolean isInternal(HeaderBlock headers) {
        return headers.find(X_ENVOY_INTERNAL, 0) >= 0;
    }

    /**
     * Whether the request came over https: what x-forwarded-proto says, which {@link #request} has made sure is there. Envoy
     * takes no other spelling for it here.
     */
    static boolean isHttps(HeaderBlock headers) {
        int proto = only(headers);
        return proto >= 0 && Ascii.equals(HTTPS, headers.bytes(), headers.valueStart(proto), headers.valueEnd(proto));
    }

    /**
     * The scheme of the URL that was asked for. Envoy: HTTP/1 has none but what x-forwarded-proto says; in HTTP/2 it is the
     * client's to say, and we take it to be how it called us.
     */
    static String scheme(RequestHead head, boolean tls) {
        boolean http1 = head.version() != HttpVersion.HTTP_2;
        boolean https = http1 && says(head.headers(), HTTPS) || tls && !(http1 && says(head.headers(), HTTP));
        return https ? "https" : "http";
    }

    private static boolean says(HeaderBlock headers, byte[] scheme) {
        int proto = only(headers);
        return proto >= 0
                && Ascii.equalsIgnoreCase(scheme, headers.bytes(), headers.valueStart(proto), headers.valueEnd(proto));
    }

    /** Several lines are one with a comma in it, and so no scheme. */
    private static int only(HeaderBlock headers) {
        int first = headers.find(KnownHeader.X_FORWARDED_PROTO);
        return first >= 0 && headers.findNext(KnownHeader.X_FORWARDED_PROTO, first + 1) < 0 ? first : -1;
    }
}
