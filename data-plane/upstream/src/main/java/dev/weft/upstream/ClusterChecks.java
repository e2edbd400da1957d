package dev.weft.upstream;

import dev.weft.balance.HealthCheckState;
import dev.weft.balance.HealthCheckState.Change;
import dev.weft.balance.HealthCheckState.Result;
import dev.weft.base.Log;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The checks of one cluster's endpoints. Follows its endpoints and configuration; endpoints that stay keep what is known of
 * them. What changes takes effect for the balancer within {@value #MERGE_MILLIS} ms: a cluster that comes up makes a few
 * host sets, not one for each endpoint.
 *
 * <p>Threads: confined to the loop of the checks, but for {@link #first}.
 */
final class ClusterChecks implements EndpointCheck.Owner {
    private static final long MERGE_MILLIS = 20;

    private final ClusterRuntime cluster;
    private final HealthChecks all;
    private final UpstreamLoop loop;
    private final Log log;
    private final CountDownLatch first = new CountDownLatch(1);
    private final Map<EndpointRuntime, EndpointCheck> checks = new IdentityHashMap<>();
    private boolean publishing;
    private boolean closed;

    ClusterChecks(ClusterRuntime cluster, HealthChecks all, UpstreamLoop loop, Log log) {
        this.cluster = cluster;
        this.all = all;
        this.loop = loop;
        this.log = log;
    }

    /** Reaches zero when all endpoints have been checked once, or there is nothing to check. */
    CountDownLatch first() {
        return first;
    }

    @Override
    public UpstreamLoop loop() {
        return loop;
    }

    @Override
    public String name() {
        return cluster.name();
    }

    @Override
    public boolean isUsed() {
        return cluster.stats().connections.value() > 0;
    }

    /** Looks what is to be checked now. */
    void refresh() {
        if (closed) {
            return;
        }
        List<ClusterRuntime.Checked> wanted = cluster.checked(loop);
        Map<EndpointRuntime, EndpointCheck> before = new IdentityHashMap<>(checks);
        checks.clear();
        for (ClusterRuntime.Checked one : wanted) {
            EndpointRuntime endpoint = one.destination().endpoint();
            EndpointCheck known = before.remove(endpoint);
            if (known != null && known.is(one)) {
                checks.put(endpoint, known);
            } else {
                EndpointCheck fresh = new EndpointCheck(this, one, known);
                checks.put(endpoint, fresh);
                if (known != null) {
                    known.close();
                }
                fresh.start();
            }
        }
        before.values().forEach(EndpointCheck::close);
        lookIfAllChecked();
    }

    void close() {
        closed = true;
        checks.values().forEach(EndpointCheck::close);
        checks.clear();
        first.countDown();
    }

    private void lookIfAllChecked() {
        if (first.getCount() > 0 && checks.values().stream().allMatch(EndpointCheck::isChecked)) {
            publish(); // before anybody who waits looks for an endpoint
            first.countDown();
        }
    }

    @Override
    public void due(EndpointCheck check) {
        all.due(check);
    }

    @Override
    public void begun() {
        cluster.healthStats().attempt.increment();
    }

    @Override
    public void over() {
        all.over();
    }

    @Override
    public void found(EndpointCheck check, Result result, Change change, String reason, boolean wasChecked) {
        HealthStats stats = cluster.healthStats();
        if (result.isPassed()) {
            stats.success.increment();
        } else {
            stats.failure.increment();
            if (result.isNetwork()) {
                stats.networkFailure.increment();
            }
        }
        if (change == Change.CHANGED) {
            if (wasChecked || !result.isPassed()) {
                tell(check, result, reason);
            }
            publishSoon();
        } else if (!wasChecked && !result.isPassed()) {
            tell(check, result, reason);
        }
        lookIfAllChecked();
    }

    private void tell(EndpointCheck check, Result result, String reason) {
        String who = "cluster " + cluster.name() + ": endpoint " + check.endpoint();
        switch (result) {
            case PASSED -> log.info(who + " passes its health checks: " + reason);
            case DEGRADED -> log.warn(who + " asks to be spared (degraded): " + reason);
            default -> log.warn(who + " does not pass its health checks: " + reason);
        }
    }

    /** The endpoint has said in an answer to a request that it is to be left out. */
    void leaveOut(EndpointRuntime endpoint) {
        EndpointCheck check = checks.get(endpoint);
        if (check != null) {
            cluster.healthStats().failure.increment();
            cluster.healthStats().passiveFailure.increment();
            boolean wasPassing = check.isPassing();
            Change change = check.state().result(HealthCheckState.Result.REFUSED);
            if (wasPassing) {
                tell(check, Result.REFUSED, "it says so in an answer");
            }
            if (change == Change.CHANGED || wasPassing) {
                publishSoon();
            }
        }
    }

    private void publishSoon() {
        if (!publishing) {
            publishing = true;
            loop.loop().netty().schedule(this::publish, MERGE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void publish() {
        publishing = false;
        if (!closed && cluster.healthChanged()) {
            refresh(); // an endpoint that was only kept for as long as it passes is gone
        }
    }
}
