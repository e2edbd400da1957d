package dev.weft.sources;

import dev.weft.meshmodel.SourceUpdate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A configuration directory as a source: everything it holds at the start, then every change once the files have been quiet
 * for 50 ms. Safe against editors that rename, link or rewrite.
 *
 * <p>Threads: one of its own; the sink is called there, one batch after another, and first from {@link #start}.
 */
public final class ConfigWatcher implements AutoCloseable {
    /** The source's name in every update. */
    public static final String SOURCE = ConfigState.SOURCE;

    private static final System.Logger LOG = System.getLogger(ConfigWatcher.class.getName());
    private static final Duration QUIET = Duration.ofMillis(50);
    // someone writes without pause: look anyway, now and then
    private static final Duration LONGEST_WAIT = Duration.ofMillis(500);
    // events can be lost (network file systems, overflow): look at all stamps this often
    private static final Duration LOOK = Duration.ofSeconds(2);
    // how long an emptied file may stay empty before it is believed
    private static final Duration EMPTY_GRACE = Duration.ofMillis(300);
    // last good documents are saved once nothing has happened for so long: 20 ms for 6000 of them, in no change's way
    private static final Duration SAVE_QUIET = Duration.ofMillis(200);
    // something always happens: save anyway, after a change; with LONGEST_WAIT that is within a second
    private static final Duration SAVE_LATEST = Duration.ofMillis(500);

    private final Sink sink;
    private final ConfigState state = new ConfigState();
    private final ConfigFiles files;
    private final @Nullable LastGood lastGood;
    private final WatchService watcher;
    private final Map<Path, WatchKey> watched = new HashMap<>(); // confined to the thread
    private final Thread thread;
    private final Set<Path> dirty = new HashSet<>(); // events not looked at yet; confined to the thread
    private boolean failed; // the last look; confined to the thread
    private boolean unsaved; // confined to the thread, after start
    private long unsavedSince; // if unsaved; confined to the thread

    /** Takes batches of updates. */
    @FunctionalInterface
    public interface Sink {
        /** Must not block for long: the next change waits behind it. */
        void accept(List<SourceUpdate> batch);
    }

    /**
     * Does nothing yet.
     *
     * @param lastGoodFile where last good documents are kept over a restart; null = they are not
     */
    public ConfigWatcher(Path directory, @Nullable Path lastGoodFile, Sink sink) throws IOException {
        this.sink = sink;
        this.files = new ConfigFiles(directory, state);
        this.lastGood = lastGoodFile == null ? null : new LastGood(lastGoodFile);
        this.watcher = directory.getFileSystem().newWatchService();
        this.thread = Thread.ofPlatform().daemon().name("weft-config-watcher").unstarted(this::watch);
    }

    /** Reads everything, hands it to the sink with {@link SourceUpdate.Synced} at the end, and goes on watching. */
    public void start() {
        files.refresh(Set.of(), Set.of(), this::register);
        if (lastGood != null && state.hasBadDocuments()) {
            state.seed(lastGood.load());
        }
        List<SourceUpdate> batch = new ArrayList<>(state.settle());
        batch.add(new SourceUpdate.Synced(SOURCE));
        sink.accept(batch);
        unsaved = true;
        saveLastGood();
        thread.start();
    }

    private void watch() {
        Set<Path> suspects = Set.of();
        try {
            while (true) {
                try {
                    suspects = next(suspects);
                } catch (ClosedWatchServiceException | InterruptedException e) {
                    throw e;
                } catch (Throwable e) {
                    // without this thread no edit would ever apply again: the next look takes all files of this one
                    if (!failed) {
                        LOG.log(System.Logger.Level.ERROR, "a change of configuration could not be read", e);
                    }
                    failed = true;
                }
            }
        } catch (ClosedWatchServiceException | InterruptedException e) {
            saveLastGood(); // closed
        }
    }

    /** Waits for a change and publishes it; takes and gives the files that are empty and may not stay so. */
    private Set<Path> next(Set<Path> suspects) throws InterruptedException {
        boolean mayIdle = suspects.isEmpty();
        if (awaitEvent(!mayIdle ? EMPTY_GRACE : unsaved ? SAVE_QUIET : LOOK)) {
            awaitQuiet();
        } else if (mayIdle && unsaved) {
            saveLastGood();
            return suspects;
        }
        Set<Path> empty = look(suspects);
        if (unsaved && System.nanoTime() - unsavedSince > SAVE_LATEST.toNanos()) {
            saveLastGood();
        }
        return empty;
    }

    private Set<Path> look(Set<Path> before) {
        Set<Path> suspects = Set.of();
        if (failed || !before.isEmpty() || dirty.isEmpty() || !files.refreshOnly(dirty)) {
            Set<Path> confirmed = new HashSet<>(before);
            confirmed.removeAll(dirty);
            suspects = files.refresh(dirty, confirmed, this::register);
        }
        publish(state.settle());
        dirty.clear();
        failed = false;
        return suspects;
    }

    private void publish(List<SourceUpdate> batch) {
        if (batch.isEmpty()) {
            return;
        }
        if (!unsaved) {
            unsaved = true;
            unsavedSince = System.nanoTime();
        }
        try {
            sink.accept(batch);
        } catch (RuntimeException e) {
            // the next change must still get through
            LOG.log(System.Logger.Level.ERROR, "a change of configuration could not be taken", e);
        }
        // the good version that a bad document stands in the place of is on disk nowhere else
        if (batch.getLast() instanceof SourceUpdate.Reported && state.hasBadDocuments()) {
            saveLastGood();
        }
    }

    private boolean awaitEvent(Duration wait) throws InterruptedException {
        WatchKey key = watcher.poll(wait.toMillis(), TimeUnit.MILLISECONDS);
        if (key != null) {
            take(key);
        }
        return key != null;
    }

    private void awaitQuiet() throws InterruptedException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < LONGEST_WAIT.toNanos() && awaitEvent(QUIET)) {
            // another event: the quiet begins anew
        }
    }

    private void take(WatchKey key) {
        Path parent = (Path) key.watchable();
        for (WatchEvent<?> event : key.pollEvents()) {
            if (event.context() instanceof Path name) {
                dirty.add(parent.resolve(name));
            }
        }
        if (!key.reset()) {
            watched.remove(parent);
        }
    }

    private void register(Path directory) {
        WatchKey known = watched.get(directory);
        if (known != null && known.isValid()) {
            return;
        }
        try {
            watched.put(
                    directory,
                    directory.register(
                            watcher,
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_MODIFY,
                            StandardWatchEventKinds.ENTRY_DELETE));
        } catch (IOException e) {
            watched.remove(directory); // gone again, or out of watches: the periodic look still sees its files
        }
    }

    private void saveLastGood() {
        if (lastGood == null || !unsaved) {
            return;
        }
        try {
            unsaved = false;
            lastGood.save(state.good());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "last good configuration cannot be kept: {0}", e.toString());
        }
    }

    /** Ends the thread and waits for it, unless it is the caller. */
    @Override
    public void close() {
        try {
            watcher.close();
            if (thread.isAlive() && Thread.currentThread() != thread) {
                thread.join(Duration.ofSeconds(5));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
