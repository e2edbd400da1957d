package dev.weft.xdsmodel;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of a route's {@code hash_policy}: what of a request is hashed.
 *
 * @param terminal whether those after it are left out once there is a hash
 */
public record HashPolicy(Source source, boolean terminal) {
    /** Where a hash comes from. */
    public sealed interface Source {
        /** A header's values. */
        record Header(String name) implements Source {}

        /**
         * A cookie's value.
         *
         * @param ttl null = a request without it has no hash; else it is given one, for the session if zero
         * @param path of a cookie that is given; empty = none
         * @param attributes more of them
         */
        record Cookie(String name, @Nullable Duration ttl, String path, List<Attribute> attributes) implements Source {
            public Cookie {
                attributes = List.copyOf(attributes);
            }
        }

        /** The client's IP address. */
        record SourceIp() implements Source {}

        /** The first query parameter of that name. */
        record QueryParameter(String name) implements Source {}
    }

    /** Of a cookie; the value may be empty. */
    public record Attribute(String name, String value) {}
}
