package dev.weft.demo;

import dev.weft.base.Json;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code weft demo}: a live mesh on this machine. Wiring and the order of things; what is checked is in {@link Checks}.
 */
public final class Demo {
    private final Options options;
    private final Folders folders;
    private final Console console = new Console();
    private volatile boolean ending; // by the clean-up, of Ctrl-C or a signal: what fails from then on is its work

    private Demo(Options options, Folders folders) {
        this.options = options;
        this.folders = folders;
    }

    /** Runs the demo and ends the JVM with its exit code. */
    public static void main(String[] args) {
        boolean root = "root".equals(System.getProperty("user.name"));
        Options options;
        try {
            options = Options.parse(args, root);
        } catch (Options.UsageException e) {
            if (e.getMessage() == null) {
                System.out.print(Options.USAGE);
                return;
            }
            System.err.println("weft demo: " + e.getMessage());
            System.err.println("Try 'weft demo --help'.");
            System.exit(2);
            return;
        }
        int status = 1;
        Demo demo = new Demo(options, Folders.find());
        try {
            status = demo.run();
        } catch (IOException e) {
            demo.complain(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.exit(status);
    }

    private int run() throws IOException, InterruptedException {
        try (FileLock lock = folders.lock()) {
            if (lock == null) {
                System.err.println("weft demo: another one runs from " + folders.root + "; end it first");
                return 1;
            }
            // In this order: an earlier run's processes hold its addresses and files.
            folders.killLeftovers();
            folders.prepare();
            try (Place place = options.root() ? NamespacePlace.create() : new LoopbackPlace();
                    Mesh mesh = new Mesh(folders, place)) {
                // Ctrl-C and SIGTERM end the mesh from their own thread; close() does its work once, and all wait for
                // it.
                Runtime.getRuntime().addShutdownHook(new Thread(() -> end(mesh), "clean up"));
                return live(mesh);
            }
        }
    }

    private void end(Mesh mesh) {
        ending = true;
        boolean begun = mesh.closed();
        if (!begun) {
            console.line("");
            console.step("ending");
        }
        try {
            mesh.close();
            if (!begun) {
                console.step("everything is ended and removed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void complain(String problem) {
        if (!ending) {
            System.err.println("weft demo: " + problem);
        }
    }

    private int live(Mesh mesh) throws IOException, InterruptedException {
        console.step(mesh.place().description());
        mesh.startControlPlane();
        console.step("control plane is up");
        mesh.join();
        console.step("this machine has joined the mesh");
        startShop(mesh);
        console.step("instances are starting: " + String.join(", ", names(mesh)));
        if (!mesh.awaitShop(300_000)) {
            complain("not every service came up within five minutes; logs are in " + folders.logs());
            return 1;
        }
        List<String> ended = mesh.units().stream()
                .filter(unit -> !unit.process().isAlive())
                .map(Unit::name)
                .toList();
        if (!ended.isEmpty()) {
            complain("ended while starting: " + String.join(", ", ended) + "; logs are in " + folders.logs());
            return 1;
        }
        mesh.open();
        if (!mesh.ledger().await(entry -> !entry.failed(), 60_000)) {
            complain("no request succeeded within a minute; last: "
                    + mesh.ledger().last(1) + "; logs are in " + folders.logs());
            return 1;
        }
        Duration first = console.sinceStart();
        console.step("first request through the sidecars answered");
        whereToLook(mesh);
        if (!options.check()) {
            keepRunning(mesh);
            return 0;
        }
        return checked(mesh, first);
    }

    /** All at once; customers are let in when everybody is there. */
    private static void startShop(Mesh mesh) throws IOException, InterruptedException {
        mesh.start("frontend", "frontend", "v1");
        mesh.start("shopper", "shopper", "v1");
        mesh.start("catalog-1", "catalog", "v1");
        mesh.start("cart-1", "cart", "v1");
        mesh.start("cart-2", "cart", "v1");
        mesh.start("payments-v1", "payments", "v1");
        mesh.start("payments-v2", "payments", "v2");
        mesh.start("shipping", "shipping", "v1");
        mesh.start("audit-1", "audit", "v1");
        mesh.start("recommendations", "recommendations", "v1");
    }

    private static List<String> names(Mesh mesh) {
        return mesh.units().stream().map(Unit::name).toList();
    }

    private void whereToLook(Mesh mesh) throws IOException {
        Operator operator = mesh.operator();
        Unit cart = mesh.unit("cart-2");
        String weft = Shell.word(folders.weft());
        console.line("");
        console.line("  " + Console.bold("Dashboard  ") + operator.base() + "/#token=" + operator.token());
        console.line("  " + Console.bold("Canary     ") + "edit the weights in " + folders.canary());
        console.line("  " + Console.bold("Faults     ") + "mv " + Shell.word(folders.faultsOff()) + " "
                + Shell.word(folders.faultsOn()) + "    (and back)");
        console.line("  " + Console.bold("Replace    ") + "kill -9 "
                + cart.process().pid() + "    (an instance of cart; another one takes its place)");
        console.line("  " + Console.bold("Look       ") + "export WEFT_API=" + operator.base() + " WEFT_TOKEN_FILE="
                + Shell.word(folders.state().resolve("operator.token")));
        console.line("             " + weft + " status");
        console.line("             " + weft + " proxy-config routes frontend.shop");
        console.line("             " + weft + " analyze " + Shell.word(folders.mesh()));
        console.line("  " + Console.bold("Logs       ") + folders.logs());
        console.line("");
    }

    private int checked(Mesh mesh, Duration first) throws IOException, InterruptedException {
        List<Check> checks = new Checks(mesh, first, options.only(), console::check).run();
        boolean passed = checks.stream().allMatch(Check::passed);
        if (options.time() != null) {
            Duration left = options.time().minus(console.sinceStart());
            if (left.isPositive()) {
                Wait.millis(left.toMillis());
            }
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("passed", passed);
        report.put("mode", options.root() ? "namespaces" : "explicit");
        report.put("firstRequestSeconds", first.toMillis() / 1000.0);
        report.put("seconds", console.sinceStart().toMillis() / 1000.0);
        long failed = Ledger.failed(mesh.ledger().since(0)).size();
        report.put("requests", (long) mesh.ledger().size());
        report.put("failedRequests", failed);
        report.put("checks", checks.stream().map(Check::json).toList());
        if (options.report() != null) {
            Files.writeString(options.report(), Json.writePretty(report));
            console.step("report written to " + options.report());
        }
        console.step((passed ? "all checks passed; " : "NOT all checks passed; logs are in " + folders.logs() + "; ")
                + mesh.ledger().size() + " requests, " + failed + " failed");
        if (options.time() == null) {
            keepRunning(mesh);
        }
        return passed ? 0 : 1;
    }

    /** Replaces instances that end, until the user has seen enough. */
    private void keepRunning(Mesh mesh) throws IOException, InterruptedException {
        console.step("running; Ctrl-C ends it");
        int number = 10;
        while (true) {
            Wait.millis(500);
            for (Unit unit : mesh.units()) {
                if (mesh.closed()) {
                    break; // Ctrl-C reaches the units, too; the clean-up is at work and ends this JVM
                }
                if (!unit.process().isAlive()) {
                    String name = unit.service() + "-" + number++;
                    console.step(unit.name() + " ended; starting " + name + " in its place");
                    mesh.forget(unit);
                    mesh.start(name, unit.service(), unit.version());
                }
            }
        }
    }
}
