package dev.weft.demo;

import dev.weft.adminapi.GraphEdge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;

/** Checks of what routes and policies do to requests: testers by a header, copies, faults on purpose. */
final class TrafficChecks {
    private static final int TESTS = 10;

    private final Mesh mesh;
    private final SidecarChecks sidecars;

    TrafficChecks(Mesh mesh, SidecarChecks sidecars) {
        this.mesh = mesh;
        this.sidecars = sidecars;
    }

    /** The tester pays with the canary, always, while the weights decide for everybody else. */
    SidecarChecks.Result canaryByHeader() throws InterruptedException {
        long from = System.currentTimeMillis();
        Ledger ledger = mesh.ledger();
        Wait.until(30_000, () -> ledger.testersSince(from).size() >= TESTS);
        List<Ledger.Entry> tests = ledger.testersSince(from);
        List<Ledger.Entry> others = ledger.since(from);
        long canary = tests.stream().filter(e -> e.paidBy().equals("v2")).count();
        double share = Ledger.shareOfV2(others);
        return new SidecarChecks.Result(
                tests.size() >= TESTS && canary == tests.size() && share < 0.5,
                String.format(
                        Locale.ROOT,
                        "%d of %d requests with the header paid by v2, %.0f %% of %d others",
                        canary,
                        tests.size(),
                        share * 100,
                        others.size()));
    }

    /** Copies arrive; then who gets them is killed, and nobody notices. */
    SidecarChecks.Result mirrored() throws IOException, InterruptedException {
        Unit audit = mesh.unit("audit-1");
        double copies = sidecars.requests(audit, "destination", "audit");
        double originals = sidecars.requests(mesh.unit("shipping"), "destination", "shipping");
        int before = mesh.ledger().size();
        Wait.until(15_000, () -> mesh.ledger().size() >= before + 60);
        Wait.millis(300); // the sidecars may publish their counters a moment after the answer
        double more = sidecars.requests(audit, "destination", "audit") - copies;
        double wanted = sidecars.requests(mesh.unit("shipping"), "destination", "shipping") - originals;
        long killed = System.currentTimeMillis();
        audit.kill();
        Wait.millis(3_000);
        mesh.forget(audit);
        boolean back = mesh.awaitServing(mesh.start("audit-2", "audit", "v1"), 60_000);
        List<Ledger.Entry> requests = mesh.ledger().since(killed);
        int failed = Ledger.failed(requests).size();
        return new SidecarChecks.Result(
                wanted >= 50 && more >= 0.9 * wanted && failed == 0 && !requests.isEmpty() && back,
                (long) more + " copies of " + (long) wanted + " orders; audit killed: " + failed + " failed of "
                        + requests.size() + (back ? "" : ", not back"));
    }

    /** Switched on by a file in the mesh's directory and off without it; what the dashboard draws shows both. */
    SidecarChecks.Result faults() throws IOException, InterruptedException {
        Folders folders = mesh.folders();
        double[] worst = {1};
        Files.move(folders.faultsOff(), folders.faultsOn(), StandardCopyOption.ATOMIC_MOVE);
        long on = System.currentTimeMillis();
        boolean shown;
        try {
            shown = Wait.until(30_000, () -> {
                worst[0] = Math.min(worst[0], successRate());
                return worst[0] < 0.75
                        && !Ledger.failed(mesh.ledger().since(on)).isEmpty();
            });
        } finally {
            Files.move(folders.faultsOn(), folders.faultsOff(), StandardCopyOption.ATOMIC_MOVE);
        }
        int failed = Ledger.failed(mesh.ledger().since(on)).size();
        boolean over = Wait.until(15_000, () -> {
            List<Ledger.Entry> last = mesh.ledger().last(60);
            return Ledger.failed(last).isEmpty();
        });
        boolean green = Wait.until(60_000, () -> successRate() == 1);
        return new SidecarChecks.Result(
                shown && over && green,
                String.format(
                        Locale.ROOT,
                        "on: %d requests failed, %.0f %% of frontend to recommendations succeed in the graph; off: %s, %s",
                        failed,
                        worst[0] * 100,
                        over ? "60 in a row without one" : "requests go on failing",
                        green ? "the graph is green again" : "the graph still shows failures"));
    }

    /** Of the graph's edge from the frontend to recommendations; 1 where there is none. */
    private double successRate() throws IOException, InterruptedException {
        return mesh.operator().graph().edges().stream()
                .filter(edge -> edge.source().startsWith("frontend")
                        && edge.destination().startsWith("recommendations"))
                .mapToDouble(GraphEdge::successRate)
                .findFirst()
                .orElse(1);
    }
}
