package dev.weft.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.ExplicitPorts;
import dev.weft.base.JoinedMap;
import dev.weft.meshmodel.BackendRef;
import dev.weft.meshmodel.HttpRoute;
import dev.weft.meshmodel.Kind;
import dev.weft.meshmodel.LoadBalancer;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.ParentRef;
import dev.weft.meshmodel.Provenance;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.RouteRule;
import dev.weft.meshmodel.Service;
import dev.weft.meshmodel.SourceUpdate;
import dev.weft.meshmodel.TrafficPolicy;
import dev.weft.meshmodel.Workload;
import dev.weft.translate.ProxyNode.Mode;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TranslatorTest {
    private static final Provenance FILES = Provenance.of("files");

    private static Service service(int i) {
        return new Service(
                ResourceKey.service("shop", "service-" + i),
                List.of(new Service.Port(
                        "http", 80, new Service.TargetPort.Number(8080), Service.Protocol.HTTP, false)),
                Map.of("app", "service-" + i),
                Map.of());
    }

    private static Workload workload(int service, int i, String address) {
        return workload(service, i, address, Workload.Tls.MUTUAL);
    }

    private static Workload workload(int service, int i, String address, Workload.Tls tls) {
        return new Workload(
                ResourceKey.workload("shop", "service-" + service + "-" + i),
                address,
                List.of(),
                Map.of("app", "service-" + service, "version", "v1"),
                null,
                "service-" + service,
                null,
                1,
                "",
                tls,
                Workload.Source.FILE,
                true);
    }

    private static SourceUpdate put(dev.weft.meshmodel.MeshResource resource) {
        return new SourceUpdate.Upsert(resource, FILES);
    }

    private static MeshImage mesh(int services, int endpoints) {
        List<SourceUpdate> batch = new ArrayList<>();
        for (int s = 0; s < services; s++) {
            batch.add(put(service(s)));
            for (int e = 0; e < endpoints; e++) {
                batch.add(put(workload(s, e, "10." + e + "." + (s >> 8) + "." + (s & 255))));
            }
        }
        return MeshImage.empty().apply(batch).after();
    }

    private static ProxyClass proxy(MeshImage image, String service) {
        return ProxyClass.of(
                image, new ProxyNode("shop", service, "", Map.of(), List.of(8080), Mode.REDIRECT, "10.0.0.1", ""));
    }

    /** Others keep a connection for each request: whoever does not say so may be an Envoy. */
    @Test
    void onlyEndpointsWithASidecarOfOursAreMultiplexed() {
        MeshImage image = mesh(1, 1)
                .apply(List.of(put(workload(0, 1, "10.9.9.9", Workload.Tls.MULTIPLEXED))))
                .after();
        Map<String, Boolean> multiplexed = new TreeMap<>();
        Endpoints.of(image, service(0), null, service(0).ports().getFirst(), LocalitySpread.NONE)
                .getEndpoints(0)
                .getLbEndpointsList()
                .forEach(endpoint -> multiplexed.put(
                        endpoint.getEndpoint().getAddress().getSocketAddress().getAddress(),
                        endpoint.getMetadata().getFilterMetadataOrThrow("weft").containsFields("mux")));
        assertThat(multiplexed).isEqualTo(Map.of("10.0.0.0", false, "10.9.9.9", true));
    }

    @Test
    void replicasAreOneClass() {
        MeshImage image = mesh(3, 2);
        ProxyNode one = new ProxyNode("shop", "service-1", "", Map.of(), List.of(8080), Mode.REDIRECT, "10.0.0.1", "a");
        ProxyNode two =
                new ProxyNode("shop", "service-1", "", Map.of("x", "y"), List.of(8080), Mode.REDIRECT, "10.0.0.2", "b");
        assertThat(ProxyClass.of(image, one)).isEqualTo(ProxyClass.of(image, two));
    }

    /** What the instance registers by the same rule, so that callers find the listener. */
    @Test
    void explicitListenersAreWhereTheInstanceRegistersThem() {
        ProxyNode node = new ProxyNode(
                "shop", "service-1", "", Map.of(), List.of(18_080, 5000, 8080), Mode.NONE, "127.77.0.1", "");
        MeshImage image = mesh(3, 0);
        ProxyClass proxy = ProxyClass.of(image, node);
        Map<Integer, Integer> rule = ExplicitPorts.inbound(node.ports());
        assertThat(rule).isEqualTo(Map.of(5000, 15_100, 8080, 18_081, 18_080, 28_080));
        InboundListeners.explicit(image.settings(), proxy)
                .forEach((name, listener) -> assertThat(
                                listener.getAddress().getSocketAddress().getPortValue())
                        .isEqualTo(rule.get(Integer.parseInt(name.substring("inbound_".length())))));
        assertThat(proxy.inbound()).hasSize(3);
    }

    @Test
    void classKnowsTheServicesOfEachPort() {
        ProxyClass proxy = proxy(mesh(3, 0), "service-1");
        assertThat(proxy.inbound())
                .containsExactly(new ProxyClass.InboundPort(
                        8080, Service.Protocol.HTTP, false, List.of(ResourceKey.service("shop", "service-1"))));
    }

    @Test
    void endpointChangeMakesOneNewResourceAndKeepsAllOthers() {
        MeshImage before = mesh(20, 3);
        Translator translator = new Translator();
        ProxyClass proxy = proxy(before, "service-1");
        XdsResources old = translator.translate(before, proxy);
        MeshImage after = before.apply(List.of(put(workload(7, 0, "10.9.9.9")))).after();
        XdsResources now = translator.translate(after, proxy);
        assertSameParts(now.listeners(), old.listeners());
        assertThat(now.routes()).isSameAs(old.routes());
        assertSameParts(now.clusters(), old.clusters());
        List<String> changed = now.endpoints().keySet().stream()
                .filter(name -> now.endpoints().get(name) != old.endpoints().get(name))
                .toList();
        assertThat(changed).containsExactly("outbound|80||service-7.shop.svc.cluster.local");
    }

    /** Comparing them costs nothing: both parts are the very same objects. */
    private static void assertSameParts(Map<String, XdsResource> now, Map<String, XdsResource> old) {
        assertThat(((JoinedMap<XdsResource>) now).shared()).isSameAs(((JoinedMap<XdsResource>) old).shared());
        assertThat(((JoinedMap<XdsResource>) now).own()).isSameAs(((JoinedMap<XdsResource>) old).own());
    }

    @Test
    void classesShareOutboundResources() {
        MeshImage image = mesh(5, 1);
        Translator translator = new Translator();
        XdsResources one = translator.translate(image, proxy(image, "service-1"));
        XdsResources two = translator.translate(image, proxy(image, "service-2"));
        String cluster = "outbound|80||service-3.shop.svc.cluster.local";
        assertThat(one.clusters().get(cluster)).isSameAs(two.clusters().get(cluster));
        assertThat(one.endpoints()).isSameAs(two.endpoints());
        assertThat(one.routes()).isSameAs(two.routes());
        assertThat(one.listeners().get("virtualOutbound"))
                .isSameAs(two.listeners().get("virtualOutbound"));
    }

    @Test
    void anInstanceThatIsNotReadyDrains() throws Exception {
        MeshImage image = mesh(1, 2)
                .apply(List.of(put(workload(0, 0, "10.9.9.9").withReady(false))))
                .after();
        XdsResources resources = new Translator().translate(image, proxy(image, "service-0"));
        List<String> health = new ArrayList<>();
        for (var resource : resources.endpoints().values()) {
            for (var locality :
                    XdsJson.message(resource, ClusterLoadAssignment.class).getEndpointsList()) {
                locality.getLbEndpointsList()
                        .forEach(endpoint ->
                                health.add(endpoint.getHealthStatus().name()));
            }
        }
        assertThat(health).containsExactlyInAnyOrder("DRAINING", "HEALTHY");
    }

    @Test
    void policyChangesOnlyItsServicesCluster() {
        MeshImage before = mesh(5, 1);
        Translator translator = new Translator();
        ProxyClass proxy = proxy(before, "service-1");
        XdsResources old = translator.translate(before, proxy);
        TrafficPolicy policy = new TrafficPolicy(
                new ResourceKey(Kind.TRAFFIC_POLICY, "shop", "p"),
                List.of(new TrafficPolicy.TargetRef(service(2).key(), null)),
                LoadBalancer.of(LoadBalancer.Policy.RANDOM),
                Duration.ofMillis(250),
                null,
                null,
                null,
                List.of());
        XdsResources now =
                translator.translate(before.apply(List.of(put(policy))).after(), proxy);
        assertThat(now.clusters().keySet().stream()
                        .filter(name ->
                                now.clusters().get(name) != old.clusters().get(name)))
                .containsExactly("outbound|80||service-2.shop.svc.cluster.local");
        assertThat(now.routes()).isSameAs(old.routes());
        assertThat(now.endpoints()).isSameAs(old.endpoints());
    }

    private static HttpRoute route(String namespace, int service, int timeoutMillis) {
        BackendRef backend =
                new BackendRef(BackendRef.SERVICE, ResourceKey.service("shop", "service-" + service), 80, 1, List.of());
        return new HttpRoute(
                new ResourceKey(Kind.HTTP_ROUTE, namespace, "route-" + service),
                List.of(new ParentRef(service(service).key(), null)),
                List.of(),
                List.of(new RouteRule<>(
                        "", List.of(), List.of(), List.of(backend), Duration.ofMillis(timeoutMillis), null, null)));
    }

    @Test
    void aChangedHttpRouteMakesTheVirtualHostsOfItsServiceOnly() {
        MeshImage before = mesh(50, 1)
                .apply(List.of(put(route("shop", 3, 100)), put(route("shop", 4, 100))))
                .after();
        Translator translator = new Translator();
        ProxyClass proxy = proxy(before, "service-1");
        ProxyNode abroad = new ProxyNode("abroad", "x", "", Map.of(), List.of(), Mode.REDIRECT, "10.0.0.2", "");
        ProxyClass stranger = ProxyClass.of(before, abroad);
        XdsResources old = translator.translate(before, proxy);
        translator.translate(before, stranger);
        Translator.Work work = translator.work();
        assertThat(work).isEqualTo(new Translator.Work(50, 100, 0));

        MeshImage after = before.apply(List.of(put(route("shop", 3, 200)))).after();
        XdsResources now = translator.translate(after, proxy);
        assertThat(translator.work()).isEqualTo(new Translator.Work(50, 101, 0));
        translator.translate(after, stranger);
        assertThat(translator.work()).isEqualTo(new Translator.Work(50, 102, 0));
        assertSameParts(now.listeners(), old.listeners());
        assertSameParts(now.clusters(), old.clusters());
        assertThat(now.endpoints()).isSameAs(old.endpoints());
        assertThat(now.routes().get("80")).isNotSameAs(old.routes().get("80"));
        assertSameAsFresh(after, proxy, now);

        // A consumer's own route is nobody else's; the image's other documents said again are no change.
        MeshImage consumer = after.apply(
                        List.of(put(route("abroad", 5, 300)), put(route("shop", 4, 100)), put(service(7))))
                .after();
        assertThat(translator.translate(consumer, proxy).routes()).isSameAs(now.routes());
        assertSameAsFresh(consumer, stranger, translator.translate(consumer, stranger));
        assertThat(translator.work().clusters()).isEqualTo(50);
    }

    private static void assertSameAsFresh(MeshImage image, ProxyClass proxy, XdsResources incremental) {
        XdsResources fresh = new Translator().translate(image, proxy);
        incremental
                .byType()
                .forEach((type, resources) -> assertThat(resources.values().toString())
                        .isEqualTo(fresh.byType().get(type).values().toString()));
    }

    @Test
    void incrementalAnswerEqualsAFreshOne() {
        MeshImage image = mesh(30, 2);
        Translator translator = new Translator();
        ProxyClass proxy = proxy(image, "service-1");
        translator.translate(image, proxy);
        List<SourceUpdate> batch = List.of(
                new SourceUpdate.Remove("files", service(3).key()),
                new SourceUpdate.Remove("files", workload(4, 0, "x").key()),
                new SourceUpdate.Remove("files", workload(4, 1, "x").key()),
                put(service(99)),
                put(workload(5, 7, "10.7.7.7")));
        MeshImage next = image.apply(batch).after();
        assertSameAsFresh(next, proxy, translator.translate(next, proxy));
    }

    @Test
    void forgottenClassIsTranslatedTheSame() {
        MeshImage image = mesh(3, 1);
        Translator translator = new Translator();
        ProxyClass proxy = proxy(image, "service-1");
        XdsResources before = translator.translate(image, proxy);
        translator.forget(proxy);
        assertThat(translator.translate(image, proxy).listeners().toString())
                .isEqualTo(before.listeners().toString());
    }

    /**
     * 1 000 Services × 5 endpoints: budget 500 ms for a whole class, 10 ms for one changed endpoint. CPU time of the thread
     * (medians, warm), so that a busy machine does not count.
     */
    @Test
    void largeMeshIsTranslatedWithinItsBudget() {
        MeshImage image = mesh(1_000, 5);
        ProxyClass proxy = proxy(image, "service-1");
        for (int i = 0; i < 5; i++) {
            new Translator().translate(image, proxy);
        }
        double whole = medianMillis(5, i -> new Translator().translate(image, proxy));
        Translator translator = new Translator();
        translator.translate(image, proxy);
        List<MeshImage> images = new ArrayList<>();
        double apply = medianMillis(
                40,
                i -> images.add((images.isEmpty() ? image : images.getLast())
                        .apply(List.of(put(workload(500, 0, "10.8.0." + i))))
                        .after()));
        double step = medianMillis(40, i -> translator.translate(images.get(i), proxy));
        System.out.printf(
                "CPU: whole class %.1f ms, one endpoint: image %.2f ms, translation %.2f ms%n", whole, apply, step);
        assertThat(whole).isLessThan(500);
        assertThat(step).isLessThan(10);
    }

    private static double medianMillis(int runs, java.util.function.IntConsumer run) {
        var threads = java.lang.management.ManagementFactory.getThreadMXBean();
        double[] millis = new double[runs];
        for (int i = 0; i < runs; i++) {
            long start = threads.getCurrentThreadCpuTime();
            run.accept(i);
            millis[i] = (threads.getCurrentThreadCpuTime() - start) / 1e6;
        }
        Arrays.sort(millis);
        return millis[runs / 2];
    }
}
