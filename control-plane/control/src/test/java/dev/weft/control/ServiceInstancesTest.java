package dev.weft.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.Provenance;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.SourceUpdate;
import dev.weft.meshmodel.Workload;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceInstancesTest {
    private static SourceUpdate service(String name, Map<String, String> selector) {
        return new SourceUpdate.Upsert(
                new Service(
                        ResourceKey.service("shop", name),
                        List.of(new Service.Port(
                                "http", 80, new Service.TargetPort.Number(8080), Service.Protocol.HTTP, false)),
                        selector,
                        Map.of()),
                Provenance.of("files"));
    }

    private static SourceUpdate workload(String name, String version) {
        return new SourceUpdate.Upsert(
                new Workload(
                        ResourceKey.workload("shop", name),
                        "10.0.0.1",
                        List.of(),
                        Map.of("app", "payments", "version", version),
                        "payments",
                        "payments",
                        null,
                        1,
                        "",
                        Workload.Tls.MUTUAL,
                        Workload.Source.LEASE,
                        true),
                Provenance.of("leases"));
    }

    @Test
    void anInstanceCountsForEveryServiceThatSelectsIt() {
        MeshImage image = MeshImage.empty()
                .apply(List.of(
                        service("payments", Map.of("app", "payments")),
                        service("payments-v2", Map.of("app", "payments", "version", "v2")),
                        service("quiet", Map.of("app", "quiet")),
                        workload("payments-1", "v1"),
                        workload("payments-2", "v2"),
                        workload("payments-3", "v2")))
                .after();
        ServiceInstances instances = new ServiceInstances(image);
        instances.add("payments-1", "shop", "payments");
        instances.add("payments-2", "shop", "payments");
        instances.add("payments-3", "shop", "payments");
        instances.add("stranger-1", "shop", "stranger"); // no Service, no workload yet
        instances.add("nameless", "shop", "");
        assertThat(instances.counts())
                .isEqualTo(Map.of(
                        "payments.shop", 3,
                        "payments-v2.shop", 2,
                        "quiet.shop", 0,
                        "stranger.shop", 1));
    }
}
