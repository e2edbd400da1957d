package dev.weft.xdsmodel;

/** What an HTTP filter does: of a connection manager's filter, or in its place on a route. */
public sealed interface HttpFilterConfig permits HttpFilterConfig.Router, Fault, Cors, Cors.Policy, StatefulSession {
    /**
     * {@code envoy.extensions.filters.http.router.v3.Router}: ends the chain.
     *
     * @param suppressEnvoyHeaders do not add {@code x-envoy-*} headers; default false
     */
    record Router(boolean suppressEnvoyHeaders) implements HttpFilterConfig {
        /** Envoy's defaults. */
        public static final Router DEFAULT = new Router(false);
    }
}
