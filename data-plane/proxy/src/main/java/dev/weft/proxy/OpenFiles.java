package dev.weft.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** File descriptors against the soft limit, which the JVM has raised to the hard one at its start. */
final class OpenFiles implements Pressure {
    /** Descriptors that are no connections: jars, logs, the control plane, admin pages (requirement R43). */
    private static final int OTHERS = 64;

    private static final String LINE = "Max open files"; // proc(5)

    private final Path open;
    private final long limit;

    /**
     * @param limits what /proc/self/limits says
     * @param open /proc/self/fd
     */
    OpenFiles(Path limits, Path open) throws IOException {
        this.open = open;
        long soft = Long.MAX_VALUE;
        for (String line : Files.readAllLines(limits)) {
            if (line.startsWith(LINE)) {
                String value = line.substring(LINE.length()).strip().split("\\s+")[0];
                soft = value.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(value);
            }
        }
        this.limit = soft;
    }

    /**
     * How many downstream connections they are enough for, with an upstream connection each: half of them but for those
     * that are none. Where that leaves little, a quarter.
     */
    int maxConnections() {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(limit / 2 - OTHERS, Math.max(1, limit / 4)));
    }

    /**
     * The highest descriptor an upstream connection may have: the last {@value #OTHERS}, an eighth at most, are for what
     * the proxy lives by (admin pages, the control plane, certificates, classes not loaded yet).
     */
    int maxDescriptor() {
        return (int) Math.min(Integer.MAX_VALUE, limit - 1 - Math.min(OTHERS, limit / 8));
    }

    @Override
    public double sample() throws IOException {
        return (double) count() / limit;
    }

    /** Since Linux 6.2 the size of the directory; reading it takes a descriptor and an object for each. */
    private long count() throws IOException {
        long size = Files.size(open);
        return size > 0 ? size : listed(open);
    }

    static long listed(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        }
    }
}
