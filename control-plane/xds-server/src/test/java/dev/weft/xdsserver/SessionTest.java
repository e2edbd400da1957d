package dev.weft.xdsserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionTest {
    private long now = 1;
    private long version;

    private static XdsResource resource(String name, String version) {
        return new XdsResource(name, version, (name + "=" + version).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** {@code "CDS a1 b2"}: a type and its resources, one letter name and version each. */
    private ResourceSnapshot snapshot(String... types) {
        Map<String, Map<String, XdsResource>> byType = new LinkedHashMap<>();
        for (String type : types) {
            String[] words = type.split(" ");
            Map<String, XdsResource> resources = new LinkedHashMap<>();
            for (int i = 1; i < words.length; i++) {
                String name = words[i].substring(0, 1);
                resources.put(name, resource(name, words[i].substring(1)));
            }
            byType.put(url(words[0]), resources);
        }
        return new ResourceSnapshot(++version, byType);
    }

    private static String url(String shortName) {
        return switch (shortName) {
            case "LDS" -> TypeUrls.LISTENER;
            case "RDS" -> TypeUrls.ROUTE;
            case "CDS" -> TypeUrls.CLUSTER;
            case "EDS" -> TypeUrls.ENDPOINT;
            case "SDS" -> TypeUrls.SECRET;
            default -> "type.googleapis.com/" + shortName;
        };
    }

    private static Request delta(String type, String... names) {
        return new Request.Delta(url(type), "", null, List.of(names), List.of(), Map.of());
    }

    private void ack(Session session, Response response) {
        session.request(
                new Request.Delta(response.typeUrl(), response.nonce(), null, List.of(), List.of(), Map.of()), now);
    }

    private void nack(Session session, Response response, String why) {
        session.request(
                new Request.Delta(response.typeUrl(), response.nonce(), why, List.of(), List.of(), Map.of()), now);
    }

    /** {@code "CDS +a1 -b"}. */
    private static String text(Response response) {
        if (response == null) {
            return "-";
        }
        StringBuilder text = new StringBuilder(TypeUrls.shortName(response.typeUrl()));
        response.resources().stream()
                .map(r -> " +" + r.name() + r.version())
                .sorted()
                .forEach(text::append);
        response.removed().stream().sorted().forEach(name -> text.append(" -").append(name));
        return text.toString();
    }

    private List<String> drain(Session session) {
        List<String> all = new ArrayList<>();
        for (Response r = session.next(now); r != null; r = session.next(now)) {
            all.add(text(r));
            ack(session, r);
        }
        return all;
    }

    @Test
    void aWildcardGetsEverythingThenOnlyChanges() {
        Session session = new Session(true);
        session.offer(snapshot("CDS a1 b1"));
        session.request(delta("CDS"), now);
        assertThat(drain(session)).containsExactly("CDS +a1 +b1");
        session.offer(snapshot("CDS a1 b2 c1"));
        assertThat(drain(session)).containsExactly("CDS +b2 +c1");
        session.offer(snapshot("CDS a1 b2 c1"));
        assertThat(drain(session)).isEmpty();
        assertThat(session.liveVersion()).isEqualTo(3);
        session.offer(snapshot("CDS b2"));
        assertThat(drain(session)).containsExactly("CDS -a -c");
    }

    @Test
    void anEmptyWildcardIsAnsweredSoThatTheClientNeedNotWait() {
        Session session = new Session(true);
        session.request(delta("LDS"), now);
        assertThat(session.next(now)).as("nothing is published yet").isNull();
        session.offer(snapshot("CDS a1"));
        assertThat(drain(session)).containsExactly("LDS");
    }

    @Test
    void namesAreSentWhenAskedAlsoTheSecondTimeAndUnknownOnesAreSaidToBeGone() {
        Session session = new Session(true);
        session.offer(snapshot("EDS a1 b1"));
        session.request(delta("EDS", "a", "x"), now);
        assertThat(drain(session)).containsExactly("EDS +a1 -x");
        session.request(delta("EDS", "a"), now);
        assertThat(drain(session)).containsExactly("EDS +a1");
        session.offer(snapshot("EDS a1 b2 x1"));
        assertThat(drain(session)).containsExactly("EDS +x1");
        session.request(new Request.Delta(url("EDS"), "", null, List.of(), List.of("a"), Map.of()), now);
        session.offer(snapshot("EDS a2 b2 x1"));
        assertThat(drain(session)).isEmpty();
    }

    @Test
    void whatChangesBeforeTheFirstResponseIsSentAsItIsThen() {
        Session session = new Session(true);
        session.offer(snapshot("CDS a1 b1", "EDS a1 b1"));
        session.request(delta("CDS"), now);
        session.request(delta("EDS", "a", "b"), now);
        session.offer(snapshot("CDS b2 c1", "EDS b2 c1"));
        session.request(delta("EDS", "c"), now);
        session.request(new Request.Delta(url("EDS"), "", null, List.of(), List.of("b"), Map.of()), now);
        assertThat(drain(session)).containsExactly("CDS +b2 +c1", "EDS +c1 -a");
        assertThat(session.liveVersion()).isEqualTo(2);
        session.offer(snapshot("CDS c1", "EDS c2"));
        assertThat(drain(session)).containsExactly("EDS +c2", "CDS -b");
    }

    @Test
    void aWildcardThatIsLeftBeforeTheFirstResponseLeavesTheNames() {
        Session session = new Session(true);
        session.request(delta("CDS", "*", "a", "x"), now);
        session.offer(snapshot("CDS a1 b1"));
        session.request(new Request.Delta(url("CDS"), "", null, List.of(), List.of("*"), Map.of()), now);
        assertThat(drain(session)).containsExactly("CDS +a1 -x");
        session.offer(snapshot("CDS a1 b2"));
        assertThat(drain(session)).isEmpty();
    }

    @Test
    void aRefusedFirstResponseIsOfferedAgainWhole() {
        Session session = new Session(true);
        session.offer(snapshot("CDS a1 b1"));
        session.request(delta("CDS"), now);
        nack(session, session.next(now), "no");
        assertThat(subscription(session, "CDS").rejected).containsExactlyInAnyOrder("a", "b");
        session.offer(snapshot("CDS a2 b1"));
        assertThat(drain(session)).containsExactly("CDS +a2 +b1");
        assertThat(session.liveVersion()).isEqualTo(2);
    }

    @Test
    void aReturningClientIsToldOnlyWhatItDoesNotHave() {
        Map<String, String> held = Map.of("a", "1", "b", "0", "z", "9");
        for (boolean publishedFirst : new boolean[] {true, false}) {
            Session session = new Session(true);
            Request request = new Request.Delta(url("CDS"), "", null, List.of("*"), List.of(), held);
            if (publishedFirst) {
                session.offer(snapshot("CDS a1 b1 c1"));
                session.request(request, now);
            } else { // the class is translated while the client waits
                session.request(request, now);
                session.offer(snapshot("CDS a1 b1 c1"));
            }
            assertThat(drain(session)).containsExactly("CDS +b1 +c1 -z");
        }
    }

    @Test
    void oneResponsePerTypeIsUnderWayAndChangesMeanwhileGoWithTheNext() {
        Session session = new Session(true);
        session.offer(snapshot("EDS a1"));
        session.request(delta("EDS", "a"), now);
        Response first = session.next(now);
        session.offer(snapshot("EDS a2"));
        session.offer(snapshot("EDS a3"));
        assertThat(session.next(now)).isNull();
        ack(session, first);
        assertThat(text(session.next(now))).isEqualTo("EDS +a3");
    }

    @Test
    void clustersAndEndpointsAreAckedBeforeListenersAndRoutesAndRemovalsComeLast() {
        Session session = new Session(true);
        session.offer(snapshot("CDS a1", "EDS a1", "LDS l1", "RDS r1"));
        session.request(delta("CDS"), now);
        session.request(delta("EDS", "a"), now);
        session.request(delta("LDS"), now);
        session.request(delta("RDS", "r"), now);
        drain(session);

        session.offer(snapshot("CDS b1", "EDS b1", "LDS l2", "RDS r2"));
        Response cds = session.next(now);
        assertThat(text(cds)).isEqualTo("CDS +b1");
        assertThat(session.next(now)).as("listeners wait for the clusters' ACK").isNull();
        ack(session, cds);
        assertThat(session.next(now))
                .as("and for the question about their endpoints")
                .isNull();
        session.request(delta("EDS", "b"), now);
        Response eds = session.next(now);
        assertThat(text(eds)).isEqualTo("EDS +b1");
        assertThat(session.next(now)).isNull();
        ack(session, eds);
        Response lds = session.next(now);
        Response rds = session.next(now);
        assertThat(text(lds)).isEqualTo("LDS +l2");
        assertThat(text(rds)).isEqualTo("RDS +r2");
        assertThat(session.next(now))
                .as("the old cluster stays until routes left it")
                .isNull();
        ack(session, lds);
        assertThat(session.next(now)).isNull();
        assertThat(session.liveVersion()).isEqualTo(1);
        ack(session, rds);
        assertThat(drain(session)).containsExactly("CDS -a", "EDS -a");
        assertThat(session.liveVersion()).isEqualTo(2);
    }

    @Test
    void aClientThatNeverAsksForEndpointsIsWaitedForOneSecond() {
        Session session = new Session(true);
        session.offer(snapshot("CDS a1", "EDS a1", "LDS l1"));
        session.request(delta("CDS"), now);
        session.request(delta("LDS"), now);
        ack(session, session.next(now));
        assertThat(session.next(now)).isNull();
        assertThat(session.wakeAt()).isEqualTo(now + Order.FOLLOW_NANOS);
        now += Order.FOLLOW_NANOS;
        assertThat(drain(session)).containsExactly("LDS +l1");
        assertThat(session.wakeAt()).isEqualTo(-1);
    }

    @Test
    void aRefusalIsKeptAndOfferedAgainWithTheNextChangeOnly() {
        Session session = new Session(true);
        session.offer(snapshot("CDS a1", "LDS l1 m1"));
        session.request(delta("CDS"), now);
        session.request(delta("LDS"), now);
        drain(session);
        session.offer(snapshot("LDS l2 m2"));
        Response bad = session.next(now);
        assertThat(text(bad)).isEqualTo("LDS +l2 +m2");
        nack(session, bad, "l: no such filter");
        assertThat(session.next(now)).as("the cluster l1 may need stays").isNull();
        Subscription lds = subscription(session, "LDS");
        assertThat(lds.rejected).containsExactly("l", "m");
        assertThat(lds.reason).isEqualTo("l: no such filter");
        assertThat(session.liveVersion()).isEqualTo(1);
        session.offer(snapshot("LDS l2 m2", "CDS"));
        assertThat(session.next(now)).as("nothing new about listeners").isNull();
        session.offer(snapshot("LDS l3 m2"));
        assertThat(drain(session)).containsExactly("LDS +l3 +m2", "CDS -a");
        assertThat(lds.rejected).isEmpty();
        assertThat(lds.reason).isEmpty();
        assertThat(session.liveVersion()).isEqualTo(4);
    }

    @Test
    void staleNoncesAreIgnored() {
        Session session = new Session(true);
        session.offer(snapshot("EDS a1"));
        session.request(delta("EDS", "a"), now);
        Response first = session.next(now);
        session.request(new Request.Delta(url("EDS"), "77", "what?", List.of(), List.of(), Map.of()), now);
        assertThat(subscription(session, "EDS").rejected).isEmpty();
        ack(session, first);
        assertThat(session.liveVersion()).isEqualTo(1);
    }

    @Test
    void unsubscribingAWildcardLeavesTheNames() {
        Session session = new Session(true);
        session.offer(snapshot("CDS a1 b1"));
        session.request(delta("CDS", "*", "a"), now);
        drain(session);
        session.request(new Request.Delta(url("CDS"), "", null, List.of(), List.of("*"), Map.of()), now);
        session.offer(snapshot("CDS a2 b2"));
        assertThat(drain(session)).containsExactly("CDS +a2");
    }

    // ---- state of the world

    private void ackSotw(Session session, Response response, String... names) {
        session.request(new Request.Sotw(response.typeUrl(), response.nonce(), null, List.of(names)), now);
    }

    private static Request sotw(String type, String... names) {
        return new Request.Sotw(url(type), "", null, List.of(names));
    }

    @Test
    void stateOfTheWorldNamesAllClustersButOnlyChangedEndpoints() {
        Session session = new Session(false);
        session.offer(snapshot("CDS a1 b1", "EDS a1 b1"));
        session.request(sotw("CDS"), now);
        Response cds = session.next(now);
        assertThat(text(cds)).isEqualTo("CDS +a1 +b1");
        ackSotw(session, cds);
        session.request(sotw("EDS", "a", "b"), now);
        Response eds = session.next(now);
        assertThat(text(eds)).isEqualTo("EDS +a1 +b1");
        ackSotw(session, eds, "a", "b");
        assertThat(session.next(now)).isNull();
        session.offer(snapshot("CDS a2 b1", "EDS a1 b2"));
        Response cds2 = session.next(now);
        assertThat(text(cds2)).isEqualTo("CDS +a2 +b1");
        assertThat(cds2.version()).isNotEqualTo(cds.version());
        Response eds2 = session.next(now);
        assertThat(text(eds2)).isEqualTo("EDS +a1 +b2"); // a changed cluster warms: its endpoints go again
        ackSotw(session, cds2);
        ackSotw(session, eds2, "a", "b");
        assertThat(session.next(now)).isNull();
        assertThat(session.liveVersion()).isEqualTo(2);
    }

    @Test
    void stateOfTheWorldAddsNamesWithAnAckAndForgetsThem() {
        Session session = new Session(false);
        session.offer(snapshot("EDS a1 b1"));
        session.request(sotw("EDS", "a"), now);
        Response one = session.next(now);
        assertThat(text(one)).isEqualTo("EDS +a1");
        ackSotw(session, one, "a", "b");
        Response two = session.next(now);
        assertThat(text(two)).isEqualTo("EDS +b1");
        ackSotw(session, one, "a"); // stale: about the first response
        assertThat(subscription(session, "EDS").names).containsExactlyInAnyOrder("a", "b");
        ackSotw(session, two, "b");
        assertThat(subscription(session, "EDS").names).containsExactly("b");
        session.offer(snapshot("EDS a2 b1"));
        assertThat(session.next(now)).isNull();
    }

    @Test
    void stateOfTheWorldKeepsARemovedClusterUntilRoutesLeftIt() {
        Session session = new Session(false);
        session.offer(snapshot("CDS a1", "LDS l1"));
        session.request(sotw("CDS"), now);
        session.request(sotw("LDS"), now);
        Response cds = session.next(now);
        ackSotw(session, cds);
        ackSotw(session, session.next(now));
        session.offer(snapshot("CDS b1", "LDS l2"));
        Response both = session.next(now);
        assertThat(text(both)).isEqualTo("CDS +a1 +b1");
        ackSotw(session, both);
        Response lds = session.next(now);
        assertThat(text(lds)).isEqualTo("LDS +l2");
        assertThat(session.next(now)).isNull();
        ackSotw(session, lds);
        Response rest = session.next(now);
        assertThat(text(rest)).isEqualTo("CDS +b1");
        ackSotw(session, rest);
        assertThat(session.next(now)).isNull();
        assertThat(session.liveVersion()).isEqualTo(2);
    }

    private static Subscription subscription(Session session, String type) {
        for (Subscription s : session.subscriptions()) {
            if (s.typeUrl.equals(url(type))) {
                return s;
            }
        }
        throw new AssertionError("no subscription to " + type);
    }
}
