package dev.weft.control;

import dev.weft.meshmodel.Vips;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The Services' virtual addresses on disk. Confined to the mesh's thread, but for the load at the start. */
final class VipTable {
    private static final System.Logger LOG = System.getLogger("dev.weft.control");
    private static final String FILE = "vips";

    private final StateDirectory state;
    private @Nullable Vips saved;

    VipTable(StateDirectory state) {
        this.state = state;
    }

    List<String> load() throws IOException {
        return state.lines(FILE);
    }

    void save(Vips vips) {
        if (vips == saved) {
            return; // the very object stays while no Service is new
        }
        try {
            state.lines(FILE, vips.lines());
            saved = vips;
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the table of addresses could not be written, a restart may move new Services: {0}",
                    e.toString());
        }
    }
}
