package dev.weft.proxy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The end in order (R49): readiness turns false, others are told and given time to look elsewhere, connections are drained,
 * the process exits with 0. Set off by SIGTERM, SIGINT or the admin endpoint; also without exit, to drain only.
 */
final class Shutdown {
    /** Others take an instance out of their configuration within this time of its leaving. */
    private static final Duration SETTLE = Duration.ofSeconds(1);

    /** A control plane that does not answer is not waited for any longer. */
    private static final Duration LEAVE = Duration.ofSeconds(5);

    private static final Duration CLOSE = Duration.ofSeconds(3);

    /** Streams under way may last this long unless somebody says otherwise (R49: at most 30 s with the goodbye). */
    static final Duration DRAIN = Duration.ofSeconds(25);

    private final Proxy proxy;
    private final Supplier<CompletableFuture<Void>> leave;
    private final Runnable stop;
    private final Duration limit;
    private final AtomicReference<CompletableFuture<Void>> drained = new AtomicReference<>();

    /**
     * @param leave takes the registration back; a completed future when there is none
     * @param stop ends what configures the proxy
     * @param limit how long what is under way may last
     */
    Shutdown(Proxy proxy, Supplier<CompletableFuture<Void>> leave, Runnable stop, Duration limit) {
        this.limit = limit;
        this.proxy = proxy;
        this.leave = leave;
        this.stop = stop;
    }

    /** Makes the end of the process an orderly one. */
    void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "weft-shutdown"));
    }

    /** Ends the process in order, from any thread; returns at once. */
    void quit() {
        new Thread(() -> System.exit(Main.OK), "weft-quit").start();
    }

    /** Drains without ending the process, from any thread; returns at once. */
    void drainOnly() {
        new Thread(this::drain, "weft-drain").start();
    }

    private void end() {
        drain();
        // The last lines of the access log are with the loops. A disk that does not answer is not waited for.
        Thread closing = new Thread(proxy::close, "weft-close");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(CLOSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        proxy.log().info("bye");
        // Not by returning: the JVM would exit with the signal's 143.
        Runtime.getRuntime().halt(Main.OK);
    }

    /** Once; whoever comes later waits for the first. */
    private void drain() {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> first = drained.compareAndExchange(null, mine);
        if (first != null) {
            first.join();
            return;
        }
        try {
            boolean served = proxy.state() == State.LIVE;
            long begun = System.nanoTime();
            proxy.beginDrain(null);
            CompletableFuture<Void> left = leave.get();
            boolean registered = !left.isDone();
            await(left, LEAVE.toNanos());
            if (served && registered) {
                await(new CompletableFuture<>(), SETTLE.toNanos() - (System.nanoTime() - begun));
            }
            stop.run();
            proxy.drain(limit);
        } finally {
            mine.complete(null);
        }
    }

    private static void await(CompletableFuture<Void> future, long nanos) {
        try {
            future.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return; // long enough
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
