package dev.weft.proxycore;

import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.TcpProxy;

/**
 * How traffic leaves the workload: wiring only, in the order it meets a request. Also serves listeners that name no
 * direction (a proxy by itself).
 *
 * <pre>
 * accept → original destination      first: it chooses the listener, and with it everything below
 *   → detection                      only where the port's protocol was not declared: it costs a wait for bytes
 *   → filter chain                   by what is known now; nothing below chooses again
 *   → codec                          strict: what it lets through means the same to everyone behind it
 *   → shed while overloaded          before anything is spent on the request
 *   → one form of the path           before routing, so that routes, log and application see the same
 *   → who the client is              before any header is touched: by its address, and what trusted hops say
 *   → reserved headers off           before routing: an application must not speak in the mesh's name
 *   → request id                     before the log and the peer need it
 *   → route match                    once, before the first filter: filters belong to the route
 *   → HTTP filters                   in the order they were given; a refused request meets none of them
 *   → router                         last: owns deadlines and attempts, so that filters see one request, not its tries
 *   → endpoint → pool → peer header  on a new mesh connection only: the labels hold for all its requests
 * response ← server header, route's edits ← metrics and log at the very end: they count what was really sent
 * </pre>
 */
final class Outbound {
    private Outbound() {}

    static HttpManager http(HttpConnectionManager config, Parts parts) {
        Router router = new Router(config, parts.clusters(), parts.stats());
        FilterChains filters = new FilterChains(config, parts.filters(), router);
        return new HttpManager(config, filters, parts, false);
    }

    static TcpManager tcp(TcpProxy config, Parts parts) {
        return new TcpManager(config, parts);
    }
}
