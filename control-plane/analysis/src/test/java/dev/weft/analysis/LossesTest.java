package dev.weft.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.Provenance;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.SourceUpdate;
import dev.weft.meshmodel.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LossesTest {
    private static SourceUpdate service(String name) {
        return new SourceUpdate.Upsert(
                new Service(
                        ResourceKey.service("shop", name),
                        List.of(new Service.Port(
                                "http", 80, new Service.TargetPort.Number(8080), Service.Protocol.HTTP, false)),
                        Map.of("app", name),
                        Map.of()),
                Provenance.of("files"));
    }

    private static SourceUpdate workload(String service, int number, String address, boolean ready) {
        return new SourceUpdate.Upsert(
                new Workload(
                        ResourceKey.workload("shop", service + "-" + number),
                        address,
                        List.of(),
                        Map.of("app", service),
                        null,
                        service,
                        null,
                        1,
                        "",
                        Workload.Tls.MUTUAL,
                        Workload.Source.FILE,
                        ready),
                Provenance.of("files"));
    }

    private static SourceUpdate remove(ResourceKey key) {
        return new SourceUpdate.Remove("files", key);
    }

    private static MeshImage orders(int endpoints) {
        List<SourceUpdate> updates = new ArrayList<>(List.of(service("orders"), service("other")));
        for (int i = 0; i < endpoints; i++) {
            updates.add(workload("orders", i, "10.0.0." + (i + 1), true));
        }
        return MeshImage.empty().apply(updates).after();
    }

    @ParameterizedTest
    @CsvSource({"5, 2, false", "5, 3, true", "4, 2, false", "4, 3, true", "2, 1, false", "2, 2, true", "1, 1, true"})
    void moreThanHalfOfTheEndpointsIsALoss(int endpoints, int removed, boolean held) {
        List<SourceUpdate> updates = new ArrayList<>();
        for (int i = 0; i < removed; i++) {
            updates.add(remove(ResourceKey.workload("shop", "orders-" + i)));
        }
        List<Diagnostic> found = Losses.of(orders(endpoints).apply(updates));
        assertThat(found.size()).isEqualTo(held ? 1 : 0);
        if (held) {
            assertThat(found.getFirst().code()).isEqualTo("held-change");
            assertThat(found.getFirst().problem()).contains(removed + " of " + endpoints);
        }
    }

    @Test
    void endpointsThatMoveOrComeAreNoLossAndThoseNoLongerReadyAre() {
        List<SourceUpdate> moved = new ArrayList<>();
        List<SourceUpdate> unready = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            moved.add(workload("orders", i, "10.1.0." + i, true));
            unready.add(workload("orders", i, "10.0.0." + (i + 1), false));
        }
        assertThat(Losses.of(orders(4).apply(moved))).isEmpty();
        assertThat(Losses.of(orders(4).apply(unready))).hasSize(1);
    }

    @Test
    void aServiceMayGoButNotTheLastOfThem() {
        MeshImage image = orders(3);
        List<SourceUpdate> one = new ArrayList<>(List.of(remove(ResourceKey.service("shop", "orders"))));
        for (int i = 0; i < 3; i++) {
            one.add(remove(ResourceKey.workload("shop", "orders-" + i)));
        }
        assertThat(Losses.of(image.apply(one))).isEmpty();
        one.add(remove(ResourceKey.service("shop", "other")));
        assertThat(Losses.of(image.apply(one)))
                .singleElement()
                .satisfies(loss -> assertThat(loss.problem()).contains("every listener"));
    }
}
