package dev.weft.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory of the process's control group, version 1 or 2, against its limit: the group's own or that of a group around
 * it, whichever is closer to its end. Page cache that nobody has used lately (inactive_file) is left out: the kernel takes
 * it back before it kills anyone.
 */
final class CgroupPressure implements Pressure {
    /** Version 1 writes the largest number of pages for "none"; no machine has as much. */
    private static final long NO_LIMIT = 1L << 60;

    /** How a version calls its files (cgroup-v1/memory.rst, cgroup-v2.rst). */
    private record Names(String limit, String usage, String inactive) {
        static final Names V1 = new Names("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ");
        static final Names V2 = new Names("memory.max", "memory.current", "inactive_file ");
    }

    private final List<Path> groups; // the process's own first, then those around it
    private final Names names;

    /**
     * @param self what /proc/self/cgroup says
     * @param root where control groups are mounted: /sys/fs/cgroup
     */
    CgroupPressure(Path self, Path root) throws IOException {
        String v1 = null;
        String v2 = null;
        for (String line : Files.readAllLines(self)) {
            String[] fields = line.split(":", 3); // cgroups(7): id, controllers, path
            if (fields.length == 3 && List.of(fields[1].split(",")).contains("memory")) {
                v1 = fields[2];
            } else if (fields.length == 3 && fields[0].equals("0") && fields[1].isEmpty()) {
                v2 = fields[2];
            }
        }
        Path memory = root.resolve("memory");
        if (v1 != null && Files.isDirectory(memory)) {
            names = Names.V1;
            groups = upwards(memory, v1);
        } else {
            names = Names.V2;
            groups = upwards(root, v2);
        }
    }

    /** In a container the path may be the host's, while its own group is mounted as the root. */
    private static List<Path> upwards(Path root, @Nullable String path) {
        List<Path> groups = new ArrayList<>();
        Path group =
                root.resolve(path == null ? "" : path.replaceFirst("^/+", "")).normalize();
        if (!group.startsWith(root) || !Files.isDirectory(group)) {
            group = root;
        }
        for (Path next = group; next != null && next.startsWith(root); next = next.getParent()) {
            groups.add(next);
        }
        return groups;
    }

    @Override
    public double sample() throws IOException {
        double highest = 0;
        for (Path group : groups) {
            long limit = number(group.resolve(names.limit));
            if (limit > 0 && limit < NO_LIMIT) {
                long used = number(group.resolve(names.usage)) - inactive(group.resolve("memory.stat"));
                highest = Math.max(highest, (double) used / limit);
            }
        }
        return highest;
    }

    /** A file's one number; {@link #NO_LIMIT} where there is none or no such file. */
    private static long number(Path file) throws IOException {
        try {
            String text = Files.readString(file).strip();
            return text.equals("max") ? NO_LIMIT : Long.parseLong(text);
        } catch (NoSuchFileException e) {
            return NO_LIMIT; // the root of version 2, or a group without the controller
        } catch (NumberFormatException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private long inactive(Path stat) throws IOException {
        for (String line : Files.readAllLines(stat)) {
            if (line.startsWith(names.inactive)) {
                return Long.parseLong(line.substring(names.inactive.length()).strip());
            }
        }
        return 0;
    }
}
