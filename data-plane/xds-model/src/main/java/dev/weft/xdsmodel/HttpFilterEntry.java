package dev.weft.xdsmodel;

/**
 * One filter of a connection manager's chain.
 *
 * @param name by which {@code typed_per_filter_config} speaks of it
 * @param disabled it takes part only where a route says so; default false
 */
public record HttpFilterEntry(String name, boolean disabled, HttpFilterConfig config) {
    /** The router under its canonical name with Envoy's defaults. */
    public static final HttpFilterEntry ROUTER =
            new HttpFilterEntry("envoy.filters.http.router", false, HttpFilterConfig.Router.DEFAULT);
}
