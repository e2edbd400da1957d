package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Address;
import dev.weft.base.Diagnostic;
import dev.weft.base.Log;
import dev.weft.proxycore.WorkloadLabels;
import dev.weft.upstream.Whereabouts;
import dev.weft.xdsmodel.Listener;
import dev.weft.xdsmodel.XdsSnapshot;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RefusedListenersTest {
    private final Proxy proxy =
            new Proxy(1, Whereabouts.UNKNOWN, WorkloadLabels.UNKNOWN, "", Log.to(System.err, Log.Level.ERROR, "test"));
    private final RefusedListeners refused = new RefusedListeners(proxy.stats());

    @AfterEach
    void close() {
        proxy.close();
    }

    private static XdsSnapshot snapshot(int port) {
        Listener listener = Listener.of("inbound_5000", new Address("127.0.0.1", port));
        return new XdsSnapshot(1, Map.of(listener.name(), listener), Map.of(), Map.of(), Map.of(), Map.of());
    }

    private String metrics() {
        return StatsText.prometheus(proxy.stats(), null, false, false);
    }

    @Test
    void aPortThatSomebodyElseHasIsInTheMetricsUntilItServes() throws Exception {
        XdsSnapshot snapshot;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            snapshot = snapshot(taken.getLocalPort());
            List<Diagnostic> problems = proxy.apply(snapshot);
            refused.refused(snapshot, problems);
            assertThat(refused.reason())
                    .startsWith("cannot serve inbound_5000: ")
                    .contains("Address already in use");
            assertThat(metrics())
                    .containsPattern("weft_listener_refused\\{listener=\"inbound_5000\",reason=\".*in use.*\"} 1");
        }
        assertThat(proxy.apply(snapshot)).noneMatch(Diagnostic::isError);
        refused.served(snapshot);
        assertThat(refused.reason()).isEmpty();
        assertThat(metrics()).doesNotContain("inbound_5000\",reason");
    }

    @Test
    void readinessSaysWhatIsInTheWay() {
        AdminPages pages = new AdminPages(proxy, null, null);
        proxy.live();
        assertThat(readiness(pages)).isEqualTo("200 LIVE\n");
        proxy.impede("cannot serve inbound_5000: Address already in use");
        assertThat(readiness(pages)).isEqualTo("503 LIVE\ncannot serve inbound_5000: Address already in use\n");
        proxy.impede("");
        assertThat(readiness(pages)).isEqualTo("200 LIVE\n");
        proxy.failHealth(true);
        assertThat(readiness(pages)).isEqualTo("503 DRAINING\n");
    }

    private static String readiness(AdminPages pages) {
        AdminResponse answer = pages.readiness(AdminRequest.of("GET", "/healthz/ready", null));
        return answer.status() + " " + answer.body();
    }
}
