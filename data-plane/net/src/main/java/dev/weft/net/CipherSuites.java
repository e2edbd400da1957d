package dev.weft.net;

import java.util.ArrayList;
import java.util.List;

/** Which ciphers a context may use, by their OpenSSL names and in the order of preference. */
final class CipherSuites {
    /** What Envoy uses for TLS 1.2 when nothing is said: forward secrecy and authenticated encryption only. */
    private static final List<String> DEFAULT = List.of(
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            "ECDHE-RSA-AES128-GCM-SHA256",
            "ECDHE-RSA-CHACHA20-POLY1305",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-RSA-AES256-GCM-SHA384");

    /** Not configurable in BoringSSL; but Netty takes a list without them for a wish to do without TLS 1.3. */
    private static final List<String> TLS13 =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    private CipherSuites() {}

    /**
     * @param configured for TLS 1.2, empty = Envoy's defaults; {@code [A|B]} is a group of equal preference, of which the
     *     first is taken to be preferred
     */
    static List<String> of(List<String> configured) {
        List<String> all = new ArrayList<>(TLS13);
        for (String one : configured.isEmpty() ? DEFAULT : configured) {
            String names = one.startsWith("[") && one.endsWith("]") ? one.substring(1, one.length() - 1) : one;
            all.addAll(List.of(names.split("\\|")));
        }
        return all;
    }
}
