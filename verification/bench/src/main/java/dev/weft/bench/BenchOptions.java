package dev.weft.bench;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The command line of {@code weft bench}.
 *
 * @param peers null-free list of the proxies beside Weft
 * @param warmUpSeconds empty: until it is warm
 * @param accessLog whether every proxy writes one
 * @param weftCommand started with {@code --bootstrap FILE} behind it; empty: without Weft
 */
record BenchOptions(
        List<BenchCase> cases,
        Optional<List<ProxyKind>> peers,
        int seconds,
        int repeat,
        OptionalInt warmUpSeconds,
        boolean accessLog,
        boolean syscalls,
        List<String> weftCommand,
        Optional<Path> json) {

    static final String HELP = """
            usage: weft bench [--case NAME[,NAME…]] [--peers NAME[,NAME…]] [--seconds N] [--repeat N] [--json FILE]
                   weft bench --control-plane [--services N] [--endpoints N] [--proxies N] [--json FILE]
                   weft bench --picks
                   weft bench --routes

            Starts the proxies found on this machine and Weft, runs the same cases in turns on pinned cores and prints CPU
            microseconds per request of the proxy process, requests per second, p50/p99, memory and system calls per request.

              --case       (may be repeated; default: all)
            %s  --peers      relay nginx haproxy envoy (default: all that are installed; none: only Weft)
              --seconds    of each measured run (3); in idle cases, for how long nothing happens
              --repeat     runs of each proxy and case; the figures are medians (3)
              --warm-up    seconds of load on each proxy before its first measured run (until its requests have
                           stopped becoming cheaper: 35 to 120 s)
              --json       write the figures there as well
              --no-access-log   no proxy writes one
              --no-syscalls     do not count system calls (a short run under strace)
              --weft-command    what starts Weft's proxy when followed by --bootstrap FILE (default: ./weft proxy)
              --no-weft         only the peers
            """.formatted(BenchCase.labels(5, "                 "));

    /** Thrown with a message for the user. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    static BenchOptions parse(List<String> args, List<String> defaultWeft) throws UsageException {
        List<BenchCase> cases = new ArrayList<>();
        Optional<List<ProxyKind>> peers = Optional.empty();
        int seconds = 3;
        int repeat = 3;
        OptionalInt warmUp = OptionalInt.empty();
        boolean accessLog = true;
        boolean syscalls = true;
        List<String> weft = defaultWeft;
        Optional<Path> json = Optional.empty();
        Deque<String> rest = new ArrayDeque<>(args);
        while (!rest.isEmpty()) {
            String option = rest.pop();
            switch (option) {
                case "--case" -> {
                    for (String name : value(option, rest).split(",")) {
                        cases.add(BenchCase.of(name).orElseThrow(() -> new UsageException("no case " + name)));
                    }
                }
                case "--peers" -> {
                    List<ProxyKind> kinds = new ArrayList<>();
                    for (String name : value(option, rest).split(",")) {
                        if (!name.equals("none")) {
                            kinds.add(ProxyKind.of(name).orElseThrow(() -> new UsageException("no peer " + name)));
                        }
                    }
                    peers = Optional.of(kinds);
                }
                case "--seconds" -> seconds = number(option, rest);
                case "--repeat" -> repeat = number(option, rest);
                case "--warm-up" -> warmUp = OptionalInt.of(number(option, rest));
                case "--no-access-log" -> accessLog = false;
                case "--no-syscalls" -> syscalls = false;
                case "--weft-command" ->
                    weft = Arrays.asList(value(option, rest).strip().split("\\s+"));
                case "--no-weft" -> weft = List.of();
                case "--json" -> json = Optional.of(callersFolder().resolve(value(option, rest)));
                default -> throw new UsageException("unknown option " + option);
            }
        }
        if (seconds < 1 || repeat < 1) {
            throw new UsageException("--seconds and --repeat must be at least 1");
        }
        return new BenchOptions(
                cases.isEmpty() ? BenchCase.usual() : List.copyOf(cases),
                peers,
                seconds,
                repeat,
                warmUp,
                accessLog,
                syscalls,
                List.copyOf(weft),
                json);
    }

    /** The launcher works in the repository's root and says where the user stands. */
    static Path callersFolder() {
        return Path.of(System.getenv().getOrDefault("WEFT_CALLED_FROM", "")).toAbsolutePath();
    }

    private static String value(String option, Deque<String> rest) throws UsageException {
        if (rest.isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return rest.pop();
    }

    private static int number(String option, Deque<String> rest) throws UsageException {
        String text = value(option, rest);
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new UsageException(option + " needs a number, not " + text);
        }
        throw new UsageException(option + " must not be negative");
    }
}
