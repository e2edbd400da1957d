package dev.weft.proxy;

import java.io.IOException;

/** How much of something is taken: 0 = nothing or without limit, 1 = all. Asked on the control thread, four times a second. */
@FunctionalInterface
interface Pressure {
    double sample() throws IOException;
}
