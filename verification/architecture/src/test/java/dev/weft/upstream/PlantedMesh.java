package dev.weft.upstream;

import dev.weft.meshmodel.PlantedArrow;

/** Lets the data plane know the control plane on purpose: ArchitectureTest shows that it is caught. */
final class PlantedMesh {
    private PlantedMesh() {}

    static int arrow() {
        return PlantedArrow.size();
    }
}
