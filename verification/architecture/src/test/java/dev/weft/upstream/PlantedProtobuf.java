package dev.weft.upstream;

import com.google.protobuf.ByteString;

/** Breaks the rule of the small proxy on purpose: ArchitectureTest shows that it is caught. */
public final class PlantedProtobuf {
    private PlantedProtobuf() {}

    /** Nothing but the reference matters. */
    public static int size(ByteString bytes) {
        return bytes.size();
    }
}
