package dev.weft.translate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.LoadBalancer;
import dev.weft.meshmodel.LocalityPreference;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshResource;
import dev.weft.meshmodel.Provenance;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.SourceUpdate;
import dev.weft.meshmodel.TrafficPolicy;
import dev.weft.meshmodel.Workload;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is the same for all callers stays shared, and what is not is each place's own. */
class LocalEndpointsTest {
    private static final String NEAR = "outbound|80||near.shop.svc.cluster.local";

    private final Translator translator = new Translator();

    private static Service service(String name) {
        Service.Port port =
                new Service.Port("http", 80, new Service.TargetPort.Number(8080), Service.Protocol.HTTP, false);
        return new Service(ResourceKey.service("shop", name), List.of(port), Map.of("app", "all"), Map.of());
    }

    private static Workload workload(String name, String locality, boolean ready) {
        return new Workload(
                ResourceKey.workload("shop", name),
                name.equals("a") ? "10.0.0.1" : "10.0.0.2",
                List.of(),
                Map.of("app", "all"),
                null,
                "default",
                null,
                1,
                locality,
                Workload.Tls.MUTUAL,
                Workload.Source.FILE,
                ready);
    }

    private static MeshImage mesh(@Nullable LocalityPreference preference, boolean aReady) {
        List<SourceUpdate> batch = new ArrayList<>();
        LoadBalancer balancer = new LoadBalancer(LoadBalancer.Policy.LEAST_REQUEST, null, 0, null, 0, preference);
        TrafficPolicy policy = new TrafficPolicy(
                new ResourceKey(Kind.TRAFFIC_POLICY, "shop", "near"),
                List.of(new TrafficPolicy.TargetRef(ResourceKey.service("shop", "near"), null)),
                balancer,
                null,
                null,
                null,
                null,
                List.of());
        for (MeshResource resource : List.of(
                service("near"),
                service("plain"),
                policy,
                workload("a", "eu/a", aReady),
                workload("b", "eu/b", true))) {
            batch.add(new SourceUpdate.Upsert(resource, new Provenance("test", null, 0, Map.of())));
        }
        return MeshImage.empty().apply(batch).after();
    }

    private static ProxyClass at(MeshImage image, String locality) {
        return ProxyClass.of(
                image,
                new ProxyNode("shop", "web", "", Map.of(), List.of(), ProxyNode.Mode.REDIRECT, "10.0.0.9", locality));
    }

    private static ClusterLoadAssignment near(XdsResources resources) throws Exception {
        XdsResource near = resources.byType().get(TypeUrls.ENDPOINT).get(NEAR);
        return Any.parseFrom(near.any()).unpack(ClusterLoadAssignment.class);
    }

    @Test
    void callersAreToldApartOnlyWhereAPolicyAsks() {
        MeshImage without = mesh(null, true);
        assertThat(at(without, "eu/a")).isEqualTo(at(without, "eu/b"));
        MeshImage with = mesh(new LocalityPreference(List.of(), Map.of(), List.of()), true);
        assertThat(at(with, "eu/a")).isNotEqualTo(at(with, "eu/b"));
    }

    @Test
    void eachPlaceHasItsOwnOrder() throws Exception {
        MeshImage image = mesh(new LocalityPreference(List.of(), Map.of(), List.of()), true);
        XdsResources ofA = translator.translate(image, at(image, "eu/a"));
        XdsResources ofB = translator.translate(image, at(image, "eu/b"));
        assertThat(near(ofA).getEndpoints(0).getLocality().getZone()).isEqualTo("a");
        assertThat(near(ofA).getEndpoints(1).getPriority()).isEqualTo(1);
        assertThat(near(ofB).getEndpoints(0).getLocality().getZone()).isEqualTo("b");
        String plain = NEAR.replace("near", "plain");
        assertThat(ofA.byType().get(TypeUrls.ENDPOINT).get(plain))
                .isSameAs(ofB.byType().get(TypeUrls.ENDPOINT).get(plain));
        assertThat(translator
                        .translate(image, at(image, "eu/a"))
                        .byType()
                        .get(TypeUrls.ENDPOINT)
                        .get(NEAR))
                .isSameAs(ofA.byType().get(TypeUrls.ENDPOINT).get(NEAR));
    }

    /** As DRAINING they would not count, and the near ones that are left would keep all of the load. */
    @Test
    void sickOnesCountWhereOthersTakeTheirShare() throws Exception {
        MeshImage nearest = mesh(new LocalityPreference(List.of(), Map.of(), List.of()), false);
        assertThat(status(near(translator.translate(nearest, at(nearest, "eu/a")))))
                .isEqualTo(HealthStatus.UNHEALTHY);
        LocalityPreference.Distribution all = new LocalityPreference.Distribution("*", Map.of("*", 100));
        MeshImage shares = mesh(new LocalityPreference(List.of(all), Map.of(), List.of()), false);
        Translator other = new Translator();
        assertThat(status(near(other.translate(shares, at(shares, "eu/a"))))).isEqualTo(HealthStatus.DRAINING);
    }

    private static HealthStatus status(ClusterLoadAssignment assignment) {
        return assignment.getEndpoints(0).getLbEndpoints(0).getHealthStatus();
    }
}
