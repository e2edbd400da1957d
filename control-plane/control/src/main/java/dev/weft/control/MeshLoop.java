package dev.weft.control;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.MeshDelta;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.SourceUpdate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The one thread that changes the mesh: takes batches from the sources, waits a little for more unless something has to go,
 * and makes the next image. Publishers are told on this thread, in order.
 *
 * <p>Nothing is published before every source has said what it has, so that a restart takes nothing away.
 */
final class MeshLoop implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.weft.control");

    /** More usually follows at once: several instances start together, several files are saved. */
    private static final long QUIET_MILLIS = 15;

    /** Nothing waits longer than this for more. */
    private static final long LONGEST_MILLIS = 100;

    /** Told about every image, and about tasks in between. Called on the loop's thread. */
    interface Publisher {
        void publish(MeshDelta delta);
    }

    private sealed interface Event {
        record Batch(List<SourceUpdate> updates) implements Event {}

        record Task(Runnable run) implements Event {}
    }

    private final BlockingQueue<Event> queue = new LinkedBlockingQueue<>();
    private final Set<String> awaited; // confined to the thread
    private final Map<String, List<Diagnostic>> reported = new HashMap<>(); // confined to the thread
    private final Hold hold = new Hold(); // confined to the thread
    private final Publisher publisher;
    private final Thread thread;
    private final AtomicLong batches = new AtomicLong();
    private volatile MeshImage image; // written by the thread
    private volatile List<Diagnostic> sourceDiagnostics = List.of(); // written by the thread
    private volatile boolean synced; // written by the thread
    private volatile boolean closed;

    /** @param sources names of the sources to wait for */
    MeshLoop(MeshImage initial, Set<String> sources, Publisher publisher) {
        this.image = initial;
        this.awaited = new HashSet<>(sources);
        this.publisher = publisher;
        this.thread = Thread.ofPlatform().name("mesh").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Takes a batch from a source. Any thread, never blocks. */
    void accept(List<SourceUpdate> updates) {
        queue.add(new Event.Batch(updates));
    }

    /** Runs something on the mesh's thread, after everything that was accepted before it. */
    void execute(Runnable task) {
        queue.add(new Event.Task(task));
    }

    MeshImage image() {
        return image;
    }

    /** Whether every source has said what it has. */
    boolean isSynced() {
        return synced;
    }

    /** What the sources complain about now, errors first. */
    List<Diagnostic> sourceDiagnostics() {
        return sourceDiagnostics;
    }

    /** Why a change is held; empty when none is. */
    List<Diagnostic> held() {
        return hold.reasons();
    }

    /** Lets a held change through and returns how many resources it has, once it is published. Not from this thread. */
    int release() {
        CompletableFuture<Integer> done = new CompletableFuture<>();
        execute(() -> {
            List<SourceUpdate> released = hold.release();
            try {
                if (!released.isEmpty()) {
                    LOG.log(System.Logger.Level.WARNING, "a held change was let through");
                    change(released, false);
                }
            } finally {
                done.complete(released.size());
            }
        });
        return done.orTimeout(30, TimeUnit.SECONDS).join();
    }

    /** Batches applied since the start. */
    long batches() {
        return batches.get();
    }

    private void run() {
        while (!closed) {
            try {
                step();
            } catch (InterruptedException e) {
                return; // closed
            } catch (RuntimeException e) {
                // The next change must still get through: the mesh keeps what it was served.
                LOG.log(System.Logger.Level.ERROR, "a change could not be applied", e);
            }
        }
    }

    private void step() throws InterruptedException {
        List<SourceUpdate> updates = new ArrayList<>();
        List<Runnable> tasks = new ArrayList<>();
        add(queue.take(), updates, tasks);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_MILLIS);
        while (!updates.isEmpty() && !isUrgent(updates)) {
            long left = Math.min(TimeUnit.MILLISECONDS.toNanos(QUIET_MILLIS), end - System.nanoTime());
            Event more = left <= 0 ? null : queue.poll(left, TimeUnit.NANOSECONDS);
            if (more == null) {
                break;
            }
            add(more, updates, tasks);
        }
        for (Event more = queue.poll(); more != null; more = queue.poll()) {
            add(more, updates, tasks);
        }
        try {
            apply(updates);
        } finally {
            tasks.forEach(Runnable::run);
        }
    }

    /** Removals never wait (requests still go there), and files were already quiet for a while. */
    private static boolean isUrgent(List<SourceUpdate> updates) {
        for (SourceUpdate update : updates) {
            if (update instanceof SourceUpdate.Remove
                    || update.source().equals(dev.weft.sources.ConfigWatcher.SOURCE)) {
                return true;
            }
        }
        return false;
    }

    private static void add(Event event, List<SourceUpdate> updates, List<Runnable> tasks) {
        switch (event) {
            case Event.Batch batch -> updates.addAll(batch.updates());
            case Event.Task task -> tasks.add(task.run());
        }
    }

    private void apply(List<SourceUpdate> updates) {
        if (updates.isEmpty()) {
            return;
        }
        boolean first = false;
        for (SourceUpdate update : updates) {
            switch (update) {
                case SourceUpdate.Synced done -> {
                    first |= awaited.remove(done.source()) && awaited.isEmpty();
                }
                case SourceUpdate.Reported report -> reported.put(report.source(), report.diagnostics());
                case SourceUpdate.Upsert upsert -> {}
                case SourceUpdate.Remove remove -> {}
            }
        }
        batches.incrementAndGet();
        // What was there at the start is taken as it is: there is nothing to compare it with.
        List<SourceUpdate> admitted = synced ? admit(updates) : updates;
        synced |= first;
        change(admitted, first);
    }

    private List<SourceUpdate> admit(List<SourceUpdate> updates) {
        boolean wasHeld = !held().isEmpty();
        List<SourceUpdate> admitted = hold.admit(image, updates);
        if (wasHeld == held().isEmpty()) {
            held().forEach(reason -> LOG.log(System.Logger.Level.WARNING, "{0}", reason));
            LOG.log(System.Logger.Level.WARNING, wasHeld ? "no change is held any more" : "a change is held");
        }
        return admitted;
    }

    private void change(List<SourceUpdate> updates, boolean first) {
        List<Diagnostic> all = new ArrayList<>(hold.reasons());
        reported.values().forEach(all::addAll);
        all.sort(Diagnostic.ORDER);
        sourceDiagnostics = List.copyOf(all);
        MeshDelta delta = image.apply(updates);
        image = delta.after();
        if (synced && (first || !delta.isEmpty())) {
            publisher.publish(delta);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
