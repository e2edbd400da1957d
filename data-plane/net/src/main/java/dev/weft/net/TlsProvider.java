package dev.weft.net;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/** Who does the cryptography. */
public enum TlsProvider {
    /** BoringSSL through netty-tcnative: a handshake costs a quarter of the JDK's. */
    BORINGSSL(SslProvider.OPENSSL_REFCNT),
    /** The JDK's engine, where the native library does not load. */
    JDK(SslProvider.JDK);

    private final SslProvider netty;

    TlsProvider(SslProvider netty) {
        this.netty = netty;
    }

    /**
     * BoringSSL when its library loads, else the JDK. The first call loads the library (tens of milliseconds): make it
     * off the critical path. Any thread.
     */
    public static TlsProvider preferred() {
        return OpenSsl.isAvailable() ? BORINGSSL : JDK;
    }

    SslProvider netty() {
        return netty;
    }
}
