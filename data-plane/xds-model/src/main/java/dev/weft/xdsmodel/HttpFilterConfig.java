package dev.weft.xdsmodel;

/** One HTTP filter of a connection manager's chain. */
public sealed interface HttpFilterConfig {
    /** The name the configuration gives it. */
    String name();

    /**
     * {@code envoy.extensions.filters.http.router.v3.Router}: ends the chain.
     *
     * @param suppressEnvoyHeaders do not add {@code x-envoy-*} headers; default false
     */
    record Router(String name, boolean suppressEnvoyHeaders) implements HttpFilterConfig {
        /** The canonical name and Envoy's defaults. */
        public static final Router DEFAULT = new Router("envoy.filters.http.router", false);
    }
}
