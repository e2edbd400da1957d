package dev.weft.proxycore;

import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.TcpProxy;

/**
 * How traffic reaches the workload: wiring only, in the order it meets a request.
 *
 * <pre>
 * accept → original destination      the application's port, which the chains match
 *   → ClientHello                    ALPN says what is inside, so nothing is detected again behind TLS
 *   → filter chain                   STRICT has none for plaintext: such connections end here
 *   → TLS, peer identity             before any byte of HTTP: nobody unknown reaches the parser
 *   → codec
 *   → shed while overloaded, one form of the path    as outbound: another proxy may not have seen to it
 *   → who calls, by its certificate  x-forwarded-client-cert is ours to say
 *   → peer header                    believed only with a verified identity, taken off in any case
 *   → route match → HTTP filters → router
 *   → the application                dialled from 127.0.0.6, by which the interception rules know us
 * response ← metrics and log         reported as destination, with the caller's identity from its certificate
 * </pre>
 */
final class Inbound {
    private Inbound() {}

    static HttpManager http(HttpConnectionManager config, Parts parts) {
        Router router = new Router(config, parts.clusters(), parts.stats());
        FilterChains filters = new FilterChains(config, parts.filters(), router);
        return new HttpManager(config, filters, parts, true);
    }

    static TcpManager tcp(TcpProxy config, Parts parts) {
        return new TcpManager(config, parts);
    }
}
