package dev.weft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * CPU time of process trees, summed, from the scheduler's own accounts, /proc/PID/task/TID/schedstat: nanoseconds, not ticks. A thread
 * that ends between two readings takes with it what it used since the first; compiler threads of a JVM do that, rarely.
 */
final class CpuMeter {
    private final List<ProcessHandle> roots;

    CpuMeter(List<Long> pids) {
        roots = pids.stream().map(CpuMeter::living).toList();
    }

    private static ProcessHandle living(long pid) {
        return ProcessHandle.of(pid).orElseThrow(() -> new IllegalStateException("process " + pid + " has ended"));
    }

    /** Nanoseconds run so far, by thread. */
    record Reading(Map<String, Long> nanosByThread) {
        /** Nanoseconds used since {@code earlier}. */
        long since(Reading earlier) {
            long sum = 0;
            for (Map.Entry<String, Long> thread : nanosByThread.entrySet()) {
                sum += thread.getValue() - earlier.nanosByThread.getOrDefault(thread.getKey(), 0L);
            }
            return sum;
        }

        static Reading none() {
            return new Reading(Map.of());
        }
    }

    Reading read() {
        Map<String, Long> nanos = new HashMap<>();
        pids().forEach(pid -> addThreads(pid, nanos));
        return new Reading(nanos);
    }

    private Stream<Long> pids() {
        return roots.stream()
                .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()))
                .map(ProcessHandle::pid);
    }

    private static void addThreads(long pid, Map<String, Long> nanos) {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            threads.forEach(thread -> {
                try {
                    String text = Files.readString(thread.resolve("schedstat"));
                    nanos.put(pid + "/" + thread.getFileName(), Long.parseLong(text.substring(0, text.indexOf(' '))));
                } catch (IOException e) {
                    // The thread ended between listing and reading.
                    nanos.remove(pid + "/" + thread.getFileName());
                }
            });
        } catch (IOException e) {
            // The process ended: it has no threads to count.
            return;
        }
    }

    /** Resident memory of the trees now, in MiB. */
    double rssMib() {
        return pids().mapToLong(CpuMeter::rssKib).sum() / 1024.0;
    }

    /** Open files of the trees now, sockets among them. */
    long openFiles() {
        return pids().mapToLong(CpuMeter::openFiles).sum();
    }

    private static long openFiles(long pid) {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return files.count();
        } catch (IOException e) {
            return 0;
        }
    }

    private static long rssKib(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
