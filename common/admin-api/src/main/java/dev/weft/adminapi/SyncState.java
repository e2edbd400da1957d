package dev.weft.adminapi;

/** How a proxy's configuration relates to what it should have. Ordered from good to bad. */
public enum SyncState {
    /** Everything was acknowledged. */
    SYNCED,
    /** Something was sent and is not acknowledged yet, or waits to be sent. */
    STALE,
    /** The proxy refused something and keeps its last good version. */
    REJECTED,
    /** No stream. */
    DISCONNECTED
}
