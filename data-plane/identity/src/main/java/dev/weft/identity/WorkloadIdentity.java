package dev.weft.identity;

import dev.weft.base.Backoff;
import dev.weft.base.SpiffeId;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a workload's certificate current: asks for the first one, renews it at about half of its life with a new key,
 * retries with back-off, and raises an alarm when renewal has not worked for long.
 *
 * <p>States: no certificate → asking → holding → (due) asking while holding → holding. A failure waits and asks again; a
 * certificate once held is kept and shown until a better one comes, even past its end.
 *
 * <p>Threads: one, the control thread. Time comes from outside: the owner calls {@link #tick} when the instant it last
 * returned has come, and after anything else happened.
 */
public final class WorkloadIdentity {
    /** Renewal is at half of the life, give or take a tenth, so that a fleet started together does not ask together. */
    static final double EARLIEST_RENEWAL = 0.4;

    static final double LATEST_RENEWAL = 0.6;
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    /** How late renewal is. */
    public enum Alarm {
        NONE(0),
        /** 70 % of the life has passed. */
        LATE(0.7),
        /** 90 % of the life has passed. */
        CRITICAL(0.9),
        /** The certificate has ended: peers refuse it. */
        EXPIRED(1);

        private final double share;

        Alarm(double share) {
            this.share = share;
        }
    }

    /** Hears what happens, on the thread that drives the identity. */
    public interface Listener {
        /** A new certificate: give its secrets to the engine. */
        void issued(IssuedIdentity identity);

        /** An attempt failed; the next one is at {@code retryAt}. */
        void failed(String reason, Instant retryAt);

        /** The alarm rose to this level (never for {@link Alarm#NONE}). Once per level and certificate. */
        void alarm(Alarm level, IssuedIdentity identity);
    }

    private final SpiffeId wanted;
    private final Duration validity;
    private final CertificateSource source;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Listener listener;
    private final Backoff backoff;

    private @Nullable IssuedIdentity current;
    private @Nullable String lastFailure;
    private Alarm alarm = Alarm.NONE;
    private Instant askAt = Instant.MIN; // when to ask next
    private @Nullable Attempt attempt; // under way

    /** One question to the source. An answer to an attempt given up is ignored. */
    private final class Attempt implements CertificateSource.Answer {
        final KeyPair keys = KeyPairs.newP256();
        final Instant deadline;

        Attempt(Instant deadline) {
            this.deadline = deadline;
        }

        @Override
        public void issued(List<String> certificateChain) {
            if (attempt != this) {
                return;
            }
            try {
                accept(IssuedIdentity.of(wanted, keys, certificateChain, clock.instant()));
            } catch (IllegalArgumentException e) {
                retry(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public void failed(String reason) {
            if (attempt == this) {
                retry(reason);
            }
        }
    }

    /**
     * @param wanted the identity to hold
     * @param validity the life to ask for (the mesh's default is 24 h)
     * @param clock wall-clock time, as in certificates
     */
    public WorkloadIdentity(
            SpiffeId wanted,
            Duration validity,
            CertificateSource source,
            InstantSource clock,
            RandomGenerator random,
            Listener listener) {
        this.wanted = wanted;
        this.validity = validity;
        this.source = source;
        this.clock = clock;
        this.random = random;
        this.listener = listener;
        // R11: retry with back-off up to 30 s; the first retries are quick, for a control plane that is just starting
        this.backoff = new Backoff(Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofSeconds(30), random);
    }

    public SpiffeId wanted() {
        return wanted;
    }

    /** The certificate held now, or null before the first. */
    public @Nullable IssuedIdentity current() {
        return current;
    }

    /** Why the last attempt failed; null when it did not. */
    public @Nullable String lastFailure() {
        return lastFailure;
    }

    public Alarm alarm() {
        return alarm;
    }

    /** Does what is due and returns when to call again at the latest. */
    public Instant tick() {
        Instant now = clock.instant();
        if (attempt != null && !now.isBefore(attempt.deadline)) {
            retry("no answer within " + ANSWER_TIMEOUT.toSeconds() + " s");
        }
        if (attempt == null && !now.isBefore(askAt)) {
            ask(now);
        }
        raise(now);
        return next();
    }

    /** Asks for a new certificate with the next {@link #tick}, whatever the age of the current one. */
    public void rotateNow() {
        askAt = Instant.MIN;
        backoff.reset();
    }

    private void ask(Instant now) {
        Attempt made = new Attempt(now.plus(ANSWER_TIMEOUT));
        attempt = made;
        source.request(
                new CertificateSource.Request(wanted, CertificateRequest.pem(made.keys, wanted), validity), made);
    }

    private void accept(IssuedIdentity issued) {
        attempt = null;
        current = issued;
        lastFailure = null;
        alarm = Alarm.NONE;
        backoff.reset();
        askAt = issued.at(random.nextDouble(EARLIEST_RENEWAL, LATEST_RENEWAL));
        listener.issued(issued);
    }

    private void retry(String reason) {
        attempt = null;
        lastFailure = reason;
        askAt = clock.instant().plus(backoff.next());
        listener.failed(reason, askAt);
    }

    private void raise(Instant now) {
        IssuedIdentity held = current;
        if (held == null) {
            return;
        }
        for (Alarm level : Alarm.values()) {
            if (level.compareTo(alarm) > 0 && !now.isBefore(held.at(level.share))) {
                alarm = level;
                listener.alarm(level, held);
            }
        }
    }

    private Instant next() {
        Instant next = attempt != null ? attempt.deadline : askAt;
        IssuedIdentity held = current;
        if (held != null && alarm != Alarm.EXPIRED) {
            Instant rise = held.at(Alarm.values()[alarm.ordinal() + 1].share);
            next = rise.isBefore(next) ? rise : next;
        }
        return next;
    }
}
