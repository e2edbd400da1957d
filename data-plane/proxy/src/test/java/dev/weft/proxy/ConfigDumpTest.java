package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsclient.AdsStatus;
import dev.weft.xdsmodel.ResourceType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What serves, what warms and what was refused, each where Envoy shows it. */
class ConfigDumpTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private static AdsStatus.Resource resource(
            ResourceType type, String name, String version, boolean serves, AdsStatus.@Nullable Rejection rejection) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] message = new byte[text.length + 2]; // field 1, a string: the name in all of these
        message[0] = 10;
        message[1] = (byte) text.length;
        System.arraycopy(text, 0, message, 2, text.length);
        return new AdsStatus.Resource(
                type, name, version, version.isEmpty() ? new byte[0] : message, NOW, serves, rejection);
    }

    private static List<?> dump(String list, AdsStatus.Resource... resources) {
        AdsStatus status = new AdsStatus(true, true, 1, Map.of(), List.of(resources), List.of());
        return (List<?>) new ConfigDump(Map.of(), status, Map.of(), NOW)
                .json(list, false)
                .get("configs");
    }

    @Test
    void aListenerThatWarmsIsOneEntryWithBothStates() {
        List<?> listeners = dump(
                "dynamic_listeners",
                resource(ResourceType.LISTENER, "front", "1", true, new AdsStatus.Rejection("bad", NOW)),
                resource(ResourceType.LISTENER, "front", "2", false, null),
                resource(ResourceType.LISTENER, "new", "2", false, null),
                resource(ResourceType.LISTENER, "refused", "", false, new AdsStatus.Rejection("worse", NOW)));
        assertThat(listeners).hasSize(3);
        assertThat(listeners.get(0).toString())
                .contains("name=front", "active_state={version_info=1", "warming_state={version_info=2", "details=bad");
        assertThat(listeners.get(1).toString())
                .contains("name=new", "warming_state={version_info=2")
                .doesNotContain("active_state");
        assertThat(listeners.get(2).toString())
                .contains("name=refused", "details=worse")
                .doesNotContain("warming_state", "active_state");
    }

    @Test
    void aClusterThatWarmsIsInBothLists() {
        AdsStatus.Resource active = resource(ResourceType.CLUSTER, "c", "1", true, null);
        AdsStatus.Resource warming = resource(ResourceType.CLUSTER, "c", "2", false, null);
        assertThat(dump("dynamic_active_clusters", active, warming).toString())
                .contains("version_info=1")
                .doesNotContain("version_info=2");
        assertThat(dump("dynamic_warming_clusters", active, warming).toString())
                .contains("version_info=2")
                .doesNotContain("version_info=1");
    }

    @Test
    void aListNobodyKnowsIsNotAnEmptyOne() {
        assertThat(dump("nonsense")).isNull();
        assertThat(dump("dynamic_listeners")).isEmpty();
    }
}
