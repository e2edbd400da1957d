package dev.weft.meshmodel;

import com.google.protobuf.ByteString;
import dev.weft.upstream.PlantedProtobuf;

/** Follows an arrow that is not there on purpose: ArchitectureTest shows that it is caught. */
public final class PlantedArrow {
    private PlantedArrow() {}

    /** Nothing but the reference matters. */
    public static int size() {
        return PlantedProtobuf.size(ByteString.EMPTY);
    }
}
