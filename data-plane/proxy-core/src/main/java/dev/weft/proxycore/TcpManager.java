package dev.weft.proxycore;

import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.Clusters;
import dev.weft.xdsmodel.ClusterSpecifier;
import dev.weft.xdsmodel.TcpProxy;
import io.netty.channel.Channel;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A TCP proxy filter at work: chooses the cluster of each connection. Shared by all loops. */
final class TcpManager implements NetworkFilterRuntime {
    private final TcpProxy config;
    private final Clusters clusters;
    private final Telemetry telemetry;
    private final @Nullable AccessLogger log;

    TcpManager(TcpProxy config, Parts parts) {
        this.config = config;
        this.clusters = parts.clusters();
        this.telemetry = parts.telemetry();
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
        TcpSession session = new TcpSession(
                this, worker, chain, channel, info, cluster(worker.loop().random()));
        worker.opened(session);
        session.begin();
    }

    private @Nullable ClusterRuntime cluster(RandomGenerator random) {
        return switch (config.cluster()) {
            case ClusterSpecifier.Single single -> clusters.find(single.cluster());
            case ClusterSpecifier.Weighted weighted -> clusters.find(draw(weighted, random));
            case ClusterSpecifier.FromHeader header -> null; // has no meaning without a request
        };
    }

    private static String draw(ClusterSpecifier.Weighted weighted, RandomGenerator random) {
        long ticket = random.nextLong(Math.max(1, weighted.totalWeight()));
        List<ClusterSpecifier.ClusterWeight> shares = weighted.clusters();
        for (ClusterSpecifier.ClusterWeight share : shares) {
            ticket -= share.weight();
            if (ticket < 0) {
                return share.name();
            }
        }
        return shares.get(shares.size() - 1).name();
    }
}
