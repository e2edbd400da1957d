package dev.weft.filters;

import dev.weft.http.Ascii;
import dev.weft.http.FilterStatus;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpFilter;
import dev.weft.http.HttpMethod;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Lets pages of other origins in (Fetch §3.2, {@code envoy.extensions.filters.http.cors.v3}): answers preflights and marks
 * responses. A stream keeps the origin it was asked from, if that is allowed.
 */
final class CorsFilter implements HttpFilter {
    private static final byte[] ORIGIN = Ascii.bytes("origin");
    private static final byte[] REQUEST_METHOD = Ascii.bytes("access-control-request-method");
    private static final byte[] REQUEST_HEADERS = Ascii.bytes("access-control-request-headers");
    private static final byte[] REQUEST_PRIVATE_NETWORK = Ascii.bytes("access-control-request-private-network");
    private static final byte[] ALLOW_ORIGIN = Ascii.bytes("access-control-allow-origin");
    private static final byte[] ALLOW_CREDENTIALS = Ascii.bytes("access-control-allow-credentials");
    private static final byte[] ALLOW_METHODS = Ascii.bytes("access-control-allow-methods");
    private static final byte[] ALLOW_HEADERS = Ascii.bytes("access-control-allow-headers");
    private static final byte[] ALLOW_PRIVATE_NETWORK = Ascii.bytes("access-control-allow-private-network");
    private static final byte[] MAX_AGE = Ascii.bytes("access-control-max-age");
    private static final byte[] EXPOSE_HEADERS = Ascii.bytes("access-control-expose-headers");
    private static final byte[] TRUE = Ascii.bytes("true");
    private static final byte[] ANY = Ascii.bytes("*");

    private final CorsPolicy policy;
    private final CorsStats stats;
    private final int slot;

    CorsFilter(CorsPolicy policy, CorsStats stats, int slot) {
        this.policy = policy;
        this.stats = stats;
        this.slot = slot;
    }

    @Override
    public int phases() {
        return REQUEST_HEAD | RESPONSE_HEAD;
    }

    @Override
    public boolean keepsState() {
        return true;
    }

    @Override
    public FilterStatus onRequestHead(HttpStream stream, RequestHead head, boolean end) {
        HeaderBlock fields = head.headers();
        int origin = fields.find(ORIGIN, 0);
        boolean asked = origin >= 0 && fields.valueStart(origin) < fields.valueEnd(origin);
        if (!asked || stream.context().cluster() == null) { // our own answers are nobody's secret (as Envoy)
            return FilterStatus.CONTINUE;
        }
        RandomGenerator random = stream.context().random();
        boolean enabled = policy.isEnabled(random);
        if (!enabled && !policy.isShadowed(random)) {
            return FilterStatus.CONTINUE;
        }
        boolean allowed = policy.allows(fields.bytes(), fields.valueStart(origin), fields.valueEnd(origin));
        (allowed ? stats.valid : stats.invalid).increment(stream.context().cell());
        if (!enabled) {
            return FilterStatus.CONTINUE;
        }
        if (allowed) {
            stream.slot(slot, value(fields, ORIGIN));
        }
        byte[] method = head.method() == HttpMethod.OPTIONS ? value(fields, REQUEST_METHOD) : null;
        if (method == null || method.length == 0 || !allowed && policy.forwardsOthers) {
            return FilterStatus.CONTINUE;
        }
        stream.context().reply(200, answer -> allow(answer, fields, method), "cors_response");
        return FilterStatus.REPLIED;
    }

    /** What a preflight is told; {@link #onResponseHead} adds the rest, as to any response. */
    private void allow(HeaderBlock answer, HeaderBlock asked, byte[] method) {
        if (policy.credentials) {
            answer.add(ALLOW_CREDENTIALS, TRUE);
        }
        add(answer, ALLOW_METHODS, policy.methods, method);
        add(answer, ALLOW_HEADERS, policy.headers, value(asked, REQUEST_HEADERS));
        if (policy.maxAge.length > 0) {
            answer.add(MAX_AGE, policy.maxAge);
        }
        if (policy.privateNetwork && Arrays.equals(TRUE, value(asked, REQUEST_PRIVATE_NETWORK))) {
            answer.add(ALLOW_PRIVATE_NETWORK, TRUE);
        }
    }

    private static void add(HeaderBlock answer, byte[] name, byte[] allowed, byte @Nullable [] asked) {
        if (Arrays.equals(ANY, allowed)) {
            answer.add(name, asked == null ? new byte[0] : asked);
        } else if (allowed.length > 0) {
            answer.add(name, allowed);
        }
    }

    @Override
    public void onResponseHead(HttpStream stream, ResponseHead head, boolean end) {
        if (stream.slot(slot) instanceof byte[] origin && !head.isInformational()) {
            HeaderBlock fields = head.headers();
            set(fields, ALLOW_ORIGIN, origin);
            if (policy.credentials) {
                set(fields, ALLOW_CREDENTIALS, TRUE);
            }
            if (policy.exposed.length > 0) {
                set(fields, EXPOSE_HEADERS, policy.exposed);
            }
        }
    }

    /** The endpoint's own word does not count. */
    private static void set(HeaderBlock fields, byte[] name, byte[] value) {
        for (int i = fields.find(name, 0); i >= 0; i = fields.find(name, i + 1)) {
            fields.removeAt(i);
        }
        fields.add(name, value);
    }

    /** The first field of that name; null when there is none. */
    private static byte @Nullable [] value(HeaderBlock fields, byte[] name) {
        int i = fields.find(name, 0);
        return i < 0 ? null : Arrays.copyOfRange(fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
    }
}
