package dev.weft.meshmodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MeshImageTest {
    private static final Provenance FILES = Provenance.of("files");

    private static Service service(String name, Map<String, String> selector) {
        return new Service(
                ResourceKey.service("shop", name),
                List.of(new Service.Port(
                        "http", 80, new Service.TargetPort.Number(8080), Service.Protocol.HTTP, false)),
                selector,
                Map.of());
    }

    private static Workload workload(String name, String account, Map<String, String> labels, String service) {
        return new Workload(
                ResourceKey.workload("shop", name),
                "10.0.0.1",
                List.of(),
                labels,
                service,
                account,
                null,
                1,
                "",
                Workload.Tls.MUTUAL,
                Workload.Source.FILE,
                true);
    }

    private static SourceUpdate put(MeshResource resource) {
        return new SourceUpdate.Upsert(resource, FILES);
    }

    private static SourceUpdate remove(MeshResource resource) {
        return new SourceUpdate.Remove("files", resource.key());
    }

    @Test
    void serviceTakesTheWorkloadsItsSelectorMatches() {
        Service payments = service("payments", Map.of("app", "payments"));
        Workload v1 = workload("p1", "p", Map.of("app", "payments", "version", "v1"), null);
        Workload other = workload("o1", "o", Map.of("app", "orders"), "payments");
        MeshImage image = MeshImage.empty()
                .apply(List.of(put(v1), put(other), put(payments)))
                .after();
        assertThat(image.workloads(payments.key())).containsExactly(v1);
    }

    @Test
    void serviceWithoutSelectorTakesTheWorkloadsThatNameIt() {
        Service payments = service("payments", Map.of());
        Workload named = workload("p1", "p", Map.of(), "payments");
        MeshImage image =
                MeshImage.empty().apply(List.of(put(payments), put(named))).after();
        assertThat(image.workloads(payments.key())).containsExactly(named);
    }

    @Test
    void workloadChangeTouchesOnlyItsServices() {
        Service payments = service("payments", Map.of("app", "payments"));
        Service orders = service("orders", Map.of("app", "orders"));
        Workload one = workload("p1", "p", Map.of("app", "payments"), null);
        MeshImage before =
                MeshImage.empty().apply(List.of(put(payments), put(orders))).after();
        MeshDelta delta = before.apply(List.of(put(one)));
        assertThat(delta.endpointServices()).containsExactly(payments.key());
        assertThat(delta.onlyWorkloads()).isTrue();
        assertThat(delta.after().configurationVersion()).isEqualTo(before.configurationVersion());
        assertThat(delta.after().version()).isEqualTo(before.version() + 1);
        MeshDelta gone = delta.after().apply(List.of(remove(one)));
        assertThat(gone.endpointServices()).containsExactly(payments.key());
        assertThat(gone.after().workloads(payments.key())).isEmpty();
    }

    @Test
    void repeatedNewsIsNoNews() {
        Service payments = service("payments", Map.of());
        MeshImage image = MeshImage.empty().apply(List.of(put(payments))).after();
        MeshDelta delta = image.apply(List.of(put(service("payments", Map.of()))));
        assertThat(delta.isEmpty()).isTrue();
        assertThat(delta.after().version()).isEqualTo(image.version());
    }

    @Test
    void resourceBelongsToItsFirstSource() {
        Workload file = workload("p1", "p", Map.of(), null);
        Workload lease = workload("p1", "other", Map.of(), null);
        MeshImage image = MeshImage.empty().apply(List.of(put(file))).after();
        image = image.apply(List.of(
                        new SourceUpdate.Upsert(lease, Provenance.of("leases")),
                        new SourceUpdate.Remove("leases", lease.key())))
                .after();
        assertThat(image.workload(file.key())).isEqualTo(file);
    }

    @Test
    void identitiesOutliveTheLastWorkload() {
        Service payments = service("payments", Map.of("app", "payments"));
        Workload one = workload("p1", "pay", Map.of("app", "payments"), null);
        MeshImage image = MeshImage.empty().apply(List.of(put(payments))).after();
        assertThat(image.identities(payments)).containsExactly("spiffe://cluster.local/ns/shop/sa/payments");
        image = image.apply(List.of(put(one))).after();
        assertThat(image.identities(payments)).containsExactly("spiffe://cluster.local/ns/shop/sa/pay");
        image = image.apply(List.of(remove(one))).after();
        assertThat(image.identities(payments)).containsExactly("spiffe://cluster.local/ns/shop/sa/pay");
    }

    @Test
    void incrementalImageEqualsOneBuiltAtOnce() {
        Random random = new Random(42);
        MeshImage incremental = MeshImage.empty();
        for (int step = 0; step < 200; step++) {
            List<SourceUpdate> batch = new ArrayList<>();
            for (int i = random.nextInt(1, 30); i > 0; i--) {
                MeshResource resource = random.nextInt(3) == 0
                        ? service("s" + random.nextInt(10), selector(random))
                        : workload("w" + random.nextInt(40), "a", labels(random), "s" + random.nextInt(10));
                batch.add(random.nextInt(3) == 0 ? remove(resource) : put(resource));
            }
            incremental = incremental.apply(batch).after();
        }
        List<SourceUpdate> all = new ArrayList<>();
        incremental.workloads().forEach(w -> all.add(put(w)));
        incremental.services().forEach(s -> all.add(put(s)));
        MeshImage fresh = MeshImage.empty().apply(all).after();
        for (Service service : fresh.services()) {
            assertThat(incremental.workloads(service.key()))
                    .isEqualTo(fresh.workloads(service.key()))
                    .isEqualTo(
                            fresh.workloads().stream().filter(service::selects).toList());
        }
        for (Workload workload : fresh.workloads()) {
            assertThat(incremental.servicesOf(workload))
                    .isEqualTo(fresh.services().stream()
                            .filter(s -> s.selects(workload))
                            .toList());
        }
    }

    private static Map<String, String> selector(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> Map.of();
            case 1 -> Map.of("version", "v" + random.nextInt(2));
            default -> labels(random);
        };
    }

    private static Map<String, String> labels(Random random) {
        return Map.of("app", "a" + random.nextInt(4), "version", "v" + random.nextInt(2));
    }

    @Test
    void placeOfAFieldIsThatOfTheNearestKnownOne() {
        Provenance provenance = new Provenance(
                "files",
                "mesh.yaml",
                10,
                Map.of(
                        "", new Provenance.Place(0, 1),
                        "spec.rules[1]", new Provenance.Place(4, 3)));
        assertThat(provenance.place("spec.rules[1].matches[0].path")).hasToString("mesh.yaml:14:3");
        assertThat(provenance.place("spec.other")).hasToString("mesh.yaml:10:1");
        assertThat(FILES.place("spec")).isNull();
    }
}
