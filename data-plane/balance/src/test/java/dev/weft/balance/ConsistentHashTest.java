package dev.weft.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.base.Address;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ring hash and Maglev: the same key leads to the same host, all hosts get their share, and few keys move. */
class ConsistentHashTest {
    private static final int KEYS = 1_000_000;
    private static final int HOSTS = 50;

    private final PickContext context = new PickContext(new SplittableRandom(3));

    /** A ring has few points where it is at its default least size: its shares are even only where it is larger. */
    static List<Policy> policies() {
        return List.of(
                new Policy.RingHash(1 << 17, 8 << 20, HashFunction.XX_HASH),
                new Policy.RingHash(1 << 17, 8 << 20, HashFunction.MURMUR_HASH_2),
                Policy.Maglev.DEFAULT);
    }

    private static List<Endpoint> hosts(int n) {
        List<Endpoint> hosts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            hosts.add(new Endpoint(new Address("10.0." + i / 250 + "." + (1 + i % 250), 80)));
        }
        return hosts;
    }

    private int[] owners(LoadBalancer<Endpoint> balancer, List<Endpoint> hosts) {
        Map<Endpoint, Integer> index = new IdentityHashMap<>();
        for (Endpoint host : hosts) {
            index.put(host, index.size());
        }
        SplittableRandom keys = new SplittableRandom(11);
        int[] owners = new int[KEYS];
        for (int i = 0; i < KEYS; i++) {
            context.reset().hash(keys.nextLong());
            owners[i] = index.get(balancer.pick(context));
        }
        return owners;
    }

    @ParameterizedTest
    @MethodSource("policies")
    void everyHostGetsItsShare(Policy policy) {
        List<Endpoint> hosts = hosts(HOSTS);
        for (int i = 0; i < HOSTS; i++) {
            hosts.get(i).weight(1 + i % 3);
        }
        int sum = hosts.stream().mapToInt(Endpoint::weight).sum();
        int[] counts = new int[HOSTS];
        for (int owner : owners(LoadBalancer.of(policy, HostSet.of(hosts)), hosts)) {
            counts[owner]++;
        }
        for (int i = 0; i < HOSTS; i++) {
            double share = (double) hosts.get(i).weight() / sum;
            // A ring of R points gives a host with r of them its share with a deviation of 1/sqrt(r); Maglev is near
            // exact.
            double tolerance = policy instanceof Policy.Maglev ? 0.03 : 5 / Math.sqrt(share * (1 << 17));
            assertThat(counts[i] / (double) KEYS).isCloseTo(share, within(share * tolerance));
        }
    }

    /** Which part of the keys has another owner once this host has gone. */
    private double moved(Policy policy, List<Endpoint> hosts, int gone) {
        LoadBalancer<Endpoint> before = LoadBalancer.of(policy, HostSet.of(hosts));
        List<Endpoint> fewer = new ArrayList<>(hosts);
        fewer.remove(gone);
        int[] owners = owners(before, hosts);
        int[] now = owners(before.withHosts(HostSet.of(fewer)), hosts);
        assertThat(owners(LoadBalancer.of(policy, HostSet.of(fewer)).withHosts(HostSet.of(hosts)), hosts))
                .as("the way back is the same")
                .isEqualTo(owners);
        int moved = 0;
        for (int i = 0; i < KEYS; i++) {
            moved += owners[i] == now[i] ? 0 : 1;
        }
        return moved / (double) KEYS;
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 10, 20, 40})
    void littleMoreThanTheKeysOfAHostMoveWithItInMaglev(int n) {
        assertThat(moved(Policy.Maglev.DEFAULT, hosts(n), n / 3)).isBetween(0.9 / n, 1.2 / n);
    }

    /** 21 points each, for 49 hosts as for 50. The host's own share differs, so the mean counts. */
    @Test
    void onlyTheKeysOfAHostMoveWithItOnARing() {
        double sum = 0;
        for (int gone = 0; gone < HOSTS; gone += 5) {
            sum += moved(Policy.RingHash.DEFAULT, hosts(HOSTS), gone);
        }
        assertThat(sum / 10).isBetween(0.8 / HOSTS, 1.2 / HOSTS);
    }

    /** As Envoy's: where the ring's least size gives each host more points once there are fewer hosts, others move, too. */
    @Test
    void aRingWhoseHostsGetMorePointsMovesTwiceAsMany() {
        assertThat(moved(new Policy.RingHash(1 << 17, 8 << 20, HashFunction.XX_HASH), hosts(HOSTS), 17))
                .isBetween(1.5 / HOSTS, 2.2 / HOSTS);
    }

    @Test
    void theRingIsWhatItsDefinitionSays() {
        List<Endpoint> hosts = hosts(7);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(Policy.RingHash.DEFAULT, HostSet.of(hosts));
        TreeMap<Long, Endpoint> ring = new TreeMap<>(Long::compareUnsigned);
        for (Endpoint host : hosts) {
            for (int i = 0; i < 147; i++) { // ceil(1024 / 7)
                ring.put(XxHash64.hash(HashTable.bytes(host.address() + "_" + i)), host);
            }
        }
        SplittableRandom keys = new SplittableRandom(5);
        for (int i = 0; i < 100_000; i++) {
            long key = keys.nextLong();
            Map.Entry<Long, Endpoint> at = ring.ceilingEntry(key);
            context.reset().hash(key);
            assertThat(balancer.pick(context)).isSameAs((at == null ? ring.firstEntry() : at).getValue());
        }
    }

    @Test
    void hostsOfTheSameKeyAreOne() {
        class Named extends Endpoint {
            Named(int port) {
                super(new Address("10.0.0.1", port));
            }

            @Override
            public String hashKey() {
                return "same";
            }
        }
        List<Endpoint> hosts = new ArrayList<>(List.of(new Named(1), new Named(2)));
        hosts.addAll(hosts(1));
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(Policy.RingHash.DEFAULT, HostSet.of(hosts));
        int[] counts = new int[3];
        for (int owner : owners(balancer, hosts)) {
            counts[owner]++;
        }
        assertThat(counts[2] / (double) KEYS).isCloseTo(0.5, within(0.1)); // as many points as the other address
    }

    @ParameterizedTest
    @MethodSource("policies")
    void theOrderOfTheHostsDoesNotMatter(Policy policy) {
        List<Endpoint> hosts = hosts(9);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(policy, HostSet.of(hosts));
        int[] owners = owners(balancer, hosts);
        assertThat(owners(balancer.withHosts(HostSet.of(hosts.reversed())), hosts))
                .isEqualTo(owners);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void keysOfATriedHostAreSpread(Policy policy) {
        List<Endpoint> hosts = hosts(4);
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(policy, HostSet.of(hosts));
        int[] counts = new int[4];
        SplittableRandom keys = new SplittableRandom(9);
        for (int i = 0; i < 100_000; i++) {
            context.reset().hash(keys.nextLong());
            Endpoint first = balancer.pick(context);
            if (first == hosts.get(0)) {
                context.exclude(first);
                counts[hosts.indexOf(balancer.pick(context))]++;
            }
        }
        assertThat(counts[0]).isZero();
        for (int i = 1; i < 4; i++) {
            assertThat(counts[i]).isGreaterThan(5_000); // of 25 000
        }
    }

    @ParameterizedTest
    @MethodSource("policies")
    void withoutAHashAnyHostIsChosen(Policy policy) {
        List<Endpoint> hosts = hosts(3);
        assertThat(LoadBalancerTest.count(LoadBalancer.of(policy, HostSet.of(hosts)), context, 1000))
                .hasSize(3);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void aKeyStaysAtItsPriority(Policy policy) {
        List<Endpoint> hosts = hosts(4);
        hosts.get(2).priority(1);
        hosts.get(3).priority(1);
        hosts.get(0).health(Endpoint.Health.UNHEALTHY); // 70 % stay
        LoadBalancer<Endpoint> balancer = LoadBalancer.of(policy, HostSet.of(hosts));
        int[] owners = owners(balancer, hosts);
        assertThat(owners(balancer.withHosts(HostSet.of(hosts)), hosts)).isEqualTo(owners);
        long first = Arrays.stream(owners).filter(owner -> owner == 1).count();
        assertThat(first / (double) KEYS).isCloseTo(0.7, within(0.005));
    }
}
