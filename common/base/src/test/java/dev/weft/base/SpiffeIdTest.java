package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpiffeIdTest {
    @Test
    void workloadIdentityNamesItsNamespaceAndAccount() {
        SpiffeId id = new TrustDomain("cluster.local").workload("shop", "payments");
        assertThat(id).hasToString("spiffe://cluster.local/ns/shop/sa/payments");
        assertThat(SpiffeId.parse(id.toString())).isEqualTo(id);
        assertThat(id.namespace()).isEqualTo("shop");
        assertThat(id.serviceAccount()).isEqualTo("payments");
    }

    @Test
    void hostIdentityHasNoNamespace() {
        SpiffeId id = new TrustDomain("cluster.local").host("vm-1");
        assertThat(id.namespace()).isNull();
        assertThat(id.serviceAccount()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "spiffe://",
                "SPIFFE://td/a",
                "http://td/a",
                "spiffe:///a",
                "spiffe://TD/a",
                "spiffe://td:8080/a",
                "spiffe://user@td/a",
                "spiffe://td/",
                "spiffe://td/a/",
                "spiffe://td//a",
                "spiffe://td/./a",
                "spiffe://td/../a",
                "spiffe://td/a/..",
                "spiffe://td/a?q",
                "spiffe://td/a#f",
                "spiffe://td/a%20b",
                "spiffe://td/ä",
                "spiffe://t d/a"
            })
    void whatTheStandardForbidsIsRefused(String text) {
        assertThat(SpiffeId.parseOrNull(text)).isNull();
        assertThatThrownBy(() -> SpiffeId.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"spiffe://td", "spiffe://td/a", "spiffe://t.d-1_2/A.b/...", "spiffe://td/.a/..b"})
    void whatTheStandardAllowsIsKept(String text) {
        assertThat(SpiffeId.parse(text)).hasToString(text);
    }

    @Test
    void longerThanTheStandardAllowsIsRefused() {
        String longest = "spiffe://td/" + "a".repeat(SpiffeId.MAX_LENGTH - 12);
        assertThat(SpiffeId.parseOrNull(longest)).isNotNull();
        assertThat(SpiffeId.parseOrNull(longest + "a")).isNull();
    }
}
