package dev.weft.xdsserver;

import java.time.Instant;
import java.util.List;

/**
 * How far a stream is.
 *
 * @param version newest version published for its class; 0 while there is none
 * @param liveVersion newest version of which the client has acknowledged everything it takes; 0 before the first
 * @param lastMessage when the client last said something
 */
public record SessionStatus(
        String classKey, long version, long liveVersion, Instant lastMessage, List<TypeStatus> types) {
    /** How far a type is. */
    public enum State {
        SYNCED,
        STALE,
        REJECTED
    }

    /**
     * One resource type.
     *
     * @param resources how many of the class's resources it subscribes to
     * @param reason the client's words when it refused
     * @param rejected names in the refused response, at most 20
     */
    public record TypeStatus(
            String typeUrl, State state, int resources, long sent, long acked, String reason, List<String> rejected) {}
}
