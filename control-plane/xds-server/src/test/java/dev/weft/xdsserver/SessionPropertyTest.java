package dev.weft.xdsserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client written from the protocol's text, driven at random against a session. Listeners name the clusters they use in
 * their version ({@code v3:ac}), so that the client can see whether what they need is there.
 */
class SessionPropertyTest {
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e", "f");

    private static final class Client {
        final boolean delta;
        final Session session;
        final Random random;
        final Map<String, Map<String, XdsResource>> held = new HashMap<>();
        final Map<String, Set<String>> names = new HashMap<>();
        final Deque<Response> unanswered = new ArrayDeque<>();
        long now = 1;
        int sent;

        Client(boolean delta, Random random) {
            this.delta = delta;
            this.session = new Session(delta);
            this.random = random;
        }

        void subscribe(String type, Set<String> wanted) {
            Set<String> before = names.getOrDefault(type, Set.of());
            names.put(type, new HashSet<>(wanted));
            if (delta) {
                List<String> more =
                        wanted.stream().filter(n -> !before.contains(n)).toList();
                List<String> less =
                        before.stream().filter(n -> !wanted.contains(n)).toList();
                session.request(new Request.Delta(type, "", null, more, less, Map.of()), now);
                less.forEach(held.computeIfAbsent(type, t -> new HashMap<>())::remove);
            } else {
                session.request(new Request.Sotw(type, lastNonce(type), null, List.copyOf(wanted)), now);
                held.computeIfAbsent(type, t -> new HashMap<>()).keySet().retainAll(wanted);
            }
        }

        final Map<String, String> nonces = new HashMap<>();

        String lastNonce(String type) {
            return nonces.getOrDefault(type, "");
        }

        void receiveAll() {
            for (Response r = session.next(now); r != null; r = session.next(now)) {
                unanswered.add(r);
                assertThat(unanswered.stream()
                                .filter(o ->
                                        o.typeUrl().equals(unanswered.peekLast().typeUrl())))
                        .as("one response per type under way")
                        .hasSize(1);
                sent += r.resources().size();
            }
        }

        void answerOne() {
            Response r = unanswered.poll();
            if (r == null) {
                return;
            }
            boolean whole = !delta && TypeUrls.WILDCARD.contains(r.typeUrl());
            Map<String, XdsResource> mine = held.computeIfAbsent(r.typeUrl(), t -> new HashMap<>());
            if (whole) {
                mine.clear();
            }
            for (XdsResource resource : r.resources()) {
                Set<String> wanted = names.get(r.typeUrl());
                if (wanted == null || wanted.isEmpty() || wanted.contains(resource.name())) {
                    mine.put(resource.name(), resource);
                }
            }
            r.removed().forEach(mine::remove);
            nonces.put(r.typeUrl(), r.nonce());
            checkReferences();
            Set<String> wanted = names.getOrDefault(r.typeUrl(), Set.of());
            if (delta) {
                session.request(new Request.Delta(r.typeUrl(), r.nonce(), null, List.of(), List.of(), Map.of()), now);
            } else {
                session.request(new Request.Sotw(r.typeUrl(), r.nonce(), null, List.copyOf(wanted)), now);
            }
            if (r.typeUrl().equals(TypeUrls.CLUSTER)) {
                Set<String> clusters = new HashSet<>(mine.keySet());
                if (!clusters.equals(names.get(TypeUrls.ENDPOINT))) {
                    subscribe(TypeUrls.ENDPOINT, clusters);
                }
            }
        }

        /** Make before break: whatever a listener uses is there, with endpoints. */
        void checkReferences() {
            for (XdsResource listener :
                    held.getOrDefault(TypeUrls.LISTENER, Map.of()).values()) {
                String uses = listener.version().substring(listener.version().indexOf(':') + 1);
                for (char cluster : uses.toCharArray()) {
                    String name = String.valueOf(cluster);
                    assertThat(held.getOrDefault(TypeUrls.CLUSTER, Map.of())).containsKey(name);
                    assertThat(held.getOrDefault(TypeUrls.ENDPOINT, Map.of())).containsKey(name);
                }
            }
        }
    }

    private static ResourceSnapshot randomSnapshot(long version, Random random) {
        Map<String, XdsResource> clusters = new LinkedHashMap<>();
        Map<String, XdsResource> endpoints = new LinkedHashMap<>();
        List<String> present = new ArrayList<>();
        for (String name : NAMES) {
            if (random.nextInt(3) > 0) {
                present.add(name);
                clusters.put(name, new XdsResource(name, "c" + random.nextInt(2), new byte[0]));
                endpoints.put(name, new XdsResource(name, "e" + random.nextInt(3), new byte[0]));
            }
        }
        Map<String, XdsResource> listeners = new LinkedHashMap<>();
        for (String name : List.of("x", "y")) {
            if (random.nextInt(4) > 0) {
                StringBuilder uses = new StringBuilder();
                present.stream().filter(n -> random.nextBoolean()).forEach(uses::append);
                listeners.put(name, new XdsResource(name, "v" + random.nextInt(2) + ":" + uses, new byte[0]));
            }
        }
        return new ResourceSnapshot(
                version,
                Map.of(TypeUrls.CLUSTER, clusters, TypeUrls.ENDPOINT, endpoints, TypeUrls.LISTENER, listeners));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whateverHappensTheClientEndsWithTheSnapshotAndNeverMissesWhatItsListenersUse(boolean delta) {
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            Client client = new Client(delta, random);
            long version = 0;
            ResourceSnapshot last = randomSnapshot(++version, random);
            if (random.nextBoolean()) {
                client.session.offer(last);
            }
            client.session.request(first(delta, TypeUrls.CLUSTER), 1);
            client.session.request(first(delta, TypeUrls.LISTENER), 1);
            for (int step = 0; step < 60; step++) {
                switch (random.nextInt(4)) {
                    case 0 -> {
                        last = randomSnapshot(++version, random);
                        client.session.offer(last);
                    }
                    case 1 -> client.receiveAll();
                    default -> client.answerOne();
                }
            }
            client.session.offer(last = randomSnapshot(++version, random));
            for (int i = 0; i < 100; i++) {
                client.receiveAll();
                client.answerOne();
            }
            String where = "seed " + seed;
            assertThat(client.held.get(TypeUrls.CLUSTER)).as(where).isEqualTo(last.resources(TypeUrls.CLUSTER));
            assertThat(client.held.get(TypeUrls.LISTENER)).as(where).isEqualTo(last.resources(TypeUrls.LISTENER));
            assertThat(client.held.getOrDefault(TypeUrls.ENDPOINT, Map.of()))
                    .as(where)
                    .isEqualTo(last.resources(TypeUrls.ENDPOINT));
            assertThat(client.session.liveVersion()).as(where).isEqualTo(version);
            int before = client.sent;
            client.session.offer(last.withVersion(++version));
            client.receiveAll();
            assertThat(client.sent).as("nothing changed, nothing sent").isEqualTo(before);
            assertThat(client.session.liveVersion()).isEqualTo(version);
        }
    }

    private static Request first(boolean delta, String type) {
        return delta
                ? new Request.Delta(type, "", null, List.of(), List.of(), Map.of())
                : new Request.Sotw(type, "", null, List.of());
    }
}
