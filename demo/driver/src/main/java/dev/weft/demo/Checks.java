package dev.weft.demo;

import dev.weft.adminapi.ProxyStatus;
import dev.weft.adminapi.SyncState;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** The checks in the order they are made, each on the running mesh. A check that cannot be made has failed. */
final class Checks {
    private static final Duration FIRST_REQUEST = Duration.ofSeconds(60);

    /** The promise for an instance that crashed: a lease ends with its connection, not by its time. */
    private static final long GONE_MILLIS = 3_000;

    private final Mesh mesh;
    private final Duration first;
    private final Map<String, Boolean> only = new LinkedHashMap<>(); // part of a name -> whether a check has it
    private final Consumer<Check> listener;
    private final List<Check> done = new ArrayList<>();
    private final List<Ledger.Entry> excused = new ArrayList<>();

    /**
     * @param first how long the first request took, from the start of everything
     * @param only parts of the names of the checks to make; empty = all
     */
    Checks(Mesh mesh, Duration first, List<String> only, Consumer<Check> listener) {
        this.mesh = mesh;
        this.first = first;
        only.forEach(part -> this.only.put(part.strip().toLowerCase(Locale.ROOT), false));
        this.listener = listener;
    }

    /** One check: what was seen, and whether it is right. */
    private interface Body {
        Outcome look() throws IOException, InterruptedException;
    }

    record Outcome(boolean passed, String observed) {}

    List<Check> run() throws InterruptedException {
        // Looking comes first, breaking things after it; the dashboard last, when there is most to show.
        check("first request", "within " + FIRST_REQUEST.toSeconds() + " s", () -> firstRequest(first, load()));
        check("plain application", "applications run with nothing but the JDK (or Python) and the shop", this::plain);
        SidecarChecks sidecars = new SidecarChecks(mesh);
        check(
                "request through both sidecars",
                "requests of the customers counted by their sidecar and by the frontend's",
                () -> outcome(sidecars.bothSides()));
        check("mTLS on the wire", "TLS only between sidecars, plaintext refused", () -> outcome(sidecars.encrypted()));
        TrafficChecks traffic = new TrafficChecks(mesh, sidecars);
        check(
                "canary by header",
                "every request with the header paid by v2, of the others less than half",
                () -> outcome(traffic.canaryByHeader()));
        check(
                "mirrored traffic",
                "a copy of at least 90 % of the orders; 0 failed while nobody takes the copies",
                () -> outcome(traffic.mirrored()));
        check(
                "faults switched on and off by YAML",
                "failures in the graph while the file is there, none after it",
                () -> {
                    long from = System.currentTimeMillis();
                    SidecarChecks.Result result = traffic.faults();
                    excused.addAll(Ledger.failed(mesh.ledger().since(from)));
                    return outcome(result);
                });
        check("canary moved by editing YAML", "v2 paid 80 % ± 12 after the edit, 0 failed", () -> canary(20, 80));
        check("instance replaced with drain", "0 failed", this::replaced);
        check(
                "instance killed with -9",
                "failed at most what was in flight, gone within " + GONE_MILLIS / 1000 + " s",
                this::killed);
        check(
                "control plane killed and back",
                "0 failed; configuration moves again afterwards",
                this::controlPlaneKilled);
        check("certificate rotated", "every sidecar has a new certificate, 0 failed", this::rotated);
        check(
                "dashboard serves live numbers",
                "page and graph, rate within 40 % of the customers' own count",
                () -> outcome(sidecars.dashboard()));
        check("nothing else failed", "0 failed from the first request on, but for faults and kill", this::nothingElse);
        only.forEach((part, made) -> {
            if (!made) {
                add(new Check(part, false, "there is no such check", "a part of a check's name"));
            }
        });
        return List.copyOf(done);
    }

    private boolean wanted(String name) {
        boolean wanted = only.isEmpty();
        for (Map.Entry<String, Boolean> part : only.entrySet()) {
            if (name.toLowerCase(Locale.ROOT).contains(part.getKey())) {
                part.setValue(true);
                wanted = true;
            }
        }
        return wanted;
    }

    private void check(String name, String expected, Body body) throws InterruptedException {
        if (!wanted(name)) {
            return;
        }
        Check check;
        try {
            Outcome outcome = body.look();
            check = new Check(name, outcome.passed(), outcome.observed(), expected);
        } catch (IOException | RuntimeException e) {
            check = new Check(name, false, "could not be checked: " + e, expected);
        }
        add(check);
    }

    private void add(Check check) {
        done.add(check);
        listener.accept(check);
    }

    private static Outcome outcome(SidecarChecks.Result result) {
        return new Outcome(result.passed(), result.observed());
    }

    static Outcome firstRequest(Duration first, double load) {
        boolean passed = first.compareTo(FIRST_REQUEST) <= 0;
        return new Outcome(
                passed,
                String.format(Locale.ROOT, "after %.1f s", first.toMillis() / 1000.0) + overloaded(passed, load));
    }

    /** Words for a reader who wonders why it took so long: others' work on the same cores. It does not make it pass. */
    private static String overloaded(boolean passed, double load) {
        int cores = Runtime.getRuntime().availableProcessors();
        return passed || load < 2 * cores
                ? ""
                : String.format(Locale.ROOT, " (this machine is overloaded: load %.1f on %d cores)", load, cores);
    }

    /** Processes that want to run, on average over the last minute (proc(5)). */
    private static double load() throws IOException {
        String text = Files.readString(java.nio.file.Path.of("/proc/loadavg"));
        return Double.parseDouble(text.substring(0, text.indexOf(' ')));
    }

    /** Reads from /proc what the application processes have open. */
    private Outcome plain() throws IOException {
        int applications = 0;
        for (Unit unit : mesh.units()) {
            ProcessHandle process =
                    unit.application().orElseThrow(() -> new IOException(unit.name() + " has no process"));
            String line = Unit.commandLine(process);
            String maps = Files.readString(java.nio.file.Path.of("/proc", String.valueOf(process.pid()), "maps"));
            boolean java = line.contains("dev.weft.shop.Main");
            boolean foreign = java
                    ? !line.contains(" -cp " + mesh.shopJar() + " ")
                            || line.contains("-javaagent")
                            || maps.contains("netty")
                    : !line.endsWith("recommendations.py");
            if (foreign) {
                return new Outcome(false, unit.name() + " runs " + line);
            }
            applications++;
        }
        return new Outcome(
                true,
                applications + " applications, " + (mesh.hasPython() ? "one in Python, " : "")
                        + "no agent, no library");
    }

    private Outcome canary(int v1, int v2) throws IOException, InterruptedException {
        Ledger ledger = mesh.ledger();
        double before = Ledger.shareOfV2(ledger.last(120));
        long edited = System.currentTimeMillis();
        weights(v1, v2);
        double wanted = v2 / 100.0;
        // Half of the way over the last 30 requests: the edit has arrived. Then a sample of its own.
        double middle = (before + wanted) / 2;
        boolean arrived = Wait.until(15_000, () -> {
            List<Ledger.Entry> recent = ledger.since(edited);
            List<Ledger.Entry> last = recent.subList(Math.max(0, recent.size() - 30), recent.size());
            double share = Ledger.shareOfV2(last);
            return last.size() == 30 && (wanted > before ? share > middle : share < middle);
        });
        long from = System.currentTimeMillis();
        Wait.until(arrived ? 20_000 : 0, () -> ledger.since(from).size() >= 150);
        List<Ledger.Entry> sample = ledger.since(from);
        double after = Ledger.shareOfV2(sample);
        int failed = Ledger.failed(ledger.since(edited)).size();
        return new Outcome(
                arrived && Math.abs(after - wanted) <= 0.12 && failed == 0,
                percent(before) + " to v2 before, " + percent(after) + " of " + sample.size() + " after the edit, "
                        + failed + " failed" + reasons(edited));
    }

    private void weights(int v1, int v2) throws IOException {
        String yaml = Files.readString(mesh.folders().canary());
        yaml = yaml.replaceAll("(payments-v1, port: 80, weight: )[0-9]+", "$1" + v1)
                .replaceAll("(payments-v2, port: 80, weight: )[0-9]+", "$1" + v2);
        Files.writeString(mesh.folders().canary(), yaml);
    }

    private Outcome replaced() throws IOException, InterruptedException {
        long from = System.currentTimeMillis();
        Unit old = mesh.unit("catalog-1");
        Unit fresh = mesh.start("catalog-2", "catalog", "v1");
        if (!mesh.awaitServing(fresh, 60_000)) {
            return new Outcome(
                    false,
                    "the new instance did not come up, see " + mesh.folders().logs());
        }
        long asked = System.currentTimeMillis();
        boolean ended = old.stop();
        long took = System.currentTimeMillis() - asked;
        mesh.forget(old);
        Wait.millis(1_500);
        List<Ledger.Entry> requests = mesh.ledger().since(from);
        int failed = Ledger.failed(requests).size();
        return new Outcome(
                ended && failed == 0 && !requests.isEmpty(),
                "catalog-1 drained in " + took + " ms, " + requests.size() + " requests, " + failed + " failed"
                        + reasons(from));
    }

    private Outcome killed() throws IOException, InterruptedException {
        Unit victim = mesh.unit("cart-2");
        long at = System.currentTimeMillis();
        victim.kill();
        long dead = System.currentTimeMillis();
        boolean gone = Wait.until(
                10_000,
                () -> mesh.operator().workloads().workloads().stream()
                        .noneMatch(workload -> workload.address().equals(victim.address())));
        long goneAfter = System.currentTimeMillis() - at;
        Wait.millis(3_000);
        List<Ledger.Entry> requests = mesh.ledger().since(at);
        List<Ledger.Entry> failed = Ledger.failed(requests);
        long inFlight = mesh.ledger().inFlight(at, dead);
        excused.addAll(failed);
        String reasons = reasons(at);
        mesh.forget(victim);
        Unit replacement = mesh.start("cart-3", "cart", "v1");
        boolean back = mesh.awaitServing(replacement, 60_000);
        return new Outcome(
                gone && goneAfter <= GONE_MILLIS && failed.size() <= inFlight && back,
                failed.size() + " failed of " + requests.size() + ", " + inFlight + " in flight in the " + (dead - at)
                        + " ms of its death; instance "
                        + (gone ? "gone after " : "not gone after ") + goneAfter + " ms"
                        + overloaded(goneAfter <= GONE_MILLIS, load()) + ", replacement "
                        + (back ? "serving" : "not serving") + reasons);
    }

    private Outcome controlPlaneKilled() throws IOException, InterruptedException {
        long from = System.currentTimeMillis();
        mesh.killControlPlane();
        Wait.millis(4_000);
        int without = mesh.ledger().since(from).size();
        mesh.startControlPlane();
        long started = System.currentTimeMillis();
        int proxies = mesh.units().size();
        boolean synced = Wait.until(30_000, () -> {
            List<ProxyStatus> statuses = mesh.operator().proxies().proxies();
            return statuses.stream()
                            .filter(p -> p.connected() && p.state() == SyncState.SYNCED)
                            .count()
                    >= proxies;
        });
        long took = System.currentTimeMillis() - started;
        Outcome moved = canary(70, 30);
        List<Ledger.Entry> requests = mesh.ledger().since(from);
        int failed = Ledger.failed(requests).size();
        return new Outcome(
                synced && failed == 0 && without > 0 && moved.passed(),
                without + " requests without it, "
                        + (synced
                                ? "all " + proxies + " sidecars back in sync after " + took + " ms"
                                : "sidecars not back in sync")
                        + ", " + failed + " failed of " + requests.size()
                        + "; canary then: " + moved.observed() + reasons(from));
    }

    private Outcome rotated() throws IOException, InterruptedException {
        long from = System.currentTimeMillis();
        int rotated = 0;
        List<String> stuck = new ArrayList<>();
        for (Unit unit : mesh.units()) {
            ProxyStatus before = mesh.status(unit);
            if (before == null || before.certificate() == null) {
                stuck.add(unit.name() + " (no certificate known)");
                continue;
            }
            String serial = before.certificate().serial();
            mesh.operator().rotate(before.id());
            boolean changed = Wait.until(5_000, () -> {
                ProxyStatus now = mesh.status(unit);
                return now != null
                        && now.certificate() != null
                        && !now.certificate().serial().equals(serial);
            });
            if (changed) {
                rotated++;
            } else {
                stuck.add(unit.name());
            }
        }
        Wait.millis(1_500);
        List<Ledger.Entry> requests = mesh.ledger().since(from);
        int failed = Ledger.failed(requests).size();
        return new Outcome(
                stuck.isEmpty() && rotated > 0 && failed == 0 && !requests.isEmpty(),
                rotated + " certificates renewed, " + requests.size() + " requests, " + failed + " failed"
                        + (stuck.isEmpty() ? "" : ", not renewed: " + stuck) + reasons(from));
    }

    private Outcome nothingElse() {
        List<Ledger.Entry> requests = mesh.ledger().since(0);
        List<Ledger.Entry> failed = new ArrayList<>(Ledger.failed(requests));
        failed.removeAll(excused);
        return new Outcome(
                failed.isEmpty() && !requests.isEmpty(),
                requests.size() + " requests, " + failed.size() + " failed"
                        + (excused.isEmpty() ? "" : " besides the " + excused.size() + " of faults and kill")
                        + (failed.isEmpty() ? "" : ": " + failed.getFirst()));
    }

    /** Why requests failed, for a reader who wants to know at once. */
    private String reasons(long from) {
        List<String> reasons = Ledger.failed(mesh.ledger().since(from)).stream()
                .map(entry -> entry.status() + " " + entry.reason())
                .distinct()
                .limit(3)
                .toList();
        return reasons.isEmpty() ? "" : " " + reasons;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", share * 100);
    }
}
