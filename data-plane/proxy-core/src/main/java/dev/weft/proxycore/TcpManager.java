package dev.weft.proxycore;

import dev.weft.balance.SubsetKey;
import dev.weft.upstream.Clusters;
import dev.weft.xdsmodel.ClusterSpecifier;
import dev.weft.xdsmodel.TcpProxy;
import io.netty.channel.Channel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A TCP proxy filter at work: chooses the cluster of each connection. Shared by all loops. */
final class TcpManager implements NetworkFilterRuntime {
    private final TcpProxy config;
    private final Clusters clusters;
    private final Telemetry telemetry;
    private final @Nullable AccessLogger log;
    private final List<Target> targets;
    private final long totalWeight;

    /** Where a connection may go. */
    private record Target(
            String cluster, long weight, @Nullable SubsetKey subset) {}

    TcpManager(TcpProxy config, Parts parts) {
        this.config = config;
        this.clusters = parts.clusters();
        this.telemetry = parts.telemetry();
        this.targets = targets(config);
        this.totalWeight = targets.stream().mapToLong(Target::weight).sum();
        this.log = AccessLogger.of(config.accessLogs(), parts.logs());
    }

    TcpProxy config() {
        return config;
    }

    Telemetry telemetry() {
        return telemetry;
    }

    void over(TcpSession session, Worker worker) {
        if (log != null) {
            log.log(new TcpLogSource(session), worker);
        }
    }

    @Override
    public void serve(Worker worker, ChainRuntime chain, Channel channel, ConnectionInfo info) {
        Target target = draw(worker.loop().random());
        TcpSession session =
                new TcpSession(this, worker, chain, channel, info, clusters.find(target.cluster()), target.subset());
        worker.opened(session);
        session.begin();
    }

    private Target draw(RandomGenerator random) {
        long ticket = totalWeight == 0 ? 0 : random.nextLong(totalWeight);
        for (Target target : targets) {
            ticket -= target.weight();
            if (ticket < 0) {
                return target;
            }
        }
        return targets.getLast();
    }

    private static List<Target> targets(TcpProxy config) {
        Map<String, @Nullable Object> labels = config.metadataMatch().of(RoutePlan.BALANCING);
        return switch (config.cluster()) {
            case ClusterSpecifier.Single single -> List.of(new Target(single.cluster(), 1, RoutePlan.subset(labels)));
            case ClusterSpecifier.Weighted weighted ->
                weighted.clusters().stream().map(share -> target(share, labels)).toList();
            case ClusterSpecifier.FromHeader header ->
                List.of(new Target("", 1, null)); // means nothing without a request
        };
    }

    /** A share's labels stand above the filter's. */
    private static Target target(ClusterSpecifier.ClusterWeight share, Map<String, @Nullable Object> labels) {
        Map<String, @Nullable Object> merged = new HashMap<>(labels);
        merged.putAll(share.metadataMatch().of(RoutePlan.BALANCING));
        return new Target(share.name(), share.weight(), RoutePlan.subset(merged));
    }
}
