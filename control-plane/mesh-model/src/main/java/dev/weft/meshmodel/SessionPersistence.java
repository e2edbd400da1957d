package dev.weft.meshmodel;

import java.time.Duration;

/**
 * Requests of a session go to the instance the first one went to (Gateway API, GEP-1619).
 *
 * @param type how clients keep it
 * @param name of the cookie or header
 * @param lifetime of the cookie, after which the session ends; zero = as long as the client's own session
 */
public record SessionPersistence(Type type, String name, Duration lifetime) {
    /** How clients keep a session. */
    public enum Type {
        COOKIE,
        HEADER
    }
}
