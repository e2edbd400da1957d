package dev.weft.bench;

import java.util.List;
import java.util.stream.Collectors;

/** nginx's configuration. Towards HTTP/2 it has only {@code grpc_pass}, one stream per connection, and no mesh hop. */
final class NginxConfig {
    /** The folders nginx writes bodies to; it does not make their parents. */
    static final List<String> FOLDERS = List.of("body", "proxy", "f", "u", "s");

    private NginxConfig() {}

    /** The access log is buffered, as Envoy's and Weft's are. */
    static String of(ProxySetup setup, boolean streamModule) {
        String events =
                """
                daemon off;
                master_process %s;
                worker_processes %d;
                pid %s/nginx.pid;
                error_log %s/nginx.err error;
                worker_rlimit_nofile 20000;
                events { worker_connections 9000; }
                """.formatted(setup.workers() > 1 ? "on" : "off", setup.workers(), setup.folder(), setup.folder());
        String module = streamModule ? "load_module /usr/lib/nginx/modules/ngx_stream_module.so;\n" : "";
        String log = setup.logged() ? setup.accessLog() + " %s buffer=64k flush=1s;" : "off;";
        if (setup.in() == Hop.TCP) {
            return module + events + """
                    stream {
                        log_format basic '$remote_addr [$time_local] $protocol $status $bytes_sent $bytes_received $session_time';
                        access_log %s
                        server { listen 127.0.0.1:%d; proxy_pass 127.0.0.1:%d; }
                    }
                    """.formatted(log.formatted("basic"), setup.listen(), setup.upstream());
        }
        return events
                + """
                http {
                    access_log %1$s
                    client_body_temp_path %2$s/body; proxy_temp_path %2$s/proxy;
                    fastcgi_temp_path %2$s/f; uwsgi_temp_path %2$s/u; scgi_temp_path %2$s/s;
                    keepalive_requests 100000000; keepalive_timeout 10m;
                    upstream backend { server 127.0.0.1:%3$d; keepalive 512; keepalive_requests 100000000; }
                    server {
                        listen %4$s;
                        %5$s
                %6$s
                        location / { %7$s; }
                    }
                }
                """.formatted(
                                log.formatted("combined"),
                                setup.folder(),
                                setup.upstream(),
                                listen(setup),
                                settings(setup),
                                otherRoutes(setup),
                                pass(setup));
    }

    private static String listen(ProxySetup setup) {
        return "127.0.0.1:" + setup.listen()
                + switch (setup.in()) {
                    case H2 -> " http2";
                    case MTLS -> " ssl";
                    default -> "";
                };
    }

    private static String otherRoutes(ProxySetup setup) {
        return setup.otherRoutes().stream()
                .map(prefix -> "        location " + prefix + " { " + pass(setup) + "; }")
                .collect(Collectors.joining("\n"));
    }

    private static String pass(ProxySetup setup) {
        return switch (setup.out()) {
            case H2 -> "grpc_pass grpc://backend";
            case MTLS -> "proxy_pass https://backend";
            default -> "proxy_pass http://backend";
        };
    }

    private static String settings(ProxySetup setup) {
        Pki pki = setup.pki();
        String settings = """
                proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
                proxy_buffer_size 16k; proxy_buffers 8 16k;
                """;
        if (setup.in() == Hop.MTLS) {
            settings += """
                    ssl_certificate %s; ssl_certificate_key %s;
                    ssl_client_certificate %s; ssl_verify_client on; ssl_verify_depth 2;
                    ssl_protocols TLSv1.3; ssl_session_tickets %s; ssl_conf_command Ciphersuites %s;
                    """.formatted(
                            pki.certificate(),
                            pki.key(),
                            pki.root(),
                            setup.resumption() ? "on" : "off",
                            String.join(":", ProxySetup.CIPHER_SUITES));
        }
        if (setup.out() == Hop.MTLS) {
            settings += """
                    proxy_ssl_certificate %s; proxy_ssl_certificate_key %s; proxy_ssl_trusted_certificate %s; proxy_ssl_verify on;
                    proxy_ssl_name bench.local; proxy_ssl_protocols TLSv1.3;
                    """.formatted(pki.certificate(), pki.key(), pki.root());
        }
        return settings;
    }
}
