package dev.weft.conformance;

import dev.weft.testkit.LedgerReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a mesh must have done, judged from what its client and its servers wrote down: complaints, none if all is well. Functions of
 * observations alone, so that the same check judges a run in which the mesh did not survive and must complain there.
 */
final class MeshChecks {
    /** Requests this soon after an edit may still go where they went before. */
    private static final long SETTLED_MICROS = 1_500_000;

    private MeshChecks() {}

    /** Every request was answered once, by a server that knows of it. */
    static List<String> nothingLost(LedgerReport report) {
        List<String> complaints = new ArrayList<>();
        if (report.sent() == 0) {
            complaints.add("nothing was sent");
        }
        if (!report.failed().isEmpty()) {
            complaints.add("failed: " + report);
        }
        if (!report.duplicates().isEmpty()) {
            complaints.add("served twice: " + report.duplicates());
        }
        if (!report.unexplained().isEmpty()) {
            complaints.add("answered by nobody: " + report.unexplained());
        }
        return complaints;
    }

    /**
     * Requests went where the weights sent them: all to {@code first}, then half and half, then all to {@code second}.
     * {@code moments}: of the three edits and the end, in microseconds.
     */
    static List<String> weightsFollowed(LedgerReport report, long[] moments, String first, String second) {
        List<String> complaints = new ArrayList<>(nothingLost(report));
        LedgerReport half = report.between(moments[1] + SETTLED_MICROS, moments[2]);
        double share = half.backends().getOrDefault(first, 0) / Math.max(1.0, half.ok());
        if (share < 0.3 || share > 0.7) {
            complaints.add("half and half: " + half.backends());
        }
        only(report.between(moments[0] + SETTLED_MICROS, moments[1]), first, complaints);
        only(report.between(moments[2] + SETTLED_MICROS, moments[3]), second, complaints);
        return complaints;
    }

    private static void only(LedgerReport report, String backend, List<String> complaints) {
        if (!report.backends().keySet().equals(Set.of(backend))) {
            complaints.add("all to " + backend + ": " + report.backends());
        }
    }
}
