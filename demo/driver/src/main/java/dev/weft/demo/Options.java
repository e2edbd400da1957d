package dev.weft.demo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the user asked for.
 *
 * @param time how long to run, null = until interrupted
 * @param report where the result of the checks goes, null = nowhere
 * @param check whether to run the checks (they kill and replace parts of the mesh)
 * @param only parts of the names of the checks to make; empty = all
 * @param root whether network namespaces are used; false = explicit mode
 */
record Options(@Nullable Duration time, @Nullable Path report, boolean check, List<String> only, boolean root) {
    static final String USAGE = """
            Usage: weft demo [--for DURATION] [--report FILE] [--check[=NAME,...]] [--no-root]

            Starts a mesh on this machine: a control plane, a shop of seven services (one of them in Python where it is
            installed), each with its sidecar, and customers who never stop buying. Prints where to look. Ctrl-C ends all
            of it and cleans up.

              --for DURATION   run unattended for at least this long (60s, 2m), run the checks, end
              --report FILE    write what was checked, expected and observed as JSON
              --check          run the checks and stay; with names (parts of them are enough) only those checks
              --no-root        explicit mode even as root: no network namespaces, no redirection

            Exit code: 0 only if every check passed (without checks: after Ctrl-C).

            Examples:
              weft demo
              weft demo --for 60s --report out.json
              weft demo --check=canary,mtls
            """;

    /** Thrown with what is wrong with the command line; null message = help was asked for. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(@Nullable String message) {
            super(message);
        }
    }

    static Options parse(String[] args, boolean isRoot) throws UsageException {
        Duration time = null;
        Path report = null;
        boolean check = false;
        List<String> only = List.of();
        boolean root = isRoot;
        for (int i = 0; i < args.length; i++) {
            String name = args[i];
            String inline = null;
            int equals = name.indexOf('=');
            if (name.startsWith("--") && equals > 0) {
                inline = name.substring(equals + 1);
                name = name.substring(0, equals);
            }
            switch (name) {
                case "-h", "--help" -> throw new UsageException(null);
                case "--check" -> {
                    check = true;
                    only = inline == null ? only : List.of(inline.split(","));
                }
                case "--no-root" -> root = false;
                case "--for", "--report" -> {
                    if (inline == null && ++i == args.length) {
                        throw new UsageException(name + " needs a value");
                    }
                    String value = inline == null ? args[i] : inline;
                    if (name.equals("--for")) {
                        time = duration(value);
                    } else {
                        report = report(value);
                    }
                    check = true;
                }
                default -> throw new UsageException("unexpected '" + args[i] + "'");
            }
        }
        return new Options(time, report, check, only, root);
    }

    /** Asked before the run, not after it. */
    private static Path report(String text) throws UsageException {
        Path file = Path.of(text).toAbsolutePath();
        Path folder = file.getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new UsageException("--report: not a file: '" + text + "'");
        }
        if (!Files.isDirectory(folder)) {
            throw new UsageException("--report: there is no folder " + folder);
        }
        if (!Files.isWritable(Files.exists(file) ? file : folder)) {
            throw new UsageException("--report: cannot write to " + text);
        }
        return file;
    }

    private static Duration duration(String text) throws UsageException {
        String lower = text.toLowerCase(Locale.ROOT);
        try {
            if (lower.matches("[0-9]{1,6}[smh]?")) {
                boolean bare = Character.isDigit(lower.charAt(lower.length() - 1));
                return Duration.parse("PT" + lower + (bare ? "S" : ""));
            }
        } catch (java.time.format.DateTimeParseException e) {
            // said below
        }
        throw new UsageException("--for: not a duration: '" + text + "' (try 60s or 2m)");
    }
}
