package dev.weft.upstream;

import io.netty.handler.codec.http2.Http2Error;

/** Breaks the rule of the one HTTP/2 on purpose: ArchitectureTest shows that it is caught. */
public final class PlantedHttp2 {
    private PlantedHttp2() {}

    /** Nothing but the reference matters. */
    public static long code(Http2Error error) {
        return error.code();
    }
}
