package dev.weft.upstream;

import dev.weft.balance.PickContext;
import dev.weft.codec.CodecLoop;
import dev.weft.codec.StalledBytes;
import dev.weft.net.Loop;
import dev.weft.net.TimerWheel;

/** What upstream connections of one event loop need: the loop, its deadlines and reusable heads. Confined to the loop. */
public final class UpstreamLoop {
    private final Loop loop;
    private final CodecLoop codec;
    private final PickContext picks;

    /** @param loops how many of them the process has */
    public UpstreamLoop(Loop loop, int loops) {
        this.loop = loop;
        this.codec = new CodecLoop(new TimerWheel(loop.netty()), loop::afterBatch, new StalledBytes(loops));
        this.picks = new PickContext(loop.random());
    }

    public Loop loop() {
        return loop;
    }

    public CodecLoop codec() {
        return codec;
    }

    public TimerWheel timers() {
        return codec.timers();
    }

    /** The loop's pick context with nothing excluded, for a first attempt. Good until the next call. */
    public PickContext firstPick() {
        return picks.reset();
    }
}
