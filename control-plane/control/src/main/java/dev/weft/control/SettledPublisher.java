package dev.weft.control;

import dev.weft.xdsserver.XdsServer;
import java.time.Duration;

/** Waits until what the sources have handed over is acknowledged by the proxies, at most a while. */
final class SettledPublisher implements RegistryService.Settled {
    /** A proxy that does not answer must not hold up others' ends. */
    private static final Duration AT_MOST = Duration.ofSeconds(2);

    private static final Duration STEP = Duration.ofMillis(10);

    private final MeshLoop mesh;
    private final XdsServer xds;

    SettledPublisher(MeshLoop mesh, XdsServer xds) {
        this.mesh = mesh;
        this.xds = xds;
    }

    @Override
    public void afterwards(Runnable then) {
        // Runs after the batch that was handed over before it has been published.
        mesh.execute(() -> {
            long version = mesh.image().version();
            Thread waiter = Thread.ofVirtual().name("settle").unstarted(() -> {
                await(version);
                then.run();
            });
            waiter.start();
        });
    }

    private void await(long version) {
        long end = System.nanoTime() + AT_MOST.toNanos();
        while (!xds.notLive(version).isEmpty() && System.nanoTime() - end < 0) {
            try {
                Thread.sleep(STEP);
            } catch (InterruptedException e) {
                return; // shutting down
            }
        }
    }
}
