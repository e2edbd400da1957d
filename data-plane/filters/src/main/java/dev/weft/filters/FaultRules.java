package dev.weft.filters;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import dev.weft.http.StreamContext;
import dev.weft.route.HeaderCheck;
import dev.weft.xdsmodel.Fault;
import dev.weft.xdsmodel.RouteMatch.Fraction;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Which requests get which fault: the configuration, the request's own headers and chance. Immutable; allocates nothing. */
final class FaultRules {
    /** No status was chosen. */
    static final int NONE = -1;

    private static final byte[] DELAY = Ascii.bytes("x-envoy-fault-delay-request");
    private static final byte[] DELAY_SHARE = Ascii.bytes("x-envoy-fault-delay-request-percentage");
    private static final byte[] ABORT = Ascii.bytes("x-envoy-fault-abort-request");
    private static final byte[] ABORT_GRPC = Ascii.bytes("x-envoy-fault-abort-grpc-request");
    private static final byte[] ABORT_SHARE = Ascii.bytes("x-envoy-fault-abort-request-percentage");
    private static final byte[] NODE = Ascii.bytes("x-envoy-downstream-service-node");

    private final Fault config;
    private final HeaderCheck[] headers;
    private final byte[][] nodes;

    /** {@link IllegalArgumentException} when a regular expression is broken. */
    FaultRules(Fault config) {
        this.config = config;
        this.headers = headers(config);
        this.nodes = config.downstreamNodes().stream().map(Ascii::bytes).toArray(byte[][]::new);
    }

    static void check(Fault config) {
        headers(config);
    }

    private static HeaderCheck[] headers(Fault config) {
        return config.headers().stream().map(HeaderCheck::new).toArray(HeaderCheck[]::new);
    }

    long maxActive() {
        return config.maxActiveFaults();
    }

    /** Whether the request is one that faults are meant for at all. */
    boolean concern(RequestHead head, @Nullable String cluster) {
        if (!config.upstreamCluster().isEmpty() && !config.upstreamCluster().equals(cluster)) {
            return false;
        }
        if (nodes.length > 0 && !isFromNode(head.headers())) {
            return false;
        }
        for (HeaderCheck check : headers) {
            if (!check.matches(head)) {
                return false;
            }
        }
        return true;
    }

    private boolean isFromNode(HeaderBlock fields) {
        int i = fields.find(NODE, 0);
        if (i >= 0) {
            for (byte[] node : nodes) {
                if (Ascii.equals(node, fields.bytes(), fields.valueStart(i), fields.valueEnd(i))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** How long this request is held up, in nanoseconds; 0 = not. */
    long delayNanos(HeaderBlock fields, StreamContext context) {
        Fault.Delay delay = config.delay();
        if (delay == null || !isChosen(delay.share(), fields, DELAY_SHARE, context)) {
            return 0;
        }
        if (delay.fixed() != null) {
            return delay.fixed().toNanos();
        }
        long millis = number(fields, DELAY);
        return millis <= 0 ? 0 : TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Whether this request gets an error; which one say {@link #httpStatus} and {@link #grpcStatus}. */
    boolean aborts(HeaderBlock fields, StreamContext context) {
        Fault.Abort abort = config.abort();
        return abort != null && isChosen(abort.share(), fields, ABORT_SHARE, context);
    }

    /** 200 to 599, or {@link #NONE}. */
    int httpStatus(HeaderBlock fields) {
        Fault.Abort abort = config.abort();
        if (abort == null || !abort.byHeader()) {
            return abort == null || abort.httpStatus() == 0 ? NONE : abort.httpStatus();
        }
        long said = number(fields, ABORT);
        return said >= 200 && said < 600 ? (int) said : NONE;
    }

    /** A status of gRPC, or {@link #NONE}; asked where there is none of HTTP. */
    int grpcStatus(HeaderBlock fields) {
        Fault.Abort abort = config.abort();
        if (abort == null || !abort.byHeader()) {
            return abort == null ? NONE : abort.grpcStatus();
        }
        long said = number(fields, ABORT_GRPC);
        return said <= Integer.MAX_VALUE ? (int) said : NONE;
    }

    /** A request may lower its share, never raise it. */
    private static boolean isChosen(Fraction share, HeaderBlock fields, byte[] header, StreamContext context) {
        long said = number(fields, header);
        long numerator = said < 0 ? share.numerator() : Math.min(said, share.numerator());
        return numerator > 0 && context.random().nextInt(share.denominator()) < numerator;
    }

    /** The decimal number in the first field of that name, or -1. */
    private static long number(HeaderBlock fields, byte[] name) {
        int i = fields.find(name, 0);
        return i < 0 ? -1 : Ascii.parseDecimal(fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
    }
}
