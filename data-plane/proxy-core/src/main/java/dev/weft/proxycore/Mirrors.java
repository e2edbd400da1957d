package dev.weft.proxycore;

import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.Clusters;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The copies of one request. Confined to its loop. */
final class Mirrors {
    /** Where the route has no time-out: nobody would miss an answer that never comes. */
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final List<Mirror> copies;

    private Mirrors(List<Mirror> copies) {
        this.copies = copies;
    }

    /** The copies to make of a request, with its head as it is now; null for none. Nothing is sent yet. */
    static @Nullable Mirrors of(
            HttpConnection connection, MirrorStats stats, RoutePlan plan, RequestHead head, Clusters clusters) {
        List<Mirror> copies = new ArrayList<>(plan.mirrors().length);
        RandomGenerator random = connection.worker().loop().random();
        long timeout = plan.timeoutNanos() > 0 ? plan.timeoutNanos() : LONGEST_NANOS;
        for (MirrorPlan mirror : plan.mirrors()) {
            ClusterRuntime cluster = mirror.choose(head, random, clusters);
            if (cluster != null) {
                copies.add(new Mirror(connection, stats, cluster, mirror.copy(head), timeout));
            }
        }
        return copies.isEmpty() ? null : new Mirrors(copies);
    }

    void begin(HttpStream stream) {
        for (Mirror copy : copies) {
            copy.begin(stream.isRequestEnded() && stream.requestBytes() == 0);
        }
    }

    void data(ByteBuf data, boolean end) {
        for (Mirror copy : copies) {
            copy.data(data, end);
        }
    }

    void trailers(HeaderBlock trailers) {
        for (Mirror copy : copies) {
            copy.trailers(trailers);
        }
    }

    void requestOver() {
        for (Mirror copy : copies) {
            copy.requestOver();
        }
    }
}
