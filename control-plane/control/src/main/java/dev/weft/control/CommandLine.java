package dev.weft.control;

import dev.weft.adminapi.OperatorApi;
import dev.weft.base.Address;
import dev.weft.base.Cidr;
import dev.weft.base.HomeFolder;
import dev.weft.base.TrustDomain;
import dev.weft.ca.CaConfig;
import dev.weft.ca.IdentityPattern;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The words of {@code weft control-plane}. */
final class CommandLine {
    static final String HELP = """
            usage: weft control-plane --config DIR [options]

            Serves the mesh that the YAML files in DIR describe: xDS, certificates, registration, the operator API.

              --config DIR             YAML documents; watched
              --state DIR              root key, tokens, leases (default: ~/.weft/control-plane)
              --address IP             where proxies connect (default: 0.0.0.0)
              --xds-port N             certificates, xDS, registration over TLS (15012)
              --metrics-port N         Prometheus metrics, readiness (15014)
              --api-port N             operator API and dashboard on 127.0.0.1 (15030)
              --plaintext-xds IP:PORT  also serve xDS without TLS, loopback only: for simulated and foreign proxies
              --foreign-identities NS/SA,...  with --plaintext-xds: hand these identities' keys to proxies that
                                       are not Weft's and ask there; whoever reaches the port gets them (none)
              --trust-domain NAME      default: the Mesh document's, else cluster.local
              --workload-ttl DURATION  life of workload certificates, 5m to 90d (24h)
            """;

    private static final List<String> NAMES = List.of(
            "--config",
            "--state",
            "--address",
            "--xds-port",
            "--metrics-port",
            "--api-port",
            "--plaintext-xds",
            "--foreign-identities",
            "--trust-domain",
            "--workload-ttl");

    private final Map<String, String> values = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    private CommandLine() {}

    /** Thrown with all problems at once. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient List<String> problems;

        UsageException(List<String> problems) {
            super(String.join("; ", problems));
            this.problems = List.copyOf(problems);
        }

        List<String> problems() {
            return problems;
        }
    }

    static ControlPlaneConfig parse(List<String> words) throws UsageException {
        CommandLine line = new CommandLine();
        line.read(words);
        ControlPlaneConfig config = line.config();
        if (config == null || !line.problems.isEmpty()) {
            throw new UsageException(line.problems);
        }
        return config;
    }

    private void read(List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (!NAMES.contains(name)) {
                problems.add("unknown option " + word);
            } else if (equals >= 0) {
                values.put(name, word.substring(equals + 1));
            } else if (i + 1 == words.size()) {
                problems.add(name + " needs a value");
            } else {
                values.put(name, words.get(++i));
            }
        }
    }

    private @Nullable ControlPlaneConfig config() {
        String config = values.get("--config");
        if (config == null) {
            problems.add("--config DIR is needed: the directory with the mesh's YAML");
            config = ".";
        }
        String ip = values.getOrDefault("--address", "0.0.0.0");
        if (Cidr.literal(ip) == null) {
            problems.add("--address must be an IP address, not '" + ip + "'");
            ip = "0.0.0.0";
        }
        Address plaintext = plaintext(values.get("--plaintext-xds"));
        String domain = values.get("--trust-domain");
        if (domain != null) {
            try {
                TrustDomain checked = new TrustDomain(domain);
                domain = checked.name();
            } catch (IllegalArgumentException e) {
                problems.add("--trust-domain: " + e.getMessage());
            }
        }
        return new ControlPlaneConfig(
                Path.of(config),
                Path.of(values.getOrDefault(
                        "--state",
                        HomeFolder.path().resolve(".weft/control-plane").toString())),
                new Address(ip, port("--xds-port", ControlPlaneConfig.XDS_PORT)),
                new Address(ip, port("--metrics-port", ControlPlaneConfig.METRICS_PORT)),
                new Address("127.0.0.1", port("--api-port", OperatorApi.PORT)),
                plaintext,
                foreign(plaintext),
                domain,
                ca());
    }

    private List<IdentityPattern> foreign(@Nullable Address plaintext) {
        String text = values.get("--foreign-identities");
        if (text == null) {
            return List.of();
        }
        if (plaintext == null) {
            problems.add("--foreign-identities is for --plaintext-xds");
        }
        List<IdentityPattern> patterns = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            try {
                patterns.add(IdentityPattern.parse(part.strip()));
            } catch (IllegalArgumentException e) {
                problems.add("--foreign-identities: " + e.getMessage());
            }
        }
        return patterns;
    }

    private CaConfig ca() {
        String text = values.get("--workload-ttl");
        if (text == null) {
            return CaConfig.DEFAULT;
        }
        try {
            String iso = text.endsWith("d") ? "P" + text : "PT" + text;
            return CaConfig.DEFAULT.withWorkloadTtl(Duration.parse(iso.toUpperCase(java.util.Locale.ROOT)));
        } catch (java.time.DateTimeException | IllegalArgumentException e) {
            problems.add("--workload-ttl must be 5m to 90d, e.g. 24h, not '" + text + "'");
            return CaConfig.DEFAULT;
        }
    }

    private int port(String name, int otherwise) {
        String text = values.get(name);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65535) {
            problems.add(name + " must be a port, not '" + text + "'");
            return otherwise;
        }
        return Integer.parseInt(text);
    }

    private @Nullable Address plaintext(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            Address address =
                    text.matches("[0-9]{1,5}") ? new Address("127.0.0.1", Integer.parseInt(text)) : Address.parse(text);
            byte[] literal = Cidr.literal(address.host());
            boolean loopback = literal != null
                    && (literal.length == 4 ? literal[0] == 127 : address.host().equals("::1"));
            if (!loopback) {
                problems.add("--plaintext-xds authenticates nobody, so it is for loopback only, not " + address.host());
            }
            return address;
        } catch (IllegalArgumentException e) {
            problems.add("--plaintext-xds: " + e.getMessage());
            return null;
        }
    }
}
