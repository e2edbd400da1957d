package dev.weft.proxycore;

/** An accepted connection as the engine sees it when it drains or has too many. On its loop. */
interface DownstreamConnection {
    /** The chain that serves it. */
    ChainRuntime chain();

    /** Ends the connection as soon as nothing is lost by it: idle ones may be closed when {@code closeIdle}. */
    void drain(boolean closeIdle);

    /** Ends the connection if it has carried nothing since this was last asked; once there is nothing to lose. */
    void closeUnused();

    /** Closes the connection now. */
    void close();

    /** Requests or byte streams under way. */
    int active();
}
