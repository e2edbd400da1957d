package dev.weft.sources;

import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.SessionPersistence;
import dev.weft.meshmodel.SessionPersistence.Type;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code sessionPersistence} of a rule (GEP-1619). */
final class SessionReader {
    private static final Map<String, Type> TYPES = Map.of("Cookie", Type.COOKIE, "Header", Type.HEADER);
    private static final Map<String, Boolean> LIFETIMES = Map.of("Permanent", true, "Session", false);
    private static final int LONGEST_NAME = 128; // Gateway API's limit

    private SessionReader() {}

    /** @param rule its name, or its index: a session that has no name gets one of its rule's own */
    static @Nullable SessionPersistence read(ResourceKey route, String rule, @Nullable FieldReader item) {
        if (item == null) {
            return null;
        }
        Type type = Objects.requireNonNullElse(item.choice("type", TYPES), Type.COOKIE);
        String name = Objects.requireNonNullElse(
                item.string("sessionName"), "weft-session-" + route.namespace() + "-" + route.name() + "-" + rule);
        if (type == Type.COOKIE) {
            HttpFields.checkName(item.findings(), item.at("sessionName"), name);
        } else {
            HttpFields.checkEditedName(item.findings(), item.at("sessionName"), name);
        }
        if (item.has("sessionName") && name.length() > LONGEST_NAME) {
            item.findings()
                    .error("bad-value", item.at("sessionName"), "is longer than " + LONGEST_NAME + " characters", "");
        }
        item.unused("idleTimeout"); // no proxy knows when a cookie was seen last
        return new SessionPersistence(type, name, lifetime(item, type));
    }

    private static Duration lifetime(FieldReader item, Type type) {
        FieldReader cookie = item.object("cookieConfig");
        boolean permanent = cookie != null && Boolean.TRUE.equals(cookie.choice("lifetimeType", LIFETIMES));
        Duration absolute = item.duration("absoluteTimeout");
        if (cookie != null && type == Type.HEADER) {
            item.findings().error("bad-value", item.at("cookieConfig"), "is for type Cookie", "remove the field");
        }
        if (permanent && absolute == null) {
            item.findings()
                    .error(
                            "missing-field",
                            item.at("absoluteTimeout"),
                            "is needed where cookies have lifetimeType Permanent",
                            "absoluteTimeout: 24h");
        }
        if (!permanent && absolute != null) {
            item.findings()
                    .warning(
                            "ignored-field",
                            item.at("absoluteTimeout"),
                            "has no effect but on cookies with lifetimeType Permanent",
                            "cookieConfig: {lifetimeType: Permanent}");
        }
        return permanent && absolute != null ? absolute : Duration.ZERO;
    }
}
