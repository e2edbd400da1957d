package dev.weft.balance;

import java.util.Arrays;

/**
 * A ring of points, each host's in proportion to its weight; a hash belongs to the next point (ketama). Points and their
 * number are Envoy's, so that both proxies send a key to the same endpoint: hash of {@code KEY_0}, {@code KEY_1} …, as many
 * as give the lightest host a whole number and the ring its least size.
 */
final class HashRing extends HashTable {
    private final long[] points; // in ascending order of the signed numbers, see signed()
    private final int[]
            first; // by the highest bits of a hash: the first point that may be the next; a search would miss caches
    private final int shift;

    private HashRing(long[] points, int[] owners) {
        super(owners);
        this.points = points;
        int bits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(points.length));
        this.shift = Long.SIZE - bits;
        this.first = new int[1 << bits];
        int cell = 0;
        for (int bucket = 0; bucket < first.length; bucket++) {
            while (cell < points.length && points[cell] < signed((long) bucket << shift)) {
                cell++;
            }
            first[bucket] = cell;
        }
    }

    /**
     * @param keys what names each host, at least one
     * @param weights each above 0, together about 1
     */
    static HashRing of(String[] keys, double[] weights, Policy.RingHash policy) {
        double lightest = 1;
        for (double weight : weights) {
            lightest = Math.min(lightest, weight);
        }
        double scale = Math.min(Math.ceil(lightest * policy.minimumSize()) / lightest, policy.maximumSize());
        int[] counts = counts(weights, scale);
        long[] points = new long[Arrays.stream(counts).sum()];
        int at = 0;
        for (int host = 0; host < keys.length; host++) {
            for (int i = 0; i < counts[host]; i++) {
                points[at++] = signed(policy.function().hash(bytes(keys[host] + "_" + i)));
            }
        }
        long[] unsorted = points.clone();
        Arrays.sort(points);
        int[] owners = new int[points.length];
        Arrays.fill(owners, -1);
        at = 0;
        for (int host = 0; host < keys.length; host++) {
            for (int i = 0; i < counts[host]; i++) {
                owners[Arrays.binarySearch(points, unsorted[at++])] = host;
            }
        }
        for (int cell = 1; cell < owners.length; cell++) { // hosts of the same key have the same points
            if (owners[cell] < 0) {
                owners[cell] = owners[cell - 1];
            }
        }
        for (int cell = owners.length - 2; cell >= 0; cell--) {
            if (owners[cell] < 0 || points[cell] == points[cell + 1]) {
                owners[cell] = owners[cell + 1];
            }
        }
        return new HashRing(points, owners);
    }

    /** How many points each host has; what rounding takes from one it gives to a later one (Envoy's running sums). */
    private static int[] counts(double[] weights, double scale) {
        int[] counts = new int[weights.length];
        double made = 0;
        double wanted = 0;
        for (int host = 0; host < counts.length; host++) {
            wanted += scale * weights[host];
            for (; made < wanted; made++) {
                counts[host]++;
            }
        }
        return counts;
    }

    /** Unsigned order becomes the order of signed numbers. */
    private static long signed(long hash) {
        return hash ^ Long.MIN_VALUE;
    }

    @Override
    int find(long hash) {
        int cell = first[(int) (hash >>> shift)];
        while (cell < points.length && points[cell] < signed(hash)) {
            cell++;
        }
        return cell == points.length ? 0 : cell;
    }
}
