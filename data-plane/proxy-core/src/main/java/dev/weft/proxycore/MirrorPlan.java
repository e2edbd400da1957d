package dev.weft.proxycore;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.Clusters;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteMatch;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One of a route's mirror policies: which requests are copied, to where and under which host. Shared by all loops. */
final class MirrorPlan {
    private static final byte[] SUFFIX = Ascii.bytes("-shadow");

    private final RouteAction.Mirror config;
    private final byte[] header;
    private volatile @Nullable ClusterRuntime cluster; // replaced by the control thread

    MirrorPlan(RouteAction.Mirror config) {
        this.config = config;
        this.header = Ascii.bytes(config.clusterHeader());
    }

    /** Looks the cluster up anew. */
    void resolve(Clusters all) {
        cluster = config.cluster().isEmpty() ? null : all.find(config.cluster());
    }

    /** Where a copy of this request goes; null = nowhere, for chance or because there is no such cluster. */
    @Nullable
    ClusterRuntime choose(RequestHead head, RandomGenerator random, Clusters all) {
        RouteMatch.Fraction share = config.share();
        if (share != null && random.nextInt(share.denominator()) >= share.numerator()) {
            return null;
        }
        if (!config.cluster().isEmpty()) {
            return cluster;
        }
        HeaderBlock fields = head.headers();
        int i = fields.find(header, 0);
        return i < 0 || fields.valueStart(i) == fields.valueEnd(i) ? null : all.find(fields.value(i));
    }

    /** The head as the mirror gets it: a copy, and Envoy's {@code -shadow} behind the name of the host. */
    RequestHead copy(RequestHead head) {
        RequestHead copy = head.copy();
        int start = head.authorityStart();
        int end = head.authorityEnd();
        if (!config.keepsHost() && start < end) {
            byte[] bytes = head.bytes();
            int port = portStart(bytes, start, end);
            byte[] host = new byte[end - start + SUFFIX.length];
            System.arraycopy(bytes, start, host, 0, port - start);
            System.arraycopy(SUFFIX, 0, host, port - start, SUFFIX.length);
            System.arraycopy(bytes, port, host, port - start + SUFFIX.length, end - port);
            copy.authority(host, 0, host.length);
        }
        return copy;
    }

    /** Where the colon before the port is, or the end. */
    private static int portStart(byte[] bytes, int start, int end) {
        for (int i = end - 1; i >= start && bytes[i] != ']'; i--) {
            if (bytes[i] == ':') {
                return i;
            }
        }
        return end;
    }
}
