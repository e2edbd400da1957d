package dev.weft.filters;

import dev.weft.base.Address;
import dev.weft.base.ProtoReader;
import dev.weft.base.ProtoWriter;
import dev.weft.http.Ascii;
import dev.weft.http.Cookies;
import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.http.SetCookie;
import dev.weft.xdsmodel.StatefulSession;
import java.time.InstantSource;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A session in a cookie: Envoy's protobuf of address and end, in Base64. The end is by the clock of the day, so that all
 * proxies of a service agree on it; Envoy takes its machine's uptime.
 */
final class CookieSession implements SessionState {
    private static final int ADDRESS = 1;
    private static final int EXPIRES = 2; // seconds; 0 = never

    private final byte[] name;
    private final byte[] path;
    private final long ttlSeconds;
    private final SetCookie set;
    private final InstantSource clock;

    CookieSession(StatefulSession.State.Cookie state, InstantSource clock) {
        name = Ascii.bytes(state.name());
        path = Ascii.bytes(state.path().equals("/") ? "" : state.path()); // everywhere, also for "OPTIONS *"
        ttlSeconds = state.ttl().toSeconds();
        set = new SetCookie(state.name(), ttlSeconds, state.path());
        this.clock = clock;
    }

    /** Those to which a browser would send the cookie (RFC 6265 §5.1.4). */
    @Override
    public boolean covers(RequestHead head) {
        if (path.length == 0) {
            return true;
        }
        byte[] bytes = head.bytes();
        int rest = head.targetStart() + path.length;
        if (rest > head.targetEnd() || !Ascii.equals(path, bytes, head.targetStart(), rest)) {
            return false;
        }
        return path[path.length - 1] == '/'
                || rest == head.targetEnd()
                || bytes[rest] == '/'
                || bytes[rest] == '?'
                || bytes[rest] == '#';
    }

    @Override
    public @Nullable String read(HeaderBlock request) {
        long span = Cookies.find(request, name);
        if (span == Cookies.NONE) {
            return null;
        }
        byte[] message = SessionState.decode(request.bytes(), Cookies.start(span), Cookies.end(span));
        String address = "";
        long expires = 0;
        try {
            for (ProtoReader reader = new ProtoReader(message); reader.next(); ) {
                if (reader.field() == ADDRESS) {
                    address = reader.string();
                } else if (reader.field() == EXPIRES) {
                    expires = reader.number();
                }
            }
        } catch (ProtoReader.ProtoException e) {
            address = Ascii.text(message, 0, message.length); // as proxies of old wrote it, which Envoy still takes
        }
        return address.isEmpty() || expires != 0 && expires < now() ? null : address;
    }

    @Override
    public void write(HeaderBlock response, Address endpoint) {
        ProtoWriter message = new ProtoWriter()
                .string(ADDRESS, endpoint.toString())
                .varint(EXPIRES, ttlSeconds == 0 ? 0 : now() + ttlSeconds);
        response.add(
                KnownHeader.SET_COOKIE.lowerName(),
                set.field(Base64.getEncoder().encodeToString(message.toBytes())));
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }
}
