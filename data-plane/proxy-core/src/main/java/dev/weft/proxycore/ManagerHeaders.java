package dev.weft.proxycore;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.xdsmodel.HttpConnectionManager;

/** What a connection manager does to the heads that pass through it, besides the edits of their route. */
final class ManagerHeaders {
    private static final byte[] X_REQUEST_ID = Ascii.bytes("x-request-id");
    private static final byte[] X_ENVOY_FORCE_TRACE = Ascii.bytes("x-envoy-force-trace");
    private static final byte[] X_WEFT_PEER = Ascii.bytes("x-weft-peer");
    private static final byte[] DATE = Ascii.bytes("date");

    private final HttpConnectionManager config;
    private final ForeignHeaders foreign;
    private final ForwardedHeaders forwarded;
    private final ClientCertHeader clientCert;
    private final byte[] serverName;
    private final byte[] announcement;

    /**
     * @param announcement who we are, in Istio's compact form
     * @param logsClients whether an access log says who the client is
     */
    ManagerHeaders(HttpConnectionManager config, String announcement, boolean logsClients) {
        this.config = config;
        this.foreign = new ForeignHeaders(config.commonHttp().headersWithUnderscoresAction());
        this.forwarded = new ForwardedHeaders(config.forwarding(), logsClients);
        this.clientCert = new ClientCertHeader(config.forwarding());
        this.serverName = Ascii.bytes(config.serverHeader().name());
        this.announcement = Ascii.bytes(announcement);
    }

    /** What connections say of their peers' certificates. */
    ClientCertHeader clientCert() {
        return clientCert;
    }

    /** Makes a request fit to be passed on; answers false when the name of one of its fields makes it unfit. */
    boolean request(Exchange exchange, RequestHead head) {
        HttpConnection connection = exchange.connection;
        HeaderBlock headers = head.headers();
        boolean mesh = connection.peer().isMesh();
        Origin origin = forwarded.origin(exchange, headers);
        if (!foreign.remove(headers, mesh, origin)) {
            exchange.client = null; // Envoy's codec refuses it, which trusts nobody
            return false;
        }
        announced(connection, headers, mesh);
        headers.remove(KnownHeader.X_WEFT_MUX); // a proxy's own was taken off by the codec
        clientCert.request(connection, headers);
        forwarded.request(exchange, headers, origin);
        if (config.requestIds().generate()) {
            requestId(connection.worker().requestIds(), headers, origin == Origin.EDGE);
        }
        return true;
    }

    /** Finds the client of a request whose route depends on it; before a filter or the route changes a header. */
    void client(Exchange exchange, RequestHead head) {
        forwarded.client(exchange, head.headers());
    }

    /** As Envoy's UuidRequestIdConfig: an id from outside is replaced unless that is not wanted. */
    private void requestId(RequestIds ids, HeaderBlock headers, boolean edge) {
        int known = headers.find(KnownHeader.X_REQUEST_ID);
        int length = known < 0 ? 0 : headers.valueEnd(known) - headers.valueStart(known);
        if (length == 0 || edge && !config.requestIds().preserveExternal()) {
            headers.remove(KnownHeader.X_REQUEST_ID);
            headers.add(X_REQUEST_ID, ids.next());
        } else if (edge && length == RequestIds.LENGTH && config.requestIds().packTraceReason()) {
            headers.bytes()[headers.valueStart(known) + RequestIds.TRACE_REASON] = RequestIds.NOT_TRACED;
        }
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

    /** The first request of a connection to a mesh peer: tells it who we are. */
    void announce(RequestHead head) {
        head.headers().add(X_WEFT_PEER, announcement);
    }

    /** Added to every final response, our own included. Envoy: the upstream's date stands. */
    void response(RequestHead request, ResponseHead head, byte[] date) {
        forwarded.response(head);
        if (config.requestIds().alwaysSetInResponse() || isTraceForced(request.headers())) {
            copyRequestId(request.headers(), head.headers());
        }
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

    /** Envoy tells whoever may force a trace by which id to look for it. */
    private boolean isTraceForced(HeaderBlock request) {
        return !config.forwarding().internalAddresses().isEmpty() && request.find(X_ENVOY_FORCE_TRACE, 0) >= 0;
    }

    private static void copyRequestId(HeaderBlock from, HeaderBlock to) {
        int id = from.find(KnownHeader.X_REQUEST_ID);
        if (id >= 0) {
            to.remove(KnownHeader.X_REQUEST_ID);
            to.add(X_REQUEST_ID, from.bytes(), from.valueStart(id), from.valueEnd(id));
        }
    }
}
