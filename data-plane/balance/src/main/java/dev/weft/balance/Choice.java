package dev.weft.balance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Hosts to choose among and the weight of each: what a lane is made of.
 *
 * @param weights each above 0
 */
record Choice<E extends Endpoint>(List<E> hosts, double[] weights) {
    /** With the weights of the hosts themselves. */
    static <E extends Endpoint> Choice<E> of(List<E> hosts) {
        return new Choice<>(hosts, hosts.stream().mapToDouble(Endpoint::weight).toArray());
    }

    /** All hosts of a group that has parts; each part has its declared share, so that the weights' sum is 1 at most. */
    static <E extends Endpoint> Choice<E> flat(List<HostSet.Part<E>> parts) {
        List<E> hosts = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        for (HostSet.Part<E> part : parts) {
            if (part.declaredShare() > 0) {
                long sum = part.hosts().stream().mapToLong(Endpoint::weight).sum();
                for (E host : part.hosts()) {
                    hosts.add(host);
                    weights.add(host.weight() * part.declaredShare() / sum);
                }
            }
        }
        return new Choice<>(
                hosts, weights.stream().mapToDouble(weight -> weight).toArray());
    }

    /**
     * What an aperture lets through: the hosts stand on a ring in the order of their hashes, each with the same room, and an
     * arc of it covers as many as the aperture's size, the first and the last of them in part.
     */
    Choice<E> through(Policy.Aperture aperture) {
        int n = hosts.size();
        if (n <= aperture.size()) {
            return this;
        }
        Integer[] ring = new Integer[n];
        Arrays.setAll(ring, i -> i);
        long[] hashes = hosts.stream()
                .mapToLong(host -> XxHash64.hash(HashTable.bytes(host.hashKey())))
                .toArray();
        Arrays.sort(ring, Comparator.comparingLong(i -> hashes[i]));
        double begin = aperture.coordinate() * n;
        double end = begin + aperture.size();
        List<E> seen = new ArrayList<>();
        List<Double> parts = new ArrayList<>();
        for (int slot = (int) begin; slot < end; slot++) {
            int i = ring[slot % n];
            double covered = Math.min(slot + 1, end) - Math.max(slot, begin);
            if (covered > 0x1p-20) { // less is only rounding
                seen.add(hosts.get(i));
                parts.add(weights[i] * covered);
            }
        }
        return new Choice<>(seen, parts.stream().mapToDouble(part -> part).toArray());
    }
}
