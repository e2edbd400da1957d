package dev.weft.proxycore;

import io.netty.channel.Channel;

/** A network filter that ends a connection's bytes, ready for use by any loop. */
interface NetworkFilterRuntime {
    /**
     * Serves a connection: adds its handler at the end of the pipeline. On the connection's loop; TLS, if any, is done.
     */
    void serve(Worker worker, ChainRuntime chain, Channel channel, ConnectionInfo info);
}
