package dev.weft.proxycore;

import dev.weft.http.StreamContext;
import dev.weft.net.TimerWheel;

/** A filter's task in the loop's timer wheel. */
final class FilterTimeout extends TimerWheel.Timer implements StreamContext.Timeout {
    private final Runnable task;

    FilterTimeout(Runnable task) {
        this.task = task;
    }

    @Override
    protected void expired() {
        task.run();
    }

    @Override
    public void cancel() {
        discard();
    }
}
