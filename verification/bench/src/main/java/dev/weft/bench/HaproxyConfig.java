package dev.weft.bench;

import java.util.Map;
import java.util.stream.Collectors;

/** HAProxy's configuration, for the proxy under measurement and for the fixed TLS peers. */
final class HaproxyConfig {
    private static final String TLS = " ssl-min-ver TLSv1.3 ciphersuites " + String.join(":", ProxySetup.CIPHER_SUITES);

    private HaproxyConfig() {}

    /**
     * The access log goes to standard output, which the caller makes a file: the cheapest way that HAProxy has, one write per
     * request; to a syslog socket it would be a write and a wake-up.
     */
    static String of(ProxySetup setup) {
        boolean tcp = setup.in() == Hop.TCP;
        String log = """
                    log stdout format raw local0
                    log global
                    option %s
                """.formatted(tcp ? "tcplog" : "httplog");
        String routed = setup.routes() > 1 ? "    use_backend %[path,map_beg(" + mapFile(setup) + ")]\n" : "";
        return global(setup.workers())
                + (setup.logged() ? log : "")
                + """
                    mode %s
                frontend bench
                    bind %s
                %s    default_backend backend
                backend backend
                    server s %s
                """.formatted(
                                tcp ? "tcp" : "http",
                                bind(setup.listen(), setup.in(), setup.resumption(), setup.pki()),
                                routed,
                                server(setup.upstream(), setup.out(), setup.pki()));
    }

    /** What HAProxy's users look prefixes up in: a tree. */
    static String map(ProxySetup setup) {
        return setup.otherRoutes().stream().map(prefix -> prefix + " backend\n").collect(Collectors.joining());
    }

    static String mapFile(ProxySetup setup) {
        return setup.folder().resolve("routes.map").toString();
    }

    /** The fixed peer of the TLS cases, without a log: from each port {@code in} to {@code to}. */
    static String fixedPeer(Hop in, Hop out, Map<Integer, Integer> inTo, Pki pki) {
        StringBuilder text = new StringBuilder(global(1)).append("    mode http\n");
        inTo.forEach((from, to) -> text.append("""
                listen peer%d
                    bind %s
                    server s %s
                """.formatted(from, bind(from, in, true, pki), server(to, out, pki))));
        return text.toString();
    }

    private static String global(int threads) {
        return """
                global
                    nbthread %d
                    maxconn 9000
                    tune.ssl.default-dh-param 2048
                defaults
                    timeout connect 5s
                    timeout client 10m
                    timeout server 10m
                    option http-keep-alive
                    http-reuse always
                """.formatted(threads);
    }

    private static String bind(int port, Hop hop, boolean resumption, Pki pki) {
        String tls = " ssl crt " + pki.both() + " ca-file " + pki.root() + " verify required" + TLS
                + (resumption ? "" : " no-tls-tickets");
        return "127.0.0.1:" + port
                + switch (hop) {
                    case TCP, H1 -> "";
                    case H2 -> " proto h2";
                    case MTLS -> tls;
                    case MESH -> tls + " alpn h2";
                };
    }

    private static String server(int port, Hop hop, Pki pki) {
        String tls =
                " ssl crt " + pki.both() + " ca-file " + pki.root() + " verify required verifyhost bench.local" + TLS;
        return "127.0.0.1:" + port
                + switch (hop) {
                    case TCP, H1 -> "";
                    case H2 -> " proto h2";
                    case MTLS -> tls;
                    case MESH -> tls + " alpn h2 proto h2";
                };
    }
}
