package dev.weft.upstream;

import dev.weft.balance.HealthCheckState;
import dev.weft.balance.HealthCheckState.Change;
import dev.weft.balance.HealthCheckState.Result;
import dev.weft.balance.HealthFlag;
import dev.weft.base.Address;
import dev.weft.base.Log;
import dev.weft.net.Loop;
import dev.weft.stats.StatsRegistry;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.HealthCheck;
import dev.weft.xdsmodel.LbEndpoint;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks the application beside us, in plain text and for as long as we run. Until it passes for the first time it is asked
 * every {@value #STARTING_MILLIS} ms, because an instance that could serve and is not known is wasted; then as often as the
 * check says.
 *
 * <p>Threads: confined to the loop it is given, which may be any.
 */
public final class LocalCheck implements EndpointCheck.Owner {
    private static final long STARTING_MILLIS = 50;

    /** Hears of each change. */
    public interface Listener {
        /** The first call says that it passes; from then on each call says the opposite of the one before. */
        void changed(boolean passes, String reason);
    }

    private final UpstreamLoop loop;
    private final Destination destination;
    private final HealthCheck check;
    private final Listener listener;
    private @Nullable EndpointCheck running;
    private boolean passes;
    private boolean stopped;

    /** @param source where connections come from; null = the kernel's choice */
    public LocalCheck(
            Loop loop,
            InetSocketAddress address,
            @Nullable InetSocketAddress source,
            HealthCheck check,
            Log log,
            Listener listener) {
        this.loop = new UpstreamLoop(loop, 1);
        this.check = check;
        this.listener = listener;
        String host = address.getAddress().getHostAddress();
        Cluster cluster = Cluster.ofStatic(host + ":" + address.getPort(), LbEndpoint.of(host, address.getPort()))
                .withConnectTimeout(check.timeout());
        if (source != null) {
            cluster = cluster.withUpstreamBindAddresses(
                    List.of(new Address(source.getAddress().getHostAddress(), source.getPort())));
        }
        // A cluster that nobody else knows: its endpoint is what connections are made to.
        ClusterRuntime runtime = new ClusterRuntime(
                cluster,
                List.of(loop),
                Transport.Plain::new,
                new StatsRegistry(loop.cell() + 1),
                Whereabouts.UNKNOWN,
                new HealthChecks(log));
        runtime.endpoints(Members.literals(cluster.loadAssignment()));
        EndpointRuntime endpoint = runtime.hosts().all().getFirst();
        HealthCheckState.await(endpoint, true);
        this.destination = new Destination(this.loop, endpoint, address, endpoint.transport());
    }

    /** Begins to ask. */
    public void start() {
        HealthCheck often = new HealthCheck(
                check.kind(),
                check.timeout(),
                HealthCheck.Intervals.every(Duration.ofMillis(STARTING_MILLIS)),
                check.unhealthyThreshold(),
                check.healthyThreshold(),
                false,
                null);
        EndpointCheck first = new EndpointCheck(this, new ClusterRuntime.Checked(destination, often), null);
        running = first;
        first.start();
    }

    /** Asks no more. */
    public void stop() {
        stopped = true;
        if (running != null) {
            running.close();
        }
    }

    @Override
    public UpstreamLoop loop() {
        return loop;
    }

    @Override
    public String name() {
        return destination.endpoint().cluster().name();
    }

    @Override
    public boolean isUsed() {
        return true;
    }

    @Override
    public void due(EndpointCheck one) {
        loop.loop().netty().execute(() -> {
            if (!one.isClosed()) {
                one.begin();
            }
        });
    }

    @Override
    public void begun() {}

    @Override
    public void found(EndpointCheck one, Result result, Change change, String reason, boolean wasChecked) {
        boolean now = !destination.endpoint().has(HealthFlag.FAILED_ACTIVE_HC);
        if (now == passes || stopped) {
            return;
        }
        passes = now;
        if (!one.is(regular())) {
            one.close();
            EndpointCheck next = new EndpointCheck(this, regular(), one);
            running = next;
            next.resume();
        }
        listener.changed(now, reason);
    }

    private ClusterRuntime.Checked regular() {
        return new ClusterRuntime.Checked(destination, check);
    }

    @Override
    public void over() {}
}
