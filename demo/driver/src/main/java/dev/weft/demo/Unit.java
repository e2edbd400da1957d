package dev.weft.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One running {@code weft run}: supervisor, sidecar and application.
 *
 * @param name of this instance, e.g. {@code cart-2}
 * @param service it is an instance of
 * @param version its label of that name
 * @param address of its workload
 * @param process the supervisor
 */
record Unit(String name, String service, String version, String address, Process process) {
    private static final String SIDECAR = "dev.weft.proxy.Main";

    /** The sidecar's process, empty while there is none. */
    Optional<ProcessHandle> sidecar() {
        return process.children()
                .filter(child -> commandLine(child).contains(SIDECAR))
                .findFirst();
    }

    /** The application's process, empty while there is none. */
    Optional<ProcessHandle> application() {
        return process.children()
                .filter(child -> !commandLine(child).contains(SIDECAR))
                .filter(child -> commandLine(child).contains("dev.weft.shop.Main")
                        || commandLine(child).contains("recommendations.py"))
                .findFirst();
    }

    /** All of it at once, as a crash of the machine would: no signal is seen by anybody. */
    void kill() throws InterruptedException {
        List<ProcessHandle> all = process.descendants().toList();
        process.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        process.waitFor(5, TimeUnit.SECONDS);
    }

    /** Asks the unit to end in order; false when it did not within half a minute. */
    boolean stop() throws InterruptedException {
        process.destroy();
        return process.waitFor(30, TimeUnit.SECONDS);
    }

    static String commandLine(ProcessHandle process) {
        try {
            byte[] words = Files.readAllBytes(Path.of("/proc", String.valueOf(process.pid()), "cmdline"));
            return new String(words, StandardCharsets.UTF_8).replace('\0', ' ').strip();
        } catch (IOException e) {
            return "";
        }
    }
}
