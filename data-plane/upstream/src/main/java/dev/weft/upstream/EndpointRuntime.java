package dev.weft.upstream;

import dev.weft.balance.Endpoint;
import dev.weft.balance.HealthFlag;
import dev.weft.base.Address;
import dev.weft.base.IpLiteral;
import dev.weft.base.SpiffeId;
import dev.weft.http.HttpVersion;
import dev.weft.http.ResponseHead;
import dev.weft.xdsmodel.LbEndpoint;
import dev.weft.xdsmodel.LbPolicy;
import dev.weft.xdsmodel.LoadBalancing;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint of a cluster with its connection pools, one per loop. Lives as long as the endpoint stays in its cluster
 * with the same address, metadata and transport socket; weight and health may change.
 *
 * <p>Threads: pools are touched by their own loop only.
 */
public final class EndpointRuntime extends Endpoint {
    private static final String LABELS = "envoy.lb"; // Envoy's name for metadata about balancing

    private static final int HTTP1 = 0;
    private static final int HTTP2 = 1;
    private static final int TCP = 2;
    private static final int KINDS = 3;

    private final ClusterRuntime cluster;
    private final LbEndpoint config;
    private final InetSocketAddress socketAddress;
    private final Transport transport;
    private final @Nullable SpiffeId expectedIdentity;
    private final boolean multiplexed;
    private final String text; // each request's line in a log has it
    private final @Nullable HttpPool[] pools; // per loop one of each kind
    private volatile LbEndpoint.HealthStatus declared;
    private volatile boolean retired;
    private volatile long lastUsed = System.nanoTime(); // ORIGINAL_DST: when it was looked up last
    private volatile @Nullable Object telemetry;

    EndpointRuntime(
            ClusterRuntime cluster,
            LbEndpoint config,
            InetSocketAddress socketAddress,
            Transport transport,
            int loops) {
        super(new Address(IpLiteral.format(socketAddress.getAddress().getAddress()), socketAddress.getPort()));
        this.cluster = cluster;
        this.config = config;
        this.declared = config.healthStatus();
        this.socketAddress = socketAddress;
        this.transport = transport;
        String identity = config.metadata().string("weft", "identity");
        this.expectedIdentity = identity == null ? null : SpiffeId.parseOrNull(identity);
        this.text = address().toString();
        this.multiplexed = transport.isMesh() && config.metadata().isTrue("weft", "mux");
        this.pools = new HttpPool[loops * KINDS];
    }

    /** Envoy's: the metadata's {@code envoy.lb: {hash_key: …}}, else its hostname where the cluster says so, else its address. */
    @Override
    public String hashKey() {
        String key = config.metadata().string(LABELS, "hash_key");
        if (key != null && !key.isEmpty()) {
            return key;
        }
        boolean byName = switch (cluster.config().loadBalancing().policy()) {
            case LbPolicy.RingHash ring -> ring.useHostname();
            case LbPolicy.Maglev maglev -> maglev.useHostname();
            default -> false;
        };
        if (!byName) {
            return text;
        }
        return config.hostname().isEmpty() ? config.address().host() : config.hostname();
    }

    @Override
    public Map<String, @Nullable Object> labels() {
        return config.metadata().of(LABELS);
    }

    public ClusterRuntime cluster() {
        return cluster;
    }

    /** What the configuration says of this endpoint. */
    public LbEndpoint config() {
        return config;
    }

    public InetSocketAddress socketAddress() {
        return socketAddress;
    }

    Transport transport() {
        return transport;
    }

    /** Whether connections to it are encrypted. */
    public boolean isTls() {
        return transport.isTls();
    }

    /** Whether a proxy of the mesh is at the other end: TLS with the mesh's application protocols. */
    public boolean isMesh() {
        return transport.isMesh();
    }

    /** The identity its certificate must have besides what the cluster asks for; null = no more. */
    public @Nullable SpiffeId expectedIdentity() {
        return expectedIdentity;
    }

    /** Whether the proxy at its end takes any HTTP over connections that are shared ({@code weft-mux}). */
    boolean isMultiplexed() {
        return multiplexed;
    }

    /**
     * The pool on a loop for a request that came in that version; made at the first call. Only on that loop.
     */
    public HttpPool pool(UpstreamLoop loop, HttpVersion version) {
        boolean http2 = multiplexed || cluster.speaksHttp2(version);
        int index = loop.loop().index() * KINDS + (http2 ? HTTP2 : HTTP1);
        HttpPool pool = pools[index];
        if (pool == null) {
            pool = http2 ? new Http2Pool(this, loop) : new Http1Pool(this, loop);
            pools[index] = pool;
        }
        return pool;
    }

    /**
     * The pool on a loop for a CONNECT that ends here: its connections are raw TCP. Made at the first call. Only on that
     * loop.
     */
    public HttpPool tcpPool(UpstreamLoop loop) {
        int index = loop.loop().index() * KINDS + TCP;
        HttpPool pool = pools[index];
        if (pool == null) {
            pool = new TcpPool(this, loop);
            pools[index] = pool;
        }
        return pool;
    }

    /** Closes what is idle on a loop; the rest closes as its exchanges end. Only on that loop. */
    void drain(int loop) {
        for (int kind = 0; kind < KINDS; kind++) {
            HttpPool pool = pools[loop * KINDS + kind];
            if (pool != null) {
                pool.drain();
            }
        }
    }

    /** What the configuration says of its health now. */
    void declared(LbEndpoint.HealthStatus status) {
        declared = status;
    }

    /** Its state as xDS names it: what the configuration says, but for what was found worse here. */
    LbEndpoint.HealthStatus status() {
        LbEndpoint.HealthStatus said = declared;
        boolean usable = LoadBalancing.USABLE.contains(said);
        return switch (health()) {
            case UNHEALTHY -> usable ? LbEndpoint.HealthStatus.UNHEALTHY : said;
            case DEGRADED -> usable ? LbEndpoint.HealthStatus.DEGRADED : said;
            case HEALTHY -> said;
        };
    }

    /** Whether the endpoint left its cluster: connections in use end after their exchange. */
    public boolean isRetired() {
        return retired;
    }

    /** Whether active checks say if it is used. */
    public boolean isChecked() {
        return cluster.isChecked() && !config.healthCheck().disabled();
    }

    /**
     * It has answered a request. Where that says that the endpoint is to be left out
     * ({@code x-envoy-immediate-health-check-fail}), it is, a little later, until it passes a check again. Any loop.
     */
    public void answered(ResponseHead head) {
        if (isChecked()
                && head.headers().find(CheckAnswer.IMMEDIATE_FAIL, 0) >= 0
                && !has(HealthFlag.EXCLUDED_VIA_IMMEDIATE_HC_FAIL)) {
            flag(HealthFlag.EXCLUDED_VIA_IMMEDIATE_HC_FAIL, true);
            cluster.leaveOut(this);
        }
    }

    void retire() {
        retired = true;
    }

    void used() {
        lastUsed = System.nanoTime();
    }

    long lastUsed() {
        return lastUsed;
    }

    /** What the owner of metrics keeps here, so that a request needs no look-up; null until set. */
    public @Nullable Object telemetry() {
        return telemetry;
    }

    public void telemetry(Object value) {
        telemetry = value;
    }

    @Override
    public String toString() {
        return text;
    }
}
