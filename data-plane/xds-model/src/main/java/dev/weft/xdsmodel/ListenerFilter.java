package dev.weft.xdsmodel;

/** What looks at a connection before a filter chain is chosen, in the order the listener names them. */
public enum ListenerFilter {
    /** Reads server name and ALPN of a TLS ClientHello; sets transport protocol {@code tls}. */
    TLS_INSPECTOR("envoy.filters.listener.tls_inspector"),
    /** Recognises cleartext HTTP; sets application protocol {@code http/1.0}, {@code http/1.1} or {@code h2c}. */
    HTTP_INSPECTOR("envoy.filters.listener.http_inspector"),
    /** Restores the destination the kernel redirected from (SO_ORIGINAL_DST). */
    ORIGINAL_DST("envoy.filters.listener.original_dst");

    private final String canonicalName;

    ListenerFilter(String canonicalName) {
        this.canonicalName = canonicalName;
    }

    /** Envoy's name of the extension. */
    public String canonicalName() {
        return canonicalName;
    }
}
