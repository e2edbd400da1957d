package dev.weft.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.Provenance;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.SourceUpdate;
import dev.weft.meshmodel.Workload;
import dev.weft.sources.ConfigWatcher;
import dev.weft.sources.LeaseRegistry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HoldTest {
    private static final ResourceKey ORDERS = ResourceKey.service("shop", "orders");

    private final Hold hold = new Hold();

    private static SourceUpdate workload(String source, int number) {
        return new SourceUpdate.Upsert(
                new Workload(
                        ResourceKey.workload("shop", "orders-" + number),
                        "10.0.0." + number,
                        List.of(),
                        Map.of("app", "orders"),
                        null,
                        "orders",
                        null,
                        1,
                        "",
                        Workload.Tls.MUTUAL,
                        Workload.Source.FILE,
                        true),
                Provenance.of(source));
    }

    private static SourceUpdate remove(String source, int number) {
        return new SourceUpdate.Remove(source, ResourceKey.workload("shop", "orders-" + number));
    }

    private static MeshImage image(String source) {
        return MeshImage.empty()
                .apply(List.of(
                        new SourceUpdate.Upsert(
                                new Service(
                                        ORDERS,
                                        List.of(new Service.Port(
                                                "http",
                                                80,
                                                new Service.TargetPort.Number(8080),
                                                Service.Protocol.HTTP,
                                                false)),
                                        Map.of("app", "orders"),
                                        Map.of()),
                                Provenance.of(ConfigWatcher.SOURCE)),
                        workload(source, 1),
                        workload(source, 2),
                        workload(source, 3)))
                .after();
    }

    @Test
    void filesAreHeldUntilTheyAreBack() {
        MeshImage image = image(ConfigWatcher.SOURCE);
        List<SourceUpdate> gone = List.of(remove(ConfigWatcher.SOURCE, 1), remove(ConfigWatcher.SOURCE, 2));
        assertThat(hold.admit(image, gone)).isEmpty();
        assertThat(hold.reasons())
                .singleElement()
                .satisfies(reason -> assertThat(reason.problem()).contains("2 of 3 endpoints"));
        List<SourceUpdate> more = List.of(workload(ConfigWatcher.SOURCE, 2));
        assertThat(image.apply(hold.admit(image, more)).after().workloads(ORDERS))
                .as("one of three may go")
                .hasSize(2);
        assertThat(hold.reasons()).isEmpty();
        assertThat(hold.admit(image, List.of())).as("nothing is kept twice").isEmpty();
    }

    @Test
    void whatIsReleasedGoesWhateverItTakesAway() {
        MeshImage image = image(ConfigWatcher.SOURCE);
        List<SourceUpdate> gone = List.of(remove(ConfigWatcher.SOURCE, 1), remove(ConfigWatcher.SOURCE, 2));
        assertThat(hold.admit(image, gone)).isEmpty();
        assertThat(hold.release()).containsExactlyElementsOf(gone);
        assertThat(hold.reasons()).isEmpty();
        assertThat(hold.release()).isEmpty();
    }

    /** The same loss by leases is not held: the check sees the source, not only the numbers. */
    @Test
    void leasesPassAlsoWhileFilesAreHeld() {
        MeshImage image = image(LeaseRegistry.SOURCE);
        List<SourceUpdate> gone = List.of(
                remove(LeaseRegistry.SOURCE, 1), remove(LeaseRegistry.SOURCE, 2), remove(LeaseRegistry.SOURCE, 3));
        assertThat(hold.admit(image, gone)).containsExactlyElementsOf(gone);
        assertThat(hold.reasons()).isEmpty();

        assertThat(hold.admit(image, List.of(new SourceUpdate.Remove(ConfigWatcher.SOURCE, ORDERS))))
                .isEmpty();
        assertThat(hold.reasons()).hasSize(1);
        List<SourceUpdate> one = List.of(remove(LeaseRegistry.SOURCE, 1));
        assertThat(hold.admit(image, one)).containsExactlyElementsOf(one);
    }
}
