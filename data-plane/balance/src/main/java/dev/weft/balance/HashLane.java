package dev.weft.balance;

import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * By the request's hash. Where a host will not do, because it was tried or warms up, the pick goes on along the table.
 *
 * <p>Whether a host that warms up takes a key is decided by the key, not by chance: as its factor grows it takes over one
 * key after the other, each once, instead of having keys go to and fro.
 */
final class HashLane<E extends Endpoint> extends HostLane<E> {
    private final HashTable table;
    private final long[] salts; // by host

    /** @param table makes it of keys and weights */
    HashLane(
            List<E> hosts,
            double[] weights,
            @Nullable SlowStart slowStart,
            BiFunction<String[], double[], HashTable> table) {
        super(hosts, slowStart);
        String[] keys = hosts.stream().map(Endpoint::hashKey).toArray(String[]::new);
        this.table = table.apply(keys, weights);
        this.salts = new long[keys.length];
        for (int i = 0; i < salts.length; i++) {
            salts[i] = XxHash64.hash(HashTable.bytes(keys[i]));
        }
    }

    @Override
    @Nullable
    E choose(PickContext context) {
        return host(table.owner(table.find(context.hash())));
    }

    @Override
    @Nullable
    E pick(PickContext context) {
        int cell = table.find(context.hash());
        Warmup warming = warmup();
        if (warming == null && context.excluded() == 0) {
            return host(table.owner(cell));
        }
        return walk(cell, warming, context);
    }

    private @Nullable E walk(int from, @Nullable Warmup warming, PickContext context) {
        long now = warming == null ? 0 : context.nanos();
        int cell = from;
        for (int i = 0; i < table.size(); i++) {
            int at = table.owner(cell);
            E host = host(at);
            if (context.allows(host) && (warming == null || warming.admits(host, coin(context.hash(), at), now))) {
                return host;
            }
            cell = table.next(cell);
        }
        return allowedFrom(table.owner(from), context); // a host without a cell, or none is admitted
    }

    /** In [0, 1), by key and host (the finaliser of SplitMix64). */
    private double coin(long hash, int host) {
        long mixed = hash ^ salts[host];
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return ((mixed ^ mixed >>> 31) >>> 11) * 0x1p-53;
    }
}
