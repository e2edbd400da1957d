package dev.weft.adminapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class RecordJsonTest {
    private static final ProxyStatus PROXY = new ProxyStatus(
            "orders-1.shop",
            "orders-1",
            "shop",
            "orders",
            "spiffe://cluster.local/ns/shop/sa/orders",
            "10.0.0.1",
            "REDIRECT",
            true,
            "2026-01-01T00:00:00Z",
            "2026-01-01T00:00:01Z",
            "0.1.0",
            false,
            "delta",
            SyncState.REJECTED,
            41,
            List.of(new TypeSync("LDS", SyncState.REJECTED, 3, 42, 41, "no \"such\" filter", List.of("0.0.0.0_80"))),
            null);

    @Test
    void recordsSurviveTheRoundTrip() {
        ProxyList list = new ProxyList(42, List.of(PROXY));
        assertThat(RecordJson.read(ProxyList.class, RecordJson.write(list))).isEqualTo(list);
    }

    @Test
    void enumsAreLowerCaseAndNullsAreLeftOut() {
        String text = RecordJson.write(PROXY);
        assertThat(text).contains("\"state\":\"rejected\"").doesNotContain("certificate");
    }

    @Test
    void aNewerServersMembersAreIgnoredAndAbsentOnesAreEmpty() {
        VersionWait wait = RecordJson.read(VersionWait.class, "{\"version\":7,\"live\":true,\"colour\":\"blue\"}");
        assertThat(wait).isEqualTo(new VersionWait(7, 0, true, 0, 0, List.of(), List.of()));
    }

    @Test
    void wrongTypesAreNamedByPath() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordJson.read(ProxyList.class, "{\"proxies\":[{\"id\":3}]}"))
                .withMessage("$.proxies[0].id: expected string, got long");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordJson.read(ProxyList.class, "{\"proxies\":["))
                .withMessageContaining("not JSON");
    }
}
