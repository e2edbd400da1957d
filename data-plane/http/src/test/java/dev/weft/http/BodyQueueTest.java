package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BodyQueueTest {
    private static final int READ = 64 * 1024;

    private final BodyQueue queue = new BodyQueue();

    /** A window's worth of one-byte frames, each from a read that brought much else. */
    @Test
    void smallPiecesHoldNoReadAndFewObjects() {
        List<ByteBuf> reads = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            ByteBuf read = ByteBufAllocator.DEFAULT.directBuffer(READ).writeZero(READ);
            reads.add(read);
            for (int k = 0; k < 1_000; k++) {
                queue.add(read.readRetainedSlice(1));
            }
        }
        assertThat(reads).allMatch(read -> read.refCnt() == 1);
        assertThat(queue.bytes()).isEqualTo(50_000);
        int pieces = 0;
        int capacity = 0;
        for (ByteBuf piece = queue.poll(); piece != null; piece = queue.poll()) {
            pieces++;
            capacity += piece.capacity();
            piece.release();
        }
        assertThat(pieces).isLessThan(6);
        assertThat(capacity).isLessThan(2 * 50_000);
        assertThat(queue.bytes()).isZero();
        reads.forEach(ByteBuf::release);
    }

    @Test
    void largePiecesAreNotCopied() {
        ByteBuf large = ByteBufAllocator.DEFAULT.directBuffer(READ).writeZero(READ);
        queue.add(large);
        assertThat(queue.poll()).isSameAs(large);
        large.release();
    }

    @Test
    void bytesComeOutAsTheyWentIn() {
        SplittableRandom random = new SplittableRandom(5);
        ByteBuf in = Unpooled.buffer();
        ByteBuf out = Unpooled.buffer();
        for (int turn = 0; turn < 4_000; turn++) {
            if (random.nextInt(3) > 0) {
                byte[] piece = new byte[random.nextInt(10) == 0 ? random.nextInt(40_000) : random.nextInt(300)];
                random.nextBytes(piece);
                in.writeBytes(piece);
                queue.add(ByteBufAllocator.DEFAULT
                        .directBuffer(Math.max(1, piece.length))
                        .writeBytes(piece));
            } else {
                takeSome(random, out);
            }
            assertThat(queue.bytes()).isEqualTo(in.readableBytes() - out.readableBytes());
        }
        while (!queue.isEmpty()) {
            takeSome(random, out);
        }
        assertThat(out).isEqualTo(in);
        queue.release();
    }

    /** All of the first piece, or a part of it, the rest put back. */
    private void takeSome(SplittableRandom random, ByteBuf out) {
        ByteBuf first = queue.poll();
        if (first == null) {
            return;
        }
        out.writeBytes(first, random.nextBoolean() ? first.readableBytes() : random.nextInt(first.readableBytes() + 1));
        if (first.isReadable()) {
            queue.putBack(first);
        } else {
            first.release();
        }
    }
}
