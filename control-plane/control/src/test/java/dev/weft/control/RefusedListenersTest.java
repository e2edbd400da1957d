package dev.weft.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RefusedListenersTest {
    @Test
    void whatAProxySaysIsKeptUntilItSaysNoMore() {
        RefusedListeners refused = new RefusedListeners();
        String scrape = "# TYPE weft_listener_refused gauge\n"
                + "weft_listener_refused{listener=\"inbound_80\",reason=\"inbound_80: \\\"in use\\\"\"} 1\n"
                + "weft_listener_refused{listener=\"inbound_81\",reason=\"old\"} 0\n";
        refused.read("cart-1.shop", scrape);
        refused.read("pay-1.shop", scrape);
        assertThat(refused.of("cart-1.shop")).isEqualTo(Map.of("inbound_80", "inbound_80: \"in use\""));
        refused.read("cart-1.shop", "istio_requests_total 1\n");
        assertThat(refused.of("cart-1.shop")).isEmpty();
        refused.retain(Set.of("cart-1.shop"));
        assertThat(refused.of("pay-1.shop")).isEmpty();
    }
}
