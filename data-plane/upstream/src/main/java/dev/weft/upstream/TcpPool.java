package dev.weft.upstream;

import dev.weft.http.UpstreamConnection;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * The raw TCP connections of one loop to one endpoint, each for one CONNECT that ends here: its bytes are all that goes over
 * the connection, and both end together. Nothing is ever idle.
 *
 * <p>Threads: confined to the loop.
 */
final class TcpPool implements HttpPool {
    private final EndpointRuntime endpoint;
    private final Dialler dialler;

    TcpPool(EndpointRuntime endpoint, UpstreamLoop loop) {
        this.endpoint = endpoint;
        this.dialler = new Dialler(endpoint, loop, Transport.Inside.TCP, this::opened);
    }

    @Override
    public EndpointRuntime endpoint() {
        return endpoint;
    }

    @Override
    public @Nullable UpstreamConnection takeIdle() {
        return null;
    }

    @Override
    public void await(Waiter waiter) {
        dialler.await(waiter);
    }

    @Override
    public void cancel(Waiter waiter) {
        dialler.cancel(waiter);
    }

    private void opened(Channel channel, boolean counted) {
        channel.closeFuture().addListener(closed -> dialler.closed(counted));
        Waiter next = dialler.next();
        dialler.connectIfNeeded();
        if (next == null) {
            channel.close(); // who has waited for it is gone
            return;
        }
        TcpUpstream upstream = new TcpUpstream(channel);
        channel.pipeline().addLast(upstream);
        next.connectionReady(upstream);
    }

    @Override
    public void drain() {
        // Bytes we do not understand have no good moment to end.
    }

    @Override
    public boolean isEmpty() {
        return dialler.isEmpty();
    }

    @Override
    public int open() {
        return dialler.open();
    }
}
