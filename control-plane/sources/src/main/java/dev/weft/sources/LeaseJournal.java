package dev.weft.sources;

import dev.weft.base.Json;
import dev.weft.base.SpiffeId;
import dev.weft.meshmodel.Workload;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The leases on disk: one JSON line per registration or removal, rewritten at the start and whenever most lines are stale.
 * Not synced to the disk: it is there for a restart of the process; after one of the machine its leases mean nothing.
 * Confined to the registry's lock.
 */
final class LeaseJournal implements AutoCloseable {
    private static final int SLACK = 1_000;

    private final Path file;
    private final Map<String, Lease> live = new LinkedHashMap<>();
    private @Nullable BufferedWriter writer;
    private int lines;

    LeaseJournal(Path file) {
        this.file = file;
    }

    /** Reads what an earlier run left. Damaged lines (a crash while writing) are passed over. */
    Collection<Lease> open() throws IOException {
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                replay(line);
            }
        }
        rewrite();
        return List.copyOf(live.values());
    }

    void put(Lease lease) throws IOException {
        live.put(lease.key().toString(), lease);
        append(toJson(lease));
    }

    void remove(Lease lease) throws IOException {
        if (live.remove(lease.key().toString()) != null) {
            append(Map.of("removed", lease.key().toString()));
        }
    }

    private void append(Map<String, ?> entry) throws IOException {
        if (lines > 2 * live.size() + SLACK) {
            rewrite();
            return;
        }
        if (writer != null) {
            writer.write(Json.write(entry));
            writer.newLine();
            writer.flush();
            lines++;
        }
    }

    private void rewrite() throws IOException {
        close();
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Path next = file.resolveSibling(file.getFileName() + ".next");
        List<String> text = new ArrayList<>();
        live.values().forEach(lease -> text.add(Json.write(toJson(lease))));
        Files.write(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        writer = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
        lines = live.size();
    }

    private void replay(String line) {
        try {
            if (!(Json.parse(line) instanceof Map<?, ?> entry)) {
                return;
            }
            if (entry.get("removed") instanceof String key) {
                live.remove(key);
            } else {
                Lease lease = fromJson(entry);
                live.put(lease.key().toString(), lease);
            }
        } catch (Json.JsonException | IllegalArgumentException | ClassCastException | NullPointerException e) {
            return; // torn or foreign: the instance registers again anyway
        }
    }

    private static Map<String, ?> toJson(Lease lease) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("namespace", lease.namespace());
        json.put("name", lease.name());
        json.put("service", lease.service());
        json.put("serviceAccount", lease.serviceAccount());
        json.put("identity", lease.identity().toString());
        json.put("address", lease.address());
        json.put(
                "ports",
                lease.ports().stream()
                        .map(port ->
                                Map.of("name", port.name(), "port", port.port(), "inboundPort", port.inboundPort()))
                        .toList());
        json.put("labels", lease.labels());
        json.put("tls", lease.tls().name());
        json.put("locality", lease.locality());
        json.put("proxyAdmin", lease.proxyAdmin());
        json.put("uid", lease.uid());
        json.put("ready", lease.ready());
        return json;
    }

    private static Lease fromJson(Map<?, ?> json) {
        if (!(json.get("ports") instanceof List<?> portItems)
                || !(json.get("labels") instanceof Map<?, ?> labelItems)) {
            throw new IllegalArgumentException("no ports or labels");
        }
        List<Workload.Port> ports = new ArrayList<>();
        for (Object item : portItems) {
            Map<?, ?> port = (Map<?, ?>) item;
            ports.add(new Workload.Port(text(port, "name"), number(port, "port"), number(port, "inboundPort")));
        }
        Map<String, String> labels = new LinkedHashMap<>();
        labelItems.forEach((key, value) -> labels.put((String) key, (String) value));
        return new Lease(
                text(json, "namespace"),
                text(json, "name"),
                (String) json.get("service"),
                text(json, "serviceAccount"),
                SpiffeId.parse(text(json, "identity")),
                text(json, "address"),
                ports,
                labels,
                Workload.Tls.valueOf(text(json, "tls")),
                text(json, "locality"),
                text(json, "proxyAdmin"),
                text(json, "uid"),
                !Boolean.FALSE.equals(json.get("ready")));
    }

    private static String text(Map<?, ?> json, String name) {
        if (json.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("no string '" + name + "'");
    }

    private static int number(Map<?, ?> json, String name) {
        if (json.get(name) instanceof Number number) {
            return number.intValue();
        }
        throw new IllegalArgumentException("no number '" + name + "'");
    }

    @Override
    public void close() throws IOException {
        if (writer != null) {
            writer.close();
            writer = null;
        }
    }
}
