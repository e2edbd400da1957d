package dev.weft.codec;

import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;

/** A channel whose peer can stop reading: what is written then stays in the channel's own buffer. */
final class UnreadChannel extends EmbeddedChannel {
    private boolean unread;

    void stopReading() {
        unread = true;
    }

    void readOn() {
        unread = false;
        flush();
    }

    /** Bytes the peer has not read. */
    long waiting() {
        return unsafe().outboundBuffer().totalPendingWriteBytes();
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        if (!unread) {
            super.doWrite(in);
        }
    }
}
