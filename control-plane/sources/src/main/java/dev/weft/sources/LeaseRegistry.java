package dev.weft.sources;

import dev.weft.base.Ticker;
import dev.weft.meshmodel.Provenance;
import dev.weft.meshmodel.ResourceKey;
import dev.weft.meshmodel.SourceUpdate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The instances that registered themselves, as a source of workloads. A state machine over a ticker, with a journal and no
 * other I/O.
 *
 * <p>States of a lease: <i>held</i> by a session (removed if not renewed for {@link #TTL}); <i>orphaned</i> since its
 * session's stream closed without a goodbye (removed after {@link #RECONNECT} unless the instance registers again, so that
 * a network hiccup costs nothing and a crash is seen soon); <i>restored</i> from the journal (kept for one TTL, in which
 * the instance must come back). A goodbye removes at once.
 *
 * <p>Threads: any; calls are serialised by one lock, and the sink is called under it, so it must only hand over.
 */
public final class LeaseRegistry implements AutoCloseable {
    /** The source's name in every update. */
    public static final String SOURCE = "leases";

    /** How long a silent instance stays. */
    public static final Duration TTL = Duration.ofSeconds(15);

    /** How long an instance may take to come back after its stream broke. */
    public static final Duration RECONNECT = Duration.ofSeconds(1);

    private static final System.Logger LOG = System.getLogger(LeaseRegistry.class.getName());

    private final Ticker ticker;
    private final @Nullable LeaseJournal journal;
    private final ConfigWatcher.Sink sink;
    private final Map<ResourceKey, Held> held = new LinkedHashMap<>(); // guarded by this

    private static final class Held {
        Lease lease;
        final @Nullable Session session;
        long deadlineNanos;

        Held(Lease lease, @Nullable Session session, long deadlineNanos) {
            this.lease = lease;
            this.session = session;
            this.deadlineNanos = deadlineNanos;
        }
    }

    /** Why an instance was not registered; the message is for its operator. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /** One stream of one instance. Calls after another session took the lease over, or after its end, do nothing. */
    public final class Session {
        private final ResourceKey key;

        private Session(ResourceKey key) {
            this.key = key;
        }

        /** The instance is still there. */
        public void renew() {
            synchronized (LeaseRegistry.this) {
                Held mine = mine();
                if (mine != null) {
                    mine.deadlineNanos = ticker.nanos() + TTL.toNanos();
                }
            }
        }

        /**
         * Its application does or does not pass the checks of its own sidecar. It stays registered either way.
         *
         * @return whether that is news
         */
        public boolean ready(boolean isReady) {
            synchronized (LeaseRegistry.this) {
                Held mine = mine();
                if (mine == null || mine.lease.ready() == isReady) {
                    return false;
                }
                mine.lease = mine.lease.withReady(isReady);
                take(mine.lease);
                return true;
            }
        }

        /** The instance says goodbye: removed at once. */
        public void leave() {
            synchronized (LeaseRegistry.this) {
                Held mine = mine();
                if (mine != null) {
                    remove(List.of(mine));
                }
            }
        }

        /** The stream ended; after {@link #leave} this means nothing. */
        public void closed() {
            synchronized (LeaseRegistry.this) {
                Held mine = mine();
                if (mine != null) {
                    mine.deadlineNanos = Math.min(mine.deadlineNanos, ticker.nanos() + RECONNECT.toNanos());
                }
            }
        }

        /** Whether the lease is still this session's. */
        public boolean isCurrent() {
            synchronized (LeaseRegistry.this) {
                return mine() != null;
            }
        }

        private @Nullable Held mine() {
            Held current = held.get(key);
            return current != null && current.session == this ? current : null;
        }
    }

    /**
     * Empty until {@link #start}.
     *
     * @param journalFile where leases are kept over a restart; null = they are not
     */
    public LeaseRegistry(Ticker ticker, @Nullable Path journalFile, ConfigWatcher.Sink sink) {
        this.ticker = ticker;
        this.journal = journalFile == null ? null : new LeaseJournal(journalFile);
        this.sink = sink;
    }

    /** Hands over what the journal kept, with {@link SourceUpdate.Synced} at the end. */
    public synchronized void start() throws IOException {
        List<SourceUpdate> batch = new ArrayList<>();
        if (journal != null) {
            long deadline = ticker.nanos() + TTL.toNanos();
            for (Lease lease : journal.open()) {
                held.put(lease.key(), new Held(lease, null, deadline));
                batch.add(upsert(lease));
            }
        }
        batch.add(new SourceUpdate.Synced(SOURCE));
        sink.accept(batch);
    }

    /**
     * Registers an instance, or the same one again after its stream broke. The newest session of an identity has the lease.
     *
     * @throws RefusedException if an instance of another identity has the name
     */
    public synchronized Session register(Lease lease) throws RefusedException {
        Held before = held.get(lease.key());
        if (before != null && !before.lease.identity().equals(lease.identity())) {
            throw new RefusedException(
                    "the name " + lease.namespace() + "/" + lease.name() + " is taken by " + before.lease.identity());
        }
        Session session = new Session(lease.key());
        held.put(lease.key(), new Held(lease, session, ticker.nanos() + TTL.toNanos()));
        if (before == null || !before.lease.equals(lease)) {
            take(lease);
        }
        return session;
    }

    private synchronized void take(Lease lease) {
        if (journal != null) {
            journalled(() -> journal.put(lease));
        }
        sink.accept(List.of(upsert(lease)));
    }

    /** Removes what is due. To be called every few hundred milliseconds. */
    public synchronized void tick() {
        long now = ticker.nanos();
        List<Held> due = new ArrayList<>();
        for (Held one : held.values()) {
            if (one.deadlineNanos - now <= 0) {
                due.add(one);
            }
        }
        if (!due.isEmpty()) {
            remove(due);
        }
    }

    /** All leases, oldest first. */
    public synchronized List<Lease> leases() {
        return held.values().stream().map(one -> one.lease).toList();
    }

    private synchronized void remove(List<Held> gone) {
        List<SourceUpdate> batch = new ArrayList<>();
        for (Held one : gone) {
            held.remove(one.lease.key());
            if (journal != null) {
                journalled(() -> journal.remove(one.lease));
            }
            batch.add(new SourceUpdate.Remove(SOURCE, one.lease.key()));
        }
        sink.accept(batch);
    }

    private static SourceUpdate upsert(Lease lease) {
        return new SourceUpdate.Upsert(lease.workload(), Provenance.of(SOURCE));
    }

    @FunctionalInterface
    private interface Write {
        void run() throws IOException;
    }

    /** A full disk must not take instances out of the mesh: the registry goes on without its journal's line. */
    private static void journalled(Write write) {
        try {
            write.run();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the lease journal cannot be written: {0}", e.toString());
        }
    }

    @Override
    public synchronized void close() {
        if (journal != null) {
            try {
                journal.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
