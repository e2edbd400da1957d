package dev.weft.filters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Address;
import dev.weft.base.ProtoWriter;
import dev.weft.stats.PrometheusText;
import dev.weft.stats.StatsRegistry;
import dev.weft.xdsmodel.StatefulSession;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A session's end and what is counted; what requests may bring is compared with Envoy. */
class SessionFilterTest {
    private static final Address A = Address.parse("10.0.0.1:80");
    private static final Address B = Address.parse("10.0.0.2:80");

    private final StatsRegistry stats = new StatsRegistry(1);
    private Instant now = Instant.ofEpochSecond(1000);

    private FilterRig rig(String... fields) {
        StatefulSession.State.Cookie cookie = new StatefulSession.State.Cookie("s", Duration.ofSeconds(60), "");
        return new FilterRig(
                new SessionFilter(new CookieSession(cookie, () -> now), true, new SessionStats(stats, "test"), 0),
                FilterRig.head("GET", fields));
    }

    private static String value(Address address, long expires) {
        byte[] message = new ProtoWriter()
                .string(1, address.toString())
                .varint(2, expires)
                .toBytes();
        return Base64.getEncoder().encodeToString(message);
    }

    private static String given(Address address, long expires) {
        return "200 set-cookie=s=\"" + value(address, expires) + "\"; Max-Age=60; HttpOnly";
    }

    private void assertCounted(int started, int kept, int moved) {
        String label = "{envoy_http_conn_manager_prefix=\"test\"} ";
        assertThat(PrometheusText.write(stats))
                .contains("weft_http_session_started" + label + started + "\n")
                .contains("weft_http_session_kept" + label + kept + "\n")
                .contains("weft_http_session_moved" + label + moved + "\n");
    }

    @Test
    void aSessionIsTakenUpUntilItEnds() {
        FilterRig first = rig();
        assertThat(first.run()).isEqualTo("forwarded");
        first.context.endpoint = A;
        assertThat(first.answer()).isEqualTo(given(A, 1060));
        assertThat(first.context.overrides).isEmpty();

        now = Instant.ofEpochSecond(1060);
        FilterRig next = rig("cookie", "s=\"" + value(A, 1060) + "\"");
        next.run();
        next.context.endpoint = A;
        assertThat(next.answer()).isEqualTo("200");
        assertThat(next.context.overrides).isEqualTo(List.of("10.0.0.1:80 strictly"));
        assertCounted(1, 1, 0);

        now = Instant.ofEpochSecond(1061);
        FilterRig late = rig("cookie", "s=\"" + value(A, 1060) + "\"");
        late.run();
        late.context.endpoint = A;
        assertThat(late.answer()).isEqualTo(given(A, 1121));
        assertThat(late.context.overrides).isEmpty();
        assertCounted(2, 1, 0);
    }

    @Test
    void aSessionThatWentOnElsewhereIsWrittenAnew() {
        FilterRig rig = rig("cookie", "s=" + value(A, 0));
        rig.run();
        rig.context.endpoint = B;
        assertThat(rig.answer()).isEqualTo(given(B, 1060));
        assertCounted(0, 0, 1);
    }

    @Test
    void anAnswerOfNoEndpointBeginsNoSession() {
        FilterRig rig = rig();
        rig.run();
        assertThat(rig.answer()).isEqualTo("200");
        assertCounted(0, 0, 0);
    }
}
