package dev.weft.intercept;

import dev.weft.base.Cidr;
import dev.weft.intercept.Interceptor.Backend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * {@code weft intercept apply | verify | undo | show}. Reads its own few options instead of carrying an option parser:
 * {@code weft run} waits for it at every start.
 */
public final class Main {
    private static final String USAGE = """
            Usage: weft intercept COMMAND [OPTION...]

            Redirects the TCP connections of the network namespace it runs in to a sidecar.

            Commands:
              show      print the rules; changes nothing, needs no root
              apply     put them in place (again and again gives the same result)
              verify    compare the kernel's rules with these; exit 1 if they differ
              undo      remove them, whichever tool made them

            Options:
              --exclude-inbound-port PORT     stays reachable directly; 22 always does
              --exclude-outbound-port PORT    is reached directly
              --exclude-outbound-cidr CIDR    is reached directly
              --exclude-uid UID               this user's connections are let through; 1337 always
              --scope-uid UID                 only what this user sends, and what arrives at --port
              --scope-cgroup PATH             only what this control group sends, and what arrives at --port
              --port PORT                     the workload's port, with a scope
              --backend nftables|iptables     default: nftables where nft is installed

            Every option that excludes may be given several times.

            Examples:
              ip netns exec orders weft intercept apply --exclude-outbound-cidr 10.0.0.0/8
              weft intercept show --scope-uid 1000 --port 8080

            Exit codes: 0 done, 1 failed or different, 2 wrong usage, 3 refused (the host's own namespace).
            """;

    private Main() {}

    /** Runs the command and ends the JVM with its exit code. */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    private static int run(String[] args) {
        Options options;
        try {
            options = Options.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println("weft intercept: " + e.getMessage());
            System.err.println("Try 'weft intercept --help'.");
            return 2;
        }
        if (options.command.equals("help")) {
            System.out.print(USAGE);
            return 0;
        }
        try {
            Backend backend = options.backend;
            if (backend == null) {
                backend =
                        options.command.equals("show") && !CommandLine.exists("nft") && !CommandLine.exists("iptables")
                                ? Backend.NFTABLES
                                : Backend.installed();
            }
            return execute(options.command, new Interceptor(backend), options.interception());
        } catch (Interceptor.RefusedException e) {
            System.err.println("weft intercept: refused: " + e.getMessage());
            return 3;
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("weft intercept: " + e.getMessage());
            return 1;
        }
    }

    private static int execute(String command, Interceptor interceptor, Interception interception) throws IOException {
        switch (command) {
            case "show" -> System.out.print(interceptor.text(interception));
            case "apply" -> {
                interceptor.apply(interception);
                List<String> problems = interceptor.verify(interception);
                if (!problems.isEmpty()) {
                    throw new IOException("the kernel did not take the rules as written: " + problems);
                }
            }
            case "undo" -> Interceptor.undo();
            default -> {
                List<String> problems = interceptor.verify(interception);
                problems.forEach(System.out::println);
                return problems.isEmpty() ? 0 : 1;
            }
        }
        return 0;
    }

    private static final class Options {
        private String command = "";
        private @Nullable Backend backend;
        private final SortedSet<Integer> inboundPorts =
                new TreeSet<>(Interception.sidecar().excludedInboundPorts());
        private final SortedSet<Integer> outboundPorts = new TreeSet<>();
        private final List<Cidr> outboundCidrs = new ArrayList<>();
        private final SortedSet<Integer> uids = new TreeSet<>();
        private final SortedSet<Integer> ports = new TreeSet<>();
        private @Nullable Integer scopeUid;
        private @Nullable String scopeCgroup;

        static Options parse(String[] args) {
            Options options = new Options();
            for (int i = 0; i < args.length; i++) {
                String arg = args[i];
                if (arg.equals("--help") || arg.equals("-h")) {
                    options.command = "help";
                    return options;
                }
                if (!arg.startsWith("-")) {
                    options.setCommand(arg);
                    continue;
                }
                int equals = arg.indexOf('=');
                if (equals > 0) {
                    options.set(arg.substring(0, equals), arg.substring(equals + 1));
                } else if (i + 1 < args.length) {
                    options.set(arg, args[++i]);
                } else {
                    throw new IllegalArgumentException(arg + " needs a value");
                }
            }
            if (options.command.isEmpty()) {
                options.command = "help";
            }
            if (options.scoped() && options.ports.isEmpty()) {
                throw new IllegalArgumentException("a scope needs the workload's --port");
            }
            return options;
        }

        private void setCommand(String word) {
            if (!command.isEmpty()) {
                throw new IllegalArgumentException("unexpected '" + word + "'");
            }
            if (!List.of("show", "apply", "verify", "undo", "help").contains(word)) {
                throw new IllegalArgumentException("no command '" + word + "'; there are show, apply, verify and undo");
            }
            command = word;
        }

        private void set(String name, String value) {
            switch (name) {
                case "--exclude-inbound-port" -> inboundPorts.add(port(name, value));
                case "--exclude-outbound-port" -> outboundPorts.add(port(name, value));
                case "--exclude-outbound-cidr" -> outboundCidrs.add(Cidr.parse(value));
                case "--exclude-uid" -> uids.add(number(name, value));
                case "--scope-uid" -> scopeUid = number(name, value);
                case "--scope-cgroup" -> scopeCgroup = value;
                case "--port" -> ports.add(port(name, value));
                case "--backend" ->
                    backend = switch (value) {
                        case "nftables" -> Backend.NFTABLES;
                        case "iptables" -> Backend.IPTABLES;
                        default ->
                            throw new IllegalArgumentException("--backend: nftables or iptables, not '" + value + "'");
                    };
                default -> throw new IllegalArgumentException("no option " + name);
            }
        }

        private static int port(String name, String value) {
            int port = number(name, value);
            if (port < 1 || port > 65535) {
                throw new IllegalArgumentException(name + ": not a TCP port: " + value);
            }
            return port;
        }

        private static int number(String name, String value) {
            try {
                int number = Integer.parseInt(value);
                if (number >= 0) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // said below, in the words of the option
            }
            throw new IllegalArgumentException(name + ": not a number: " + value);
        }

        private boolean scoped() {
            return scopeUid != null || scopeCgroup != null;
        }

        Interception interception() {
            Scope scope = new Scope.WholeNamespace();
            if (scopeUid != null) {
                scope = new Scope.User(scopeUid, ports);
            } else if (scopeCgroup != null) {
                scope = new Scope.ControlGroup(scopeCgroup, ports);
            }
            return Interception.sidecar()
                    .excluding(inboundPorts, outboundPorts, outboundCidrs, uids)
                    .within(scope);
        }
    }
}
