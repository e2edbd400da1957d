package dev.weft.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Records the packets of one host's interface (tcpdump) and looks into their bytes. */
public final class Capture implements AutoCloseable {
    private final RunningProcess tcpdump;
    private final Path file;
    private final TestNetwork.Host host;

    private Capture(RunningProcess tcpdump, Path file, TestNetwork.Host host) {
        this.tcpdump = tcpdump;
        this.file = file;
        this.host = host;
    }

    /** Starts recording what matches {@code filter} (pcap syntax) on {@code device}; returns once tcpdump listens. */
    public static Capture start(TestNetwork.Host host, String device, String filter) {
        try {
            Path file = Files.createTempFile("weft-", ".pcap");
            RunningProcess tcpdump = host.start(new RunningProcess.Spec(
                    "tcpdump",
                    List.of(
                            Peers.require("tcpdump"),
                            "-i",
                            device,
                            "-U",
                            "--immediate-mode",
                            "-Z",
                            "root",
                            "-s",
                            "0",
                            "-w",
                            file.toString(),
                            filter)));
            tcpdump.awaitLine("listening on", Duration.ofSeconds(10));
            return new Capture(tcpdump, file, host);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops recording; everything captured so far is in the file. */
    public Capture stop() {
        tcpdump.terminate();
        int unused = tcpdump.awaitExit(Duration.ofSeconds(5));
        return this;
    }

    /** How many captured packets match {@code filter} (empty: all). */
    public int packets(String filter) {
        List<String> command = new ArrayList<>(List.of(Peers.require("tcpdump"), "-nn", "-t", "-r", file.toString()));
        if (!filter.isEmpty()) {
            command.add(filter);
        }
        return (int) Command.run(Duration.ofSeconds(20), command, null)
                .output()
                .lines()
                .filter(line -> line.startsWith("IP"))
                .count();
    }

    /** Whether these characters went over the wire anywhere, as they are. */
    public boolean contains(String text) {
        byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        outer:
        for (int i = 0; i + wanted.length <= bytes.length; i++) {
            for (int j = 0; j < wanted.length; j++) {
                if (bytes[i + j] != wanted[j]) {
                    continue outer;
                }
            }
            return true;
        }
        return false;
    }

    /** TLS handshake or application records seen at the start of a TCP payload. */
    public int tlsRecords() {
        // The payload begins after the TCP header's data offset; 22 = handshake, 23 = application data, 3.x = version.
        // pcap's tcp[] knows IPv4 only; the header of IPv6 has 40 bytes.
        String v4 = "((tcp[12] & 0xf0) >> 2)";
        String v6 = "40 + ((ip6[52] & 0xf0) >> 2)";
        return packets("tcp[" + v4 + "] >= 22 and tcp[" + v4 + "] <= 23 and tcp[" + v4 + " + 1] = 3")
                + packets("ip6[6] = 6 and ip6[" + v6 + "] >= 22 and ip6[" + v6 + "] <= 23 and ip6[" + v6 + " + 1] = 3");
    }

    /** The recorded file, for a person to look at. */
    public Path file() {
        return file;
    }

    /** Where it was recorded. */
    public TestNetwork.Host host() {
        return host;
    }

    @Override
    public void close() {
        tcpdump.close();
        try {
            boolean unused = Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
