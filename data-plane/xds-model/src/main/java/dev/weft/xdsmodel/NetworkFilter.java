package dev.weft.xdsmodel;

/** A filter on a connection's bytes. */
public sealed interface NetworkFilter permits HttpConnectionManager, TcpProxy {
    /** Prefix of its statistics. */
    String statPrefix();
}
