package dev.weft.proxy;

import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.VirtualHost;
import dev.weft.xdsmodel.XdsSnapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Names for the virtual addresses of services, in the hosts file of the workload's namespace, so that {@code
 * http://payments/} is a name. Everything above our mark is kept; the file is written in place because it is usually a bind
 * mount.
 */
final class HostsFile {
    static final String MARK = "# weft: services";

    private final Path file;
    private String written = "";

    HostsFile(Path file) {
        this.file = file;
    }

    /** Writes the names of a snapshot if they differ from what was written. */
    void update(XdsSnapshot snapshot) throws IOException {
        String names = names(snapshot);
        if (names.equals(written)) {
            return;
        }
        String before = Files.exists(file) ? Files.readString(file) : "";
        int mark = before.indexOf(MARK);
        String kept = mark < 0 ? before : before.substring(0, mark);
        if (!kept.isEmpty() && !kept.endsWith("\n")) {
            kept += "\n";
        }
        Files.write(
                file,
                (kept + MARK + "\n" + names).getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        written = names;
    }

    /** One line per address: the address, the longest name first. */
    static String names(XdsSnapshot snapshot) {
        Map<String, Set<String>> byAddress = new TreeMap<>();
        for (RouteConfiguration routes : snapshot.routes().values()) {
            for (VirtualHost host : routes.virtualHosts()) {
                add(host, byAddress);
            }
        }
        for (Listener listener : snapshot.listeners().values()) {
            addTcp(listener, byAddress);
        }
        StringBuilder out = new StringBuilder();
        byAddress.forEach((address, names) -> {
            List<String> ordered = new ArrayList<>(names);
            ordered.sort((a, b) -> b.length() - a.length());
            if (!ordered.isEmpty()) {
                out.append(address)
                        .append(' ')
                        .append(String.join(" ", ordered))
                        .append('\n');
            }
        });
        return out.toString();
    }

    private static void add(VirtualHost host, Map<String, Set<String>> byAddress) {
        Set<String> names = new LinkedHashSet<>();
        String address = null;
        for (String domain : host.domains()) {
            if (domain.indexOf('*') >= 0 || domain.startsWith("[")) {
                continue;
            }
            int colon = domain.indexOf(':');
            String name = colon < 0 ? domain : domain.substring(0, colon);
            if (io.netty.util.NetUtil.isValidIpV4Address(name)) {
                address = name;
            } else if (isName(name)) {
                names.add(name);
            }
        }
        if (address != null) {
            byAddress.computeIfAbsent(address, a -> new LinkedHashSet<>()).addAll(names);
        }
    }

    /** A TCP service has no virtual host: its listener says the name in its metadata, where a control plane gives it. */
    private static void addTcp(Listener listener, Map<String, Set<String>> byAddress) {
        if (!(listener.metadata().of("weft").get("hosts") instanceof List<?> names)) {
            return;
        }
        Set<String> into = byAddress.computeIfAbsent(listener.address().host(), address -> new LinkedHashSet<>());
        for (Object name : names) {
            if (name instanceof String text && isName(text)) {
                into.add(text);
            }
        }
    }

    /** A configuration must not write other lines into the file. */
    private static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= 253
                && name.chars()
                        .allMatch(c -> c == '.' || c == '-' || c == '_' || Character.isLetterOrDigit(c) && c < 128);
    }
}
