package dev.weft.balance;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Maglev's look-up table (Eisenbud et al., NSDI 2016, §3.4): every host in turn takes the next free cell of a permutation of
 * its own, a light one less often. Envoy's hashes and order, so that both proxies send a key to the same endpoint.
 */
final class MaglevTable extends HashTable {
    private MaglevTable(int[] owners) {
        super(owners);
    }

    /**
     * @param keys what names each host, at least one
     * @param weights each above 0
     * @param size a prime above the number of hosts
     */
    static MaglevTable of(String[] keys, double[] weights, int size) {
        int n = keys.length;
        double heaviest = Arrays.stream(weights).max().orElse(1);
        long[] next = new long[n]; // each host's next cell
        long[] skip = new long[n];
        double[] due = new double[n];
        for (int host = 0; host < n; host++) {
            byte[] key = bytes(keys[host]);
            next[host] = Long.remainderUnsigned(XxHash64.hash(key), size);
            skip[host] = Long.remainderUnsigned(XxHash64.hash(key, 0, key.length, 1), size - 1) + 1;
        }
        int[] turns = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparing(host -> keys[host]))
                .mapToInt(host -> host)
                .toArray();
        int[] owners = new int[size];
        Arrays.fill(owners, -1);
        int taken = 0;
        for (long round = 1; taken < size; round++) {
            for (int turn = 0; turn < n && taken < size; turn++) {
                int host = turns[turn];
                if (round * weights[host] < due[host]) {
                    continue;
                }
                due[host] += heaviest;
                while (owners[(int) next[host]] >= 0) {
                    next[host] = (next[host] + skip[host]) % size;
                }
                owners[(int) next[host]] = host;
                taken++;
            }
        }
        return new MaglevTable(owners);
    }

    @Override
    int find(long hash) {
        return (int) Long.remainderUnsigned(hash, size());
    }
}
