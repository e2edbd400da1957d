package dev.weft.upstream;

import dev.weft.balance.HealthCheckPolicy;
import dev.weft.balance.HealthCheckState;
import dev.weft.balance.HealthCheckState.Change;
import dev.weft.balance.HealthCheckState.Result;
import dev.weft.balance.HealthFlag;
import dev.weft.net.TimerWheel;
import dev.weft.xdsmodel.HealthCheck;
import org.jspecify.annotations.Nullable;

/**
 * The checks of one endpoint, one after the other. States: (resting, its timer is the next check → in the queue → asking,
 * its timer is the time-out →) again → closed.
 */
final class EndpointCheck extends TimerWheel.Timer implements Probe.Listener {
    /** Who wants it checked. */
    interface Owner {
        UpstreamLoop loop();

        /** Authority of the check where nothing else names one. */
        String name();

        /** Whether a connection was ever made for something else than a check. */
        boolean isUsed();

        /** It is to be asked: calls {@link EndpointCheck#begin} when it may, never from within this call. */
        void due(EndpointCheck check);

        /** It is being asked. */
        void begun();

        /** {@code wasChecked} says whether there had been a result before this one. */
        void found(EndpointCheck check, Result result, Change change, String reason, boolean wasChecked);

        /** What was begun has ended; called once for each {@link EndpointCheck#begin}. */
        void over();
    }

    private final Owner owner;
    private final ClusterRuntime.Checked checked;
    private final HealthCheckPolicy policy;
    private final HealthCheckState state;
    private final Probe probe;
    private boolean asking;
    private boolean closed;

    /** @param before the check of the same endpoint under an earlier configuration */
    EndpointCheck(Owner owner, ClusterRuntime.Checked checked, @Nullable EndpointCheck before) {
        HealthCheck config = checked.config();
        this.owner = owner;
        this.checked = checked;
        this.policy = policy(config);
        this.state =
                before == null ? new HealthCheckState(endpoint(), policy) : new HealthCheckState(before.state, policy);
        this.probe = probe(checked, owner.name());
    }

    private static HealthCheckPolicy policy(HealthCheck config) {
        HealthCheck.Intervals intervals = config.intervals();
        return new HealthCheckPolicy(
                config.unhealthyThreshold(),
                config.healthyThreshold(),
                intervals.interval().toNanos(),
                intervals.healthyEdge().toNanos(),
                intervals.unhealthy().toNanos(),
                intervals.unhealthyEdge().toNanos(),
                intervals.noTraffic().toNanos(),
                intervals.noTrafficHealthy().toNanos(),
                intervals.initialJitter().toNanos(),
                intervals.jitter().toNanos(),
                intervals.jitterPercent());
    }

    private static Probe probe(ClusterRuntime.Checked checked, String name) {
        Destination to = checked.destination();
        boolean reuse = checked.config().reuseConnection();
        return switch (checked.config().kind()) {
            case HealthCheck.Tcp tcp -> new TcpProbe(to, tcp, reuse);
            case HealthCheck.Http http ->
                new HttpProbe(to, http, CheckRequest.of(http, to.endpoint().config(), name), reuse);
            case HealthCheck.Grpc grpc ->
                new HttpProbe(to, grpc, CheckRequest.of(grpc, to.endpoint().config(), name), reuse);
        };
    }

    EndpointRuntime endpoint() {
        return checked.destination().endpoint();
    }

    HealthCheckState state() {
        return state;
    }

    boolean is(ClusterRuntime.Checked other) {
        return checked.equals(other);
    }

    boolean isChecked() {
        return state.isChecked();
    }

    boolean isPassing() {
        return !endpoint().has(HealthFlag.FAILED_ACTIVE_HC);
    }

    boolean isClosed() {
        return closed;
    }

    void start() {
        long wait = policy.first(owner.loop().loop().random());
        if (wait == 0) {
            owner.due(this);
        } else {
            owner.loop().timers().set(this, wait);
        }
    }

    /** Begins as if a check had just passed. */
    void resume() {
        owner.loop()
                .timers()
                .set(
                        this,
                        policy.interval(
                                HealthCheckPolicy.Next.HEALTHY,
                                owner.isUsed(),
                                owner.loop().loop().random()));
    }

    /** Its turn has come. */
    void begin() {
        asking = true;
        owner.begun();
        owner.loop().timers().set(this, checked.config().timeout().toNanos());
        probe.ask(this);
    }

    @Override
    protected void expired() {
        if (asking) {
            probe.cancel();
            found(
                    Result.TIMEOUT,
                    "no answer within " + checked.config().timeout().toMillis() + " ms");
        } else {
            owner.due(this);
        }
    }

    @Override
    public void found(Result result, String reason) {
        if (closed) {
            return;
        }
        asking = false;
        boolean wasChecked = state.isChecked();
        Change change = state.result(result);
        owner.loop()
                .timers()
                .set(
                        this,
                        policy.interval(
                                state.next(result, change),
                                owner.isUsed(),
                                owner.loop().loop().random()));
        owner.found(this, result, change, reason, wasChecked);
        owner.over();
    }

    void close() {
        if (closed) {
            return;
        }
        closed = true;
        discard();
        probe.cancel();
        if (asking) {
            owner.over();
        }
    }
}
