package dev.weft.proxycore;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.xdsmodel.HttpConnectionManager;

/** What a connection manager does to the heads that pass through it, besides the edits of their route. */
final class ManagerHeaders {
    private static final byte[] HTTP = Ascii.bytes("http");
    private static final byte[] HTTPS = Ascii.bytes("https");
    private static final byte[] X_FORWARDED_PROTO = Ascii.bytes("x-forwarded-proto");
    private static final byte[] X_REQUEST_ID = Ascii.bytes("x-request-id");
    private static final byte[] X_WEFT_PEER = Ascii.bytes("x-weft-peer");
    private static final byte[] DATE = Ascii.bytes("date");

    private final HttpConnectionManager config;
    private final ForeignHeaders foreign;
    private final ClientCertHeader clientCert;
    private final byte[] serverName;
    private final byte[] announcement;

    /** @param announcement who we are, in Istio's compact form */
    ManagerHeaders(HttpConnectionManager config, String announcement) {
        this.config = config;
        this.foreign = new ForeignHeaders(config.commonHttp().headersWithUnderscoresAction());
        this.clientCert = new ClientCertHeader(config.forwarding());
        this.serverName = Ascii.bytes(config.serverHeader().name());
        this.announcement = Ascii.bytes(announcement);
    }

    /** What connections say of their peers' certificates. */
    ClientCertHeader clientCert() {
        return clientCert;
    }

    /** Makes a request fit to be passed on; answers false when the name of one of its fields makes it unfit. */
    boolean request(HttpConnection connection, RequestHead head) {
        HeaderBlock headers = head.headers();
        boolean mesh = connection.peer().isMesh();
        if (!foreign.remove(headers, mesh)) {
            return false;
        }
        announced(connection, headers, mesh);
        headers.remove(KnownHeader.X_WEFT_MUX); // a proxy's own was taken off by the codec
        clientCert.request(connection, headers);
        // Envoy: without use_remote_address what the client says of the scheme stands.
        if (!headers.has(KnownHeader.X_FORWARDED_PROTO)) {
            headers.add(X_FORWARDED_PROTO, connection.peer().tls() ? HTTPS : HTTP);
        }
        if (config.requestIds().generate() && !headers.has(KnownHeader.X_REQUEST_ID)) {
            headers.add(X_REQUEST_ID, connection.worker().requestIds().next());
        }
        return true;
    }

    /** Who the peer says it is: only a mesh peer is believed, and the application does not see it (decision 8). */
    private static void announced(HttpConnection connection, HeaderBlock headers, boolean mesh) {
        int announced = headers.find(KnownHeader.X_WEFT_PEER);
        if (announced < 0) {
            return;
        }
        if (mesh) {
            connection.announced(headers.value(announced));
        }
        headers.remove(KnownHeader.X_WEFT_PEER);
    }

    /** Whether the request came over https: what x-forwarded-proto says, which {@link #request} has made sure is there. */
    static boolean isHttps(HeaderBlock headers) {
        int proto = headers.find(KnownHeader.X_FORWARDED_PROTO);
        return proto >= 0
                && Ascii.equalsIgnoreCase(HTTPS, headers.bytes(), headers.valueStart(proto), headers.valueEnd(proto));
    }

    /** The first request of a connection to a mesh peer: tells it who we are. */
    void announce(RequestHead head) {
        head.headers().add(X_WEFT_PEER, announcement);
    }

    /** Added to every final response, our own included. Envoy: the upstream's date stands. */
    void response(ResponseHead head, byte[] date) {
        if (!head.headers().has(KnownHeader.DATE)) {
            head.headers().add(DATE, date);
        }
        switch (config.serverHeader().transformation()) {
            case OVERWRITE -> head.headers().set(KnownHeader.SERVER, serverName);
            case APPEND_IF_ABSENT -> {
                if (!head.headers().has(KnownHeader.SERVER)) {
                    head.headers().set(KnownHeader.SERVER, serverName);
                }
            }
            case PASS_THROUGH -> {}
        }
    }
}
