package dev.weft.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What one proxy process is told to do; every kind writes its configuration from this.
 *
 * @param in what it takes at {@code listen}
 * @param out what it speaks to {@code upstream}
 * @param listen port on loopback
 * @param upstream port on loopback
 * @param admin port on loopback
 * @param routes to look through, by path prefix; the last one, {@code /}, is the one that is taken
 * @param workers threads, processes or event loops
 * @param resumption whether TLS sessions may be resumed
 * @param logged whether it writes an access log
 * @param folder its own: configuration and access log
 */
record ProxySetup(
        Hop in,
        Hop out,
        int listen,
        int upstream,
        int admin,
        int routes,
        int workers,
        boolean resumption,
        boolean logged,
        Path folder,
        Pki pki) {

    static final List<String> CIPHER_SUITES = List.of("TLS_AES_128_GCM_SHA256");

    Path accessLog() {
        return folder.resolve("access.log");
    }

    /** The prefixes that no request takes, before the last route. */
    List<String> otherRoutes() {
        return IntStream.range(1, routes).mapToObj("/route-%04d/"::formatted).toList();
    }
}
