package dev.weft.bench;

import dev.weft.testkit.Command;
import dev.weft.testkit.Peers;
import dev.weft.testkit.RunningProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts the system calls of processes while a load runs (strace -c): slow, so never part of a measured run. */
final class Syscalls {
    private Syscalls() {}

    /** A load that is counted. */
    interface Counting {
        LoadRun run() throws IOException;
    }

    /** Calls by name, of all threads of {@code pids} and what they start, during {@code load}. */
    static Counted count(List<Long> pids, Path folder, Counting load) throws IOException {
        Path file = folder.resolve("strace-" + pids.getFirst() + ".txt");
        List<String> command = new ArrayList<>(List.of(Peers.require("strace"), "-c", "-f", "-o", file.toString()));
        pids.forEach(pid -> command.addAll(List.of("-p", Long.toString(pid))));
        try (RunningProcess strace = RunningProcess.start(new RunningProcess.Spec("strace", command))) {
            for (long pid : pids) {
                strace.awaitLine("Process " + pid + " attached", Duration.ofSeconds(10));
            }
            LoadRun result = load.run();
            String unused = Command.run(Duration.ofSeconds(5), "kill", "-INT", Long.toString(strace.pid()))
                    .output();
            int exit = strace.awaitExit(Duration.ofSeconds(10));
            return new Counted(result, parse(Files.readAllLines(file)));
        }
    }

    /** The load's result and the calls counted meanwhile. */
    record Counted(LoadRun result, Map<String, Long> calls) {}

    /** Reads the table that strace -c writes: {@code % time, seconds, usecs/call, calls, [errors,] syscall}. */
    static Map<String, Long> parse(List<String> table) {
        Map<String, Long> calls = new TreeMap<>();
        for (String line : table) {
            String[] words = line.strip().split("\\s+");
            if (words.length >= 5 && words[3].matches("[0-9]+") && !words[words.length - 1].equals("total")) {
                calls.put(words[words.length - 1], Long.parseLong(words[3]));
            }
        }
        return calls;
    }
}
