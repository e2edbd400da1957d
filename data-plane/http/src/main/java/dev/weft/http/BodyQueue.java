package dev.weft.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Pieces of a body that wait for someone to take them. Small ones are copied together, so that what they hold is about what they
 * weigh: each is a slice of a read of up to 64 KiB, and would keep all of it, and an object of its own besides; a peer that sends
 * a body byte by byte could fill any memory with a window of 256 KiB. Confined to its loop.
 */
public final class BodyQueue {
    /** Pieces from this size on are kept as they are; smaller ones are gathered in buffers up to it, the most Netty pools here. */
    private static final int LARGE = 16 * 1024;

    private static final int FIRST = 256;

    private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>(4);
    private @Nullable ByteBuf open; // the last of the pieces, while it is ours to write to
    private int bytes;

    /** Adds a piece and takes it over. */
    public void add(ByteBuf piece) {
        int n = piece.readableBytes();
        bytes += n;
        if (n >= LARGE) {
            open = null;
            pieces.add(piece);
            return;
        }
        ByteBuf into = open;
        if (into == null || into.readableBytes() + n > LARGE) {
            into = ByteBufAllocator.DEFAULT.directBuffer(Math.max(n, FIRST));
            open = into;
            pieces.add(into);
        }
        into.writeBytes(piece);
        piece.release();
    }

    /** Takes the first bytes out, as many as lie together; null when there are none. The caller owns them. */
    public @Nullable ByteBuf poll() {
        ByteBuf first = pieces.poll();
        if (first == open) {
            open = null; // someone else's from here on
        }
        if (first != null) {
            bytes -= first.readableBytes();
        }
        return first;
    }

    /** Puts back what {@link #poll} gave and could not be used up; takes it over. */
    public void putBack(ByteBuf first) {
        bytes += first.readableBytes();
        pieces.addFirst(first);
    }

    public boolean isEmpty() {
        return pieces.isEmpty();
    }

    /** How many wait. */
    public int bytes() {
        return bytes;
    }

    /** Drops everything. */
    public void release() {
        pieces.forEach(ByteBuf::release);
        pieces.clear();
        open = null;
        bytes = 0;
    }
}
