package dev.weft.xdsclient;

import dev.weft.codec.CodecLoop;
import dev.weft.codec.StalledBytes;
import dev.weft.net.TimerWheel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;

/**
 * The thread calls are made on, with what their connections share. One for each loop.
 *
 * @param channels makes an unconnected TCP socket for the loop
 */
public record ControlThread(EventLoop loop, ChannelFactory<? extends Channel> channels, CodecLoop codec) {
    public ControlThread(EventLoop loop, ChannelFactory<? extends Channel> channels) {
        this(
                loop,
                channels,
                new CodecLoop(
                        new TimerWheel(loop),
                        ((SingleThreadEventLoop) loop)::executeAfterEventLoopIteration,
                        new StalledBytes(1)));
    }
}
