package dev.weft.proxycore;

import dev.weft.balance.OverloadAction;
import java.util.Set;

/** What the engine has been told to do about overload. Written by the control thread, read by any loop. */
final class Overload {
    private volatile boolean closing;
    private volatile boolean shedding;

    void set(Set<OverloadAction> wanted) {
        closing = wanted.contains(OverloadAction.CLOSE_IDLE);
        shedding = wanted.contains(OverloadAction.SHED);
    }

    /** Whether connections shall end after their next response. */
    boolean isClosing() {
        return closing;
    }

    /** Whether new requests are refused. */
    boolean isShedding() {
        return shedding;
    }
}
