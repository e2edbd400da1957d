package dev.weft.analysis;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.MeshDelta;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.Provenance;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What a change would take away that nobody takes away on purpose in one step: more than half of the endpoints of a Service
 * that stays, or all Services and with them every listener. A directory that was not mounted looks like this, or a template
 * that came out empty. Pure.
 */
public final class Losses {
    private Losses() {}

    /** One error per Service, or one for all; empty when the change may go. */
    public static List<Diagnostic> of(MeshDelta change) {
        MeshImage before = change.before();
        MeshImage after = change.after();
        List<Diagnostic> found = new ArrayList<>();
        int services = before.services().size();
        if (services > 0 && after.services().isEmpty()) {
            found.add(held(
                    "",
                    "this change would take away " + (services == 1 ? "the only Service" : "all Services")
                            + " and every listener"));
        }
        for (ResourceKey key : new TreeSet<>(change.endpointServices())) {
            long then = ready(before, key);
            long now = ready(after, key);
            if (after.service(key) != null && now * 2 < then) {
                Diagnostic loss = held(
                        key.toString(),
                        "this change would take away " + (then - now) + " of " + then + " endpoints of " + key);
                Provenance provenance = after.provenance(key);
                Diagnostic.Location place = provenance == null ? null : provenance.place("");
                found.add(place == null ? loss : loss.at(place));
            }
        }
        return found;
    }

    private static Diagnostic held(String path, String problem) {
        return Diagnostic.error(
                "held-change",
                path,
                problem + "; it is held, and with it every later change of a file",
                "restore the documents, or let it through with 'weft release'");
    }

    private static long ready(MeshImage image, ResourceKey service) {
        return image.workloads(service).stream().filter(Workload::ready).count();
    }
}
