package dev.weft.net;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;

/**
 * Netty's epoll, which never lets go of a socket it watches. By itself Netty (4.2.18 to 4.2.20 at least; its #16689)
 * takes a socket out when for the moment it awaits nothing of it, and then cannot put it in again: so it is with a peer that
 * has ended its side and has read everything so far. The next write that the socket does not take at once then fails with
 * ENOENT, and what was to follow is lost. Here such a socket stays; edge-triggered, as a broken one would be reported again
 * and again to nobody.
 *
 * <p>Confined to its loop, but for {@link #wakeup}.
 */
final class WatchfulEpoll implements IoHandler {
    private final IoHandler netty;

    private WatchfulEpoll(IoHandler netty) {
        this.netty = netty;
    }

    static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return executor -> new WatchfulEpoll(factory.newHandler(executor));
    }

    @Override
    public void initialize() {
        netty.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return netty.run(context);
    }

    @Override
    public void prepareToDestroy() {
        netty.prepareToDestroy();
    }

    @Override
    public void destroy() {
        netty.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new Registration(netty.register(handle));
    }

    @Override
    public void wakeup() {
        netty.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
        return netty.isCompatible(type);
    }

    private static final class Registration implements IoRegistration {
        private final IoRegistration netty;
        private boolean watched;

        Registration(IoRegistration netty) {
            this.netty = netty;
        }

        @Override
        public long submit(IoOps ops) {
            if (!EpollIoOps.NONE.equals(ops)) {
                watched = true;
                return netty.submit(ops);
            }
            return netty.submit(watched ? EpollIoOps.EPOLLET : ops);
        }

        @Override
        public <T> T attachment() {
            return netty.attachment();
        }

        @Override
        public boolean isValid() {
            return netty.isValid();
        }

        @Override
        public boolean cancel() {
            return netty.cancel();
        }
    }
}
