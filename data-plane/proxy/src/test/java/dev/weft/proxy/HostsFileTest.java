package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Address;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.VirtualHost;
import dev.weft.xdsmodel.XdsSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostsFileTest {
    @TempDir
    Path directory;

    private static XdsSnapshot snapshot(List<String> domains) {
        Listener plain = Listener.of("240.240.0.9_3306", new Address("240.240.0.9", 3306));
        Listener tcp = new Listener(
                plain.name(),
                plain.address(),
                plain.filterChains(),
                null,
                plain.listenerFilters(),
                plain.listenerFiltersTimeout(),
                false,
                false,
                false,
                plain.trafficDirection(),
                null,
                null,
                "",
                List.of(),
                new Metadata(Map.of("weft", Map.of("hosts", List.of("db.shop", "bad name", "db\n1.2.3.4 evil")))));
        return new XdsSnapshot(
                1,
                Map.of(tcp.name(), tcp),
                Map.of(
                        "80",
                        RouteConfiguration.of(
                                "80", VirtualHost.of("payments", domains), VirtualHost.of("any", List.of("*")))),
                Map.of(),
                Map.of(),
                Map.of());
    }

    @Test
    void namesGoBelowTheMarkAndWhatIsAboveStays() throws Exception {
        Path file = directory.resolve("hosts");
        Files.writeString(file, "127.0.0.1 localhost");
        HostsFile hosts = new HostsFile(file);
        hosts.update(snapshot(List.of(
                "payments",
                "payments:80",
                "payments.shop.svc.cluster.local",
                "*.payments",
                "240.240.0.1",
                "240.240.0.1:80")));
        String expected = "127.0.0.1 localhost\n" + HostsFile.MARK
                + "\n240.240.0.1 payments.shop.svc.cluster.local payments\n240.240.0.9 db.shop\n";
        assertThat(file).hasContent(expected);
        hosts.update(snapshot(List.of("orders", "240.240.0.2")));
        assertThat(Files.readString(file))
                .isEqualTo("127.0.0.1 localhost\n" + HostsFile.MARK + "\n240.240.0.2 orders\n240.240.0.9 db.shop\n");
    }

    @Test
    void unchangedNamesAreNotWrittenAgain() throws Exception {
        Path file = directory.resolve("hosts");
        HostsFile hosts = new HostsFile(file);
        XdsSnapshot snapshot = snapshot(List.of("orders", "240.240.0.2"));
        hosts.update(snapshot);
        Files.writeString(file, "edited by somebody");
        hosts.update(snapshot);
        assertThat(file).hasContent("edited by somebody");
    }
}
