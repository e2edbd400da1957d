package dev.weft.proxy;

import dev.weft.base.Address;
import dev.weft.base.ExplicitPorts;
import dev.weft.base.Log;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the command line says. Flags only: no environment variable changes what a proxy does. */
sealed interface Options {
    /** {@code --bootstrap FILE}: everything else stands in the file. */
    record FromBootstrap(Path file, int loops, Log.Level level) implements Options {}

    /**
     * {@code --sidecar}: beside an application, configured by a Weft control plane.
     *
     * @param credential directory of the host credential; null = standard input
     * @param renewedCredential file for the host certificate once it is renewed; null = the directory's own
     * @param name of this instance; empty = made from service and address
     * @param locality {@code region/zone/subzone}; empty = not said
     * @param ports of the application, in order, with the protocol declared for each (empty = none)
     * @param mode {@code REDIRECT} (transparent) or {@code NONE} (explicit)
     * @param readiness how the application is checked
     * @param hostsFile rewritten with the names of services; null = none
     * @param plainMetrics whether 15020 gives the metrics without TLS too
     * @param drain how long what is under way may take at the end
     */
    record Sidecar(
            Address controlPlane,
            @Nullable Path credential,
            @Nullable Path renewedCredential,
            String name,
            String service,
            String namespace,
            String serviceAccount,
            List<Port> ports,
            Map<String, String> labels,
            String locality,
            String address,
            Mode mode,
            Readiness readiness,
            @Nullable Path hostsFile,
            String domain,
            boolean plainMetrics,
            Duration drain,
            int loops,
            Log.Level level)
            implements Options {}

    /** A port of the application. */
    record Port(int port, String protocol) {}

    /** How traffic comes to the proxy. */
    enum Mode {
        REDIRECT,
        NONE
    }

    /** Makes the archive of loaded classes useful: see {@link WarmUp}. */
    record Warm() implements Options {}

    /** Prints the usage. */
    record Help() implements Options {}

    /** The command line cannot be followed, for these reasons. */
    record Wrong(List<String> problems) implements Options {}

    String USAGE = """
            usage: weft proxy --bootstrap FILE [--concurrency N] [--log-level LEVEL]
                   weft proxy --sidecar --control-plane HOST:PORT --service NAME --address IP
                              (--credential DIR | --credential-fd 0 [--renewed-credential FILE])
                              [--port PORT[/PROTOCOL]]...
                              [--namespace NS] [--service-account SA] [--name INSTANCE] [--label KEY=VALUE]...
                              [--locality REGION/ZONE/SUBZONE]
                              [--mode REDIRECT|NONE] [--hosts-file FILE] [--domain DOMAIN]
                              [--ready-path PATH | --ready-grpc SERVICE] [--ready-interval SECONDS]
                              [--ready-timeout SECONDS] [--plain-metrics] [--drain-timeout SECONDS] [--concurrency N]
                              [--log-level error|warn|info|debug]

            --bootstrap      an Envoy bootstrap in JSON: static resources, and ADS if it names it
            --sidecar        beside an application; configuration and identity come from the control plane
            --credential-fd  0 = read the host credential from standard input; once it is renewed, its certificate is
                             written to the file --renewed-credential
            """;

    /** Reads a command line; all its problems are found, not only the first. */
    static Options parse(String... arguments) {
        return new Parser(arguments).options();
    }

    /** One pass over the arguments. */
    final class Parser {
        private final String[] arguments;
        private final List<String> problems = new ArrayList<>();
        private final Map<String, List<String>> values = new LinkedHashMap<>();

        // Every flag and whether a value follows.
        private static final Map<String, Boolean> FLAGS = Map.ofEntries(
                Map.entry("--bootstrap", true),
                Map.entry("--sidecar", false),
                Map.entry("--warm-up", false),
                Map.entry("--help", false),
                Map.entry("--control-plane", true),
                Map.entry("--credential", true),
                Map.entry("--credential-fd", true),
                Map.entry("--renewed-credential", true),
                Map.entry("--name", true),
                Map.entry("--service", true),
                Map.entry("--namespace", true),
                Map.entry("--service-account", true),
                Map.entry("--port", true),
                Map.entry("--label", true),
                Map.entry("--locality", true),
                Map.entry("--address", true),
                Map.entry("--mode", true),
                Map.entry("--ready-path", true),
                Map.entry("--ready-grpc", true),
                Map.entry("--ready-interval", true),
                Map.entry("--ready-timeout", true),
                Map.entry("--hosts-file", true),
                Map.entry("--domain", true),
                Map.entry("--plain-metrics", false),
                Map.entry("--drain-timeout", true),
                Map.entry("--concurrency", true),
                Map.entry("--log-level", true));

        Parser(String[] arguments) {
            this.arguments = arguments;
        }

        Options options() {
            read();
            if (values.containsKey("--help")) {
                return new Help();
            }
            int modes = 0;
            for (String mode : List.of("--bootstrap", "--sidecar", "--warm-up")) {
                modes += values.containsKey(mode) ? 1 : 0;
            }
            if (modes != 1) {
                problems.add("exactly one of --bootstrap FILE and --sidecar is needed");
                return new Wrong(problems);
            }
            Options options = values.containsKey("--warm-up")
                    ? new Warm()
                    : values.containsKey("--bootstrap") ? bootstrap() : sidecar();
            return problems.isEmpty() ? options : new Wrong(problems);
        }

        private void read() {
            for (int i = 0; i < arguments.length; i++) {
                String argument = arguments[i];
                int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
                String flag = equals < 0 ? argument : argument.substring(0, equals);
                Boolean takesValue = FLAGS.get(flag.equals("-h") ? "--help" : flag);
                if (takesValue == null) {
                    problems.add("unknown argument '" + argument + "'");
                } else if (!takesValue) {
                    values.computeIfAbsent(flag.equals("-h") ? "--help" : flag, f -> new ArrayList<>())
                            .add("");
                } else if (equals >= 0) {
                    values.computeIfAbsent(flag, f -> new ArrayList<>()).add(argument.substring(equals + 1));
                } else if (i + 1 < arguments.length) {
                    values.computeIfAbsent(flag, f -> new ArrayList<>()).add(arguments[++i]);
                } else {
                    problems.add(flag + " needs a value");
                }
            }
        }

        private Options bootstrap() {
            return new FromBootstrap(Path.of(text("--bootstrap", "")), loops(), level());
        }

        private Options sidecar() {
            String service = required("--service");
            String address = required("--address");
            if (!address.isEmpty()
                    && !io.netty.util.NetUtil.isValidIpV4Address(address)
                    && !io.netty.util.NetUtil.isValidIpV6Address(address)) {
                problems.add("--address: '" + address + "' is not an IP address");
            }
            Address controlPlane = new Address("invalid", 0);
            String target = required("--control-plane");
            try {
                controlPlane = target.isEmpty() ? controlPlane : Address.parse(target);
            } catch (IllegalArgumentException e) {
                problems.add("--control-plane: " + e.getMessage());
            }
            Path credential = values.containsKey("--credential") ? Path.of(text("--credential", "")) : null;
            String descriptor = text("--credential-fd", "");
            if ((credential == null) == descriptor.isEmpty()) {
                problems.add("exactly one of --credential DIR and --credential-fd 0 is needed");
            } else if (credential == null && !descriptor.equals("0")) {
                problems.add("--credential-fd: only 0 (standard input) can be read");
            }
            Path renewed =
                    values.containsKey("--renewed-credential") ? Path.of(text("--renewed-credential", "")) : null;
            if (renewed != null && credential != null) {
                problems.add("--renewed-credential: with --credential DIR it is kept there");
            }
            Mode mode = Mode.REDIRECT;
            String wanted = text("--mode", "REDIRECT");
            switch (wanted) {
                case "REDIRECT" -> {}
                case "NONE" -> mode = Mode.NONE;
                default -> problems.add("--mode: '" + wanted + "' is neither REDIRECT nor NONE");
            }
            List<Port> ports = new ArrayList<>();
            each("--port", text -> ports.add(port(text)));
            Map<String, String> labels = new LinkedHashMap<>();
            each("--label", text -> {
                int equals = text.indexOf('=');
                if (equals <= 0) {
                    problems.add("--label: '" + text + "' is not KEY=VALUE");
                } else {
                    labels.put(text.substring(0, equals), text.substring(equals + 1));
                }
            });
            Path hosts = values.containsKey("--hosts-file") ? Path.of(text("--hosts-file", "")) : null;
            return new Sidecar(
                    controlPlane,
                    credential,
                    renewed,
                    text("--name", ""),
                    service,
                    text("--namespace", "default"),
                    text("--service-account", service),
                    List.copyOf(ports),
                    labels,
                    text("--locality", ""),
                    address,
                    mode,
                    readiness(),
                    hosts,
                    text("--domain", "cluster.local"),
                    values.containsKey("--plain-metrics"),
                    drain(),
                    loops(),
                    level());
        }

        private Port port(String text) {
            int slash = text.indexOf('/');
            String number = slash < 0 ? text : text.substring(0, slash);
            try {
                int port = Integer.parseInt(number);
                if (ExplicitPorts.SIDECAR.contains(port)) {
                    problems.add("--port: " + port + " is one of the sidecar's own " + ExplicitPorts.SIDECAR);
                    return new Port(1, "");
                }
                if (port >= 1 && port <= 65535) {
                    return new Port(port, slash < 0 ? "" : text.substring(slash + 1));
                }
            } catch (NumberFormatException e) {
                // reported below with the range
            }
            problems.add("--port: '" + text + "' is not a port (1 to 65535)");
            return new Port(1, "");
        }

        private Readiness readiness() {
            String path = values.containsKey("--ready-path") ? text("--ready-path", "/") : null;
            String grpc = values.containsKey("--ready-grpc") ? text("--ready-grpc", "") : null;
            if (path != null && !path.startsWith("/")) {
                problems.add("--ready-path: '" + path + "' must start with /");
            }
            if (path != null && grpc != null) {
                problems.add("--ready-path and --ready-grpc: only one of them");
            }
            Duration interval = seconds("--ready-interval", Readiness.INTERVAL, 0);
            Duration timeout = seconds("--ready-timeout", Readiness.TIMEOUT, 0.001);
            return new Readiness(path, grpc, interval, timeout);
        }

        /** Decimals are allowed. */
        private Duration seconds(String flag, Duration absent, double least) {
            String text = text(flag, "");
            if (text.isEmpty()) {
                return absent;
            }
            try {
                double seconds = Double.parseDouble(text);
                if (seconds >= least && seconds <= 3600) {
                    return Duration.ofMillis(Math.round(seconds * 1000));
                }
            } catch (NumberFormatException e) {
                // reported below with the range
            }
            problems.add(flag + ": '" + text + "' is not a number of seconds (" + least + " to 3600)");
            return absent;
        }

        private Duration drain() {
            String text = text("--drain-timeout", String.valueOf(Shutdown.DRAIN.toSeconds()));
            try {
                int seconds = Integer.parseInt(text);
                if (seconds >= 0 && seconds <= 86_400) {
                    return Duration.ofSeconds(seconds);
                }
            } catch (NumberFormatException e) {
                // reported below with the range
            }
            problems.add("--drain-timeout: '" + text + "' is not a number of seconds (0 to 86400)");
            return Shutdown.DRAIN;
        }

        private int loops() {
            String text = text("--concurrency", "0");
            try {
                int loops = Integer.parseInt(text);
                if (loops >= 0 && loops <= 64) {
                    return loops;
                }
            } catch (NumberFormatException e) {
                // reported below with the range
            }
            problems.add("--concurrency: '" + text + "' is not a number from 0 (by cores) to 64");
            return 0;
        }

        private Log.Level level() {
            String text = text("--log-level", "info");
            for (Log.Level level : Log.Level.values()) {
                if (level.name().equalsIgnoreCase(text)) {
                    return level;
                }
            }
            problems.add("--log-level: '" + text + "' is not error, warn, info or debug");
            return Log.Level.INFO;
        }

        private String required(String flag) {
            String value = text(flag, "");
            if (value.isEmpty()) {
                problems.add(flag + " is needed");
            }
            return value;
        }

        private String text(String flag, String fallback) {
            List<String> given = values.get(flag);
            if (given == null) {
                return fallback;
            }
            if (given.size() > 1) {
                problems.add(flag + " is given " + given.size() + " times");
            }
            return given.getFirst();
        }

        private void each(String flag, Consumer<String> action) {
            values.getOrDefault(flag, List.of()).forEach(action);
        }
    }
}
