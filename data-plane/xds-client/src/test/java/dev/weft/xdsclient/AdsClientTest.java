package dev.weft.xdsclient;

import static dev.weft.xdsclient.FakeAds.badCluster;
import static dev.weft.xdsclient.FakeAds.eds;
import static dev.weft.xdsclient.FakeAds.endpoints;
import static dev.weft.xdsclient.FakeAds.listener;
import static dev.weft.xdsclient.FakeAds.routes;
import static dev.weft.xdsmodel.ResourceType.CLUSTER;
import static dev.weft.xdsmodel.ResourceType.ENDPOINT;
import static dev.weft.xdsmodel.ResourceType.LISTENER;
import static dev.weft.xdsmodel.ResourceType.ROUTE;
import static dev.weft.xdsmodel.ResourceType.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.base.Locality;
import dev.weft.base.Log;
import dev.weft.xdsmodel.DataSource;
import dev.weft.xdsmodel.Node;
import dev.weft.xdsmodel.ResourceType;
import dev.weft.xdsmodel.Secret;
import dev.weft.xdsmodel.XdsSnapshot;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdsClientTest {
    private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
    private final Log log = Log.to(new PrintStream(logged, true, StandardCharsets.UTF_8), Log.Level.DEBUG, "xds");
    private final ControlLoop control = new ControlLoop();
    private final BlockingQueue<XdsSnapshot> snapshots = new LinkedBlockingQueue<>();
    private final FakeParser parser = new FakeParser();
    private volatile Function<XdsSnapshot, List<Diagnostic>> engine = snapshot -> List.of();
    private FakeGrpcServer server;
    private ControlPlane controlPlane;
    private AdsClient client;

    @AfterEach
    void close() {
        if (controlPlane != null) {
            controlPlane.close();
        }
        if (server != null) {
            server.close();
        }
        control.close();
    }

    private FakeAds start(boolean delta) throws Exception {
        return start(delta, Duration.ofSeconds(15), XdsSnapshot.EMPTY);
    }

    private FakeAds start(boolean delta, UnaryOperator<NettyServerBuilder> options) throws Exception {
        return start(delta, options, Duration.ofSeconds(15), XdsSnapshot.EMPTY);
    }

    private FakeAds start(boolean delta, Duration patience, XdsSnapshot bootstrap) throws Exception {
        return start(delta, options -> options, patience, bootstrap);
    }

    private FakeAds start(
            boolean delta, UnaryOperator<NettyServerBuilder> options, Duration patience, XdsSnapshot bootstrap)
            throws Exception {
        server = new FakeGrpcServer(0, options, delta ? FakeAds.DELTA : FakeAds.SOTW);
        Node node = new Node(
                "sidecar~1.2.3.4~a.b~b.svc.cluster.local",
                "a.b",
                new Locality("r", "z", ""),
                Map.of("NAMESPACE", "b", "LABELS", Map.of("app", "a")));
        controlPlane = new ControlPlane(control.target(server.port()), new Random(1), log);
        client = new AdsClient(
                new AdsClient.Config(
                        node, delta, true, true, Map.of(), bootstrap, Set.of("default", "ROOTCA"), patience),
                controlPlane,
                parser,
                snapshot -> {
                    List<Diagnostic> problems = engine.apply(snapshot);
                    if (problems.isEmpty()) {
                        snapshots.add(snapshot);
                    }
                    return problems;
                },
                new Random(2),
                log);
        controlPlane.start();
        client.start();
        return new FakeAds(server.call());
    }

    private XdsSnapshot snapshot() throws InterruptedException {
        XdsSnapshot snapshot = snapshots.poll(10, TimeUnit.SECONDS);
        assertThat(snapshot).as("a snapshot; log:\n%s", logged).isNotNull();
        return snapshot;
    }

    /** The snapshot after everything sent was answered; null when none came. */
    private XdsSnapshot none() {
        control.run(() -> {});
        return snapshots.poll();
    }

    private static List<Integer> ports(XdsSnapshot snapshot, String cluster) {
        List<Integer> ports = new ArrayList<>();
        snapshot.endpoints()
                .get(cluster)
                .endpoints()
                .forEach(l -> l.lbEndpoints().forEach(e -> ports.add(e.address().port())));
        return ports;
    }

    /** Answers the first subscriptions with one of everything. */
    private XdsSnapshot serve(FakeAds ads) throws Exception {
        ads.delta(CLUSTER);
        ads.send(CLUSTER, "1", eds("a"));
        ads.delta(ENDPOINT);
        ads.send(ENDPOINT, "1", endpoints("a", 1001));
        ads.answer();
        ads.send(LISTENER, "1", listener("l", "rds:80"));
        ads.delta(ROUTE);
        ads.send(ROUTE, "1", routes("80", "a"));
        ads.answer();
        return snapshot();
    }

    @Test
    void firstRequestsNameTheNodeOnceAndAskForEverything() throws Exception {
        FakeAds ads = start(true);
        DeltaDiscoveryRequest clusters = ads.delta();
        assertThat(clusters.getTypeUrl()).isEqualTo(CLUSTER.typeUrl());
        assertThat(clusters.getResourceNamesSubscribeList()).isEmpty();
        assertThat(clusters.getNode().getId()).isEqualTo("sidecar~1.2.3.4~a.b~b.svc.cluster.local");
        assertThat(clusters.getNode().getCluster()).isEqualTo("a.b");
        assertThat(clusters.getNode().getLocality().getZone()).isEqualTo("z");
        assertThat(clusters.getNode()
                        .getMetadata()
                        .getFieldsOrThrow("LABELS")
                        .getStructValue()
                        .getFieldsOrThrow("app")
                        .getStringValue())
                .isEqualTo("a");
        DeltaDiscoveryRequest listeners = ads.delta();
        assertThat(listeners.getTypeUrl()).isEqualTo(LISTENER.typeUrl());
        assertThat(listeners.hasNode()).isFalse();
    }

    @Test
    void nothingServesBeforeEverythingReferencedIsThere() throws Exception {
        FakeAds ads = start(true);
        ads.delta(CLUSTER);
        ads.delta(LISTENER);
        ads.send(LISTENER, "1", listener("l", "rds:80 tcp:b"));
        assertThat(ads.delta().getResponseNonce()).isNotEmpty();
        assertThat(ads.delta(ROUTE).getResourceNamesSubscribeList()).containsExactly("80");
        ads.send(CLUSTER, "1", eds("a"), eds("b"));
        assertThat(ads.answer().hasErrorDetail()).isFalse();
        assertThat(ads.delta(ENDPOINT).getResourceNamesSubscribeList()).containsExactly("a", "b");
        ads.send(ROUTE, "1", routes("80", "a"));
        ads.answer();
        ads.send(ENDPOINT, "1", endpoints("a", 1001));
        ads.answer();
        assertThat(none()).isNull();
        ads.send(ENDPOINT, "1", endpoints("b", 1002));
        XdsSnapshot first = snapshot();
        assertThat(first.listeners()).containsOnlyKeys("l");
        assertThat(first.clusters()).containsOnlyKeys("a", "b");
        assertThat(ports(first, "b")).containsExactly(1002);
        assertThat(first.routes()).containsOnlyKeys("80");
    }

    @Test
    void newRouteWaitsForItsClusterAndTheOldOneServesMeanwhile() throws Exception {
        FakeAds ads = start(true);
        serve(ads);
        ads.send(ROUTE, "2", routes("80", "a2"));
        ads.answer(); // a2 was never named: not waited for
        assertThat(snapshot().routes()).hasSize(1);
        ads.send(CLUSTER, "2", eds("a2"), eds("a3"));
        ads.answer();
        ads.send(ROUTE, "3", routes("80", "a3"));
        ads.answer();
        assertThat(none()).as("a3 has no endpoints yet").isNull();
        ads.send(ENDPOINT, "2", endpoints("a2", 1002), endpoints("a3", 1003));
        XdsSnapshot moved = snapshot();
        assertThat(moved.clusters()).containsOnlyKeys("a", "a2", "a3");
        assertThat(References.of(moved.routes().get("80")).clusters()).containsExactly("a3");
    }

    @Test
    void whatWarmsIsShownBehindWhatServes() throws Exception {
        FakeAds ads = start(true);
        serve(ads);
        ads.send(CLUSTER, "2", eds("a"), eds("a3"));
        ads.answer();
        ads.send(ROUTE, "3", routes("80", "a3"));
        ads.answer();
        ads.send(LISTENER, "4", listener("l", "tcp:a3"));
        ads.answer();
        assertThat(shown(ROUTE, "80")).containsExactly("1 serves", "3 warms");
        assertThat(shown(LISTENER, "l")).containsExactly("1 serves", "4 warms");
        assertThat(shown(CLUSTER, "a3")).containsExactly("2 warms");
        ads.send(ENDPOINT, "5", endpoints("a3", 1003));
        ads.answer();
        assertThat(shown(LISTENER, "l")).containsExactly("4 serves");
        assertThat(shown(CLUSTER, "a3")).containsExactly("2 serves");
    }

    private List<String> shown(ResourceType type, String name) throws Exception {
        return control.on(client::status).resources().stream()
                .filter(r -> r.type() == type && r.name().equals(name))
                .map(r -> r.version() + (r.serves() ? " serves" : r.rejection() == null ? " warms" : " refused"))
                .toList();
    }

    @Test
    void removedClusterStaysUntilTheRouteHasMoved() throws Exception {
        FakeAds ads = start(true);
        serve(ads);
        ads.send(CLUSTER, "2", List.of("a"), eds("b"));
        ads.answer();
        ads.send(ENDPOINT, "2", endpoints("b", 1002));
        ads.answer();
        XdsSnapshot both = snapshot();
        assertThat(both.clusters()).containsOnlyKeys("a", "b");
        assertThat(ports(both, "a")).containsExactly(1001);
        ads.send(ROUTE, "2", routes("80", "b"));
        assertThat(snapshot().clusters()).containsOnlyKeys("b");
        assertThat(ads.delta(ENDPOINT).getResourceNamesUnsubscribeList()).containsExactly("a");
    }

    @Test
    void removedClusterDoesNotStayForEver() throws Exception {
        FakeAds ads = start(true, Duration.ofMillis(300), XdsSnapshot.EMPTY);
        serve(ads);
        ads.send(CLUSTER, "2", List.of("a"));
        assertThat(snapshot().clusters()).isEmpty();
    }

    @Test
    void badResourceKeepsItsLastVersionAndTheRestIsTaken() throws Exception {
        FakeAds ads = start(true);
        serve(ads);
        ads.send(CLUSTER, "2", badCluster("a"), eds("b"), badCluster("c"));
        DeltaDiscoveryRequest answer = ads.answer();
        assertThat(answer.getErrorDetail().getCode()).isEqualTo(3);
        assertThat(answer.getErrorDetail().getMessage())
                .contains("a: a: first reason", "a: b[2]: second reason", "c: a: first reason");
        ads.send(ENDPOINT, "2", endpoints("b", 1002));
        XdsSnapshot next = snapshot();
        assertThat(next.clusters()).containsOnlyKeys("a", "b");
        AdsStatus status = control.on(client::status);
        assertThat(status.types().get(CLUSTER).rejected()).isEqualTo(1);
        assertThat(status.resources())
                .filteredOn(r -> r.rejection() != null)
                .extracting(AdsStatus.Resource::name)
                .containsExactlyInAnyOrder("a", "c");
    }

    @Test
    void engineRefusalIsTheNackOfThatResource() throws Exception {
        FakeAds ads = start(true);
        serve(ads);
        engine = snapshot -> snapshot.listeners().containsKey("taken")
                ? List.of(new Diagnostic(
                        Diagnostic.Severity.ERROR, "bind", "listeners[taken].address", "address in use", "", null))
                : List.of();
        ads.send(LISTENER, "2", listener("taken", "tcp:a"), listener("fine", "tcp:a"));
        DeltaDiscoveryRequest answer = ads.answer();
        assertThat(answer.getErrorDetail().getMessage()).isEqualTo("listeners[taken].address: address in use");
        assertThat(snapshot().listeners()).containsOnlyKeys("l", "fine");
        assertThat(shown(LISTENER, "taken")).as("neither serves nor warms").containsExactly(" refused");
        engine = snapshot -> List.of();
        ads.send(LISTENER, "3", listener("taken", "tcp:a tcp:a"));
        assertThat(snapshot().listeners()).containsOnlyKeys("l", "fine", "taken");
    }

    @Test
    void reconnectTellsWhatIsHeldAndKeepsServing() throws Exception {
        FakeAds ads = start(true);
        serve(ads);
        ads.send(CLUSTER, "2", badCluster("a"));
        ads.answer();
        int port = server.port();
        server.close();
        server = new FakeGrpcServer(port, b -> b, FakeAds.DELTA);
        FakeAds again = new FakeAds(server.call());
        DeltaDiscoveryRequest clusters = again.delta(CLUSTER);
        assertThat(clusters.getInitialResourceVersionsMap()).containsExactly(Map.entry("a", "1"));
        assertThat(clusters.hasNode()).isTrue();
        DeltaDiscoveryRequest endpoints = again.delta(ENDPOINT);
        assertThat(endpoints.getResourceNamesSubscribeList()).containsExactly("a");
        assertThat(endpoints.getInitialResourceVersionsMap()).containsExactly(Map.entry("a", "1"));
        assertThat(again.delta(ROUTE).getInitialResourceVersionsMap()).containsExactly(Map.entry("80", "1"));
        assertThat(none()).as("nothing changed").isNull();
        assertThat(control.on(client::isServing)).isTrue();
        again.send(ENDPOINT, "2", endpoints("a", 2001));
        assertThat(ports(snapshot(), "a")).containsExactly(2001);
    }

    @Test
    void anAnswerOfManyMegabytesArrives() throws Exception {
        FakeAds ads = start(true);
        ads.delta(CLUSTER);
        Cluster[] clusters = new Cluster[1024];
        for (int i = 0; i < clusters.length; i++) {
            clusters[i] = Cluster.newBuilder()
                    .setName("c" + i)
                    .setAltStatName("x".repeat(8192))
                    .build();
        }
        ads.send(CLUSTER, "1", clusters);
        assertThat(ads.answer().hasErrorDetail()).isFalse();
        ads.send(LISTENER, "1");
        assertThat(snapshot().clusters()).hasSize(1024);
    }

    /** A control plane ends connections now and then, so that proxies spread over its instances. */
    @Test
    void aGoodbyeMakesANewConnection() throws Exception {
        FakeAds ads = start(true, b -> b.maxConnectionAge(1, TimeUnit.SECONDS));
        serve(ads);
        FakeAds again = new FakeAds(server.call());
        assertThat(again.delta(CLUSTER).getInitialResourceVersionsMap()).containsExactly(Map.entry("a", "1"));
        assertThat(server.all.getFirst().end()).isEqualTo("cancelled");
        again.send(ENDPOINT, "2", endpoints("a", 2001));
        assertThat(ports(snapshot(), "a")).containsExactly(2001);
        assertThat(logged.toString(StandardCharsets.UTF_8)).contains("lost: GOAWAY NO_ERROR (max_age)");
    }

    @Test
    void lostStreamIsOpenedAgain() throws Exception {
        start(true);
        server.all.getFirst().finish(io.grpc.Status.UNAVAILABLE.withDescription("max age"));
        assertThat(new FakeAds(server.call()).delta().hasNode()).isTrue();
    }

    @Test
    void whatNeverComesIsGivenUp() throws Exception {
        FakeAds ads = start(true, Duration.ofMillis(300), XdsSnapshot.EMPTY);
        ads.delta(CLUSTER);
        ads.send(CLUSTER, "1", eds("a"));
        ads.answer();
        ads.send(LISTENER, "1", listener("l", "rds:none tcp:a"));
        XdsSnapshot snapshot = snapshot();
        assertThat(snapshot.listeners()).containsOnlyKeys("l");
        assertThat(ports(snapshot, "a")).isEmpty();
        assertThat(logged.toString(StandardCharsets.UTF_8)).contains("RouteConfiguration none");
    }

    @Test
    void whatTheControlPlaneSaysIsNotThereIsNotWaitedFor() throws Exception {
        FakeAds ads = start(true);
        ads.delta(CLUSTER);
        ads.send(CLUSTER, "1");
        ads.answer();
        ads.send(LISTENER, "1", listener("l", "rds:none"));
        ads.delta(ROUTE);
        ads.send(ROUTE, "1", List.of("none"));
        assertThat(snapshot().listeners()).containsOnlyKeys("l");
    }

    @Test
    void listenerWaitsForOwnSecretsWithoutAskingForThem() throws Exception {
        FakeAds ads = start(true);
        ads.delta(CLUSTER);
        ads.send(CLUSTER, "1");
        ads.answer();
        ads.send(LISTENER, "1", listener("l", "sds:default sds:other"));
        assertThat(ads.delta(SECRET).getResourceNamesSubscribeList()).containsExactly("other");
        control.run(() ->
                client.secrets(Map.of("default", Secret.ValidationContext.of("default", new DataSource.Inline("v1")))));
        assertThat(none()).isNull();
        ads.send(
                SECRET,
                "1",
                io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret.newBuilder()
                        .setName("other")
                        .build());
        assertThat(snapshot().secrets()).containsOnlyKeys("default", "other");
        control.run(() ->
                client.secrets(Map.of("default", Secret.ValidationContext.of("default", new DataSource.Inline("v2")))));
        assertThat(snapshot().secrets().get("default"))
                .isEqualTo(Secret.ValidationContext.of("default", new DataSource.Inline("v2")));
    }

    @Test
    void unchangedResourceIsNeitherParsedNorApplied() throws Exception {
        FakeAds ads = start(true);
        serve(ads);
        int before = parser.parsed;
        ads.send(CLUSTER, "2", eds("a"));
        ads.answer();
        assertThat(none()).isNull();
        assertThat(parser.parsed).isEqualTo(before);
    }

    @Test
    void stateOfTheWorldFollowsAcksAndRemoves() throws Exception {
        FakeAds ads = start(false);
        DiscoveryRequest first = ads.request();
        assertThat(first.getTypeUrl()).isEqualTo(CLUSTER.typeUrl());
        assertThat(first.getNode().getCluster()).isEqualTo("a.b");
        assertThat(ads.request().getTypeUrl()).isEqualTo(LISTENER.typeUrl());
        ads.sendWhole(CLUSTER, "1", eds("a"), eds("b"));
        DiscoveryRequest ack = ads.sotwAnswer();
        assertThat(ack.getVersionInfo()).isEqualTo("1");
        assertThat(ack.hasErrorDetail()).isFalse();
        assertThat(ads.request().getResourceNamesList()).containsExactly("a", "b");
        ads.sendWhole(ENDPOINT, "1", endpoints("a", 1001), endpoints("b", 1002), endpoints("unasked", 1));
        assertThat(ads.sotwAnswer().getResourceNamesList()).containsExactly("a", "b");
        ads.sendWhole(LISTENER, "1", listener("l", "rds:80"));
        assertThat(ads.sotwAnswer().getVersionInfo()).isEqualTo("1");
        ads.sendWhole(ROUTE, "1", routes("80", "a"));
        XdsSnapshot snapshot = snapshot();
        assertThat(snapshot.clusters()).containsOnlyKeys("a", "b");
        assertThat(snapshot.endpoints()).containsOnlyKeys("a", "b");
        ads.sotwAnswer();

        ads.sendWhole(CLUSTER, "2", eds("a"), badCluster("b"));
        DiscoveryRequest nack = ads.sotwAnswer();
        assertThat(nack.getVersionInfo()).isEqualTo("1");
        assertThat(nack.getErrorDetail().getMessage()).contains("first reason");
        assertThat(none()).as("b keeps its last version").isNull();

        ads.sendWhole(CLUSTER, "3", eds("a"));
        assertThat(ads.sotwAnswer().getVersionInfo()).isEqualTo("3");
        assertThat(snapshot().clusters()).containsOnlyKeys("a");
    }

    @Test
    void staticResourcesServeWhenNoControlPlaneAnswers() throws Exception {
        dev.weft.xdsmodel.Listener own =
                dev.weft.xdsmodel.Listener.of("static", new dev.weft.base.Address("127.0.0.1", 0));
        start(
                true,
                Duration.ofMillis(300),
                new XdsSnapshot(0, Map.of("static", own), Map.of(), Map.of(), Map.of(), Map.of()));
        assertThat(snapshot().listeners()).containsOnlyKeys("static");
    }
}
