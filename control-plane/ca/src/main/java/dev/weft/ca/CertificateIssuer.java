package dev.weft.ca;

import dev.weft.base.SpiffeId;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Decides who gets which certificate. The identity always follows from how the caller authenticated: a join token makes
 * its host, a host credential may ask for the identities its token named (or for itself), a workload for itself. What the
 * signing request says about names is ignored and counted.
 *
 * <p>Any thread.
 */
public final class CertificateIssuer implements AutoCloseable {
    private final CertificateAuthority authority;
    private final JoinTokens tokens;
    private final CaConfig config;
    private final InstantSource clock;
    private final Journal issuedLog;
    private final Journal refusedLog;
    private final AuditLog audit;
    private final Map<String, KeyUse> keys = new HashMap<>(); // guarded by this; live keys by hash
    private final Map<String, TokenBucket> buckets = new HashMap<>(); // guarded by this
    private final TokenBucket all; // guarded by this
    private final TokenBucket refusals; // guarded by this
    private final AtomicLong issuedCount = new AtomicLong();
    private final AtomicLong refusedCount = new AtomicLong();
    private final AtomicLong ignoredNamesCount = new AtomicLong();

    private record KeyUse(String identity, Instant until) {}

    private CertificateIssuer(
            CertificateAuthority authority,
            JoinTokens tokens,
            CaConfig config,
            InstantSource clock,
            Journal issuedLog,
            Journal refusedLog) {
        this.authority = authority;
        this.tokens = tokens;
        this.config = config;
        this.clock = clock;
        this.issuedLog = issuedLog;
        this.refusedLog = refusedLog;
        this.audit = new AuditLog(issuedLog, refusedLog, clock);
        this.all = new TokenBucket(config.perMinute(), config.perMinute(), clock.instant());
        this.refusals = new TokenBucket(config.refusalsPerMinute(), config.refusalsPerMinute(), clock.instant());
    }

    /** Opens the logs {@code issued.log} and {@code audit.log} in a directory. */
    public static CertificateIssuer open(
            Path directory, CertificateAuthority authority, JoinTokens tokens, CaConfig config, InstantSource clock)
            throws IOException {
        Journal.Opened issued = Journal.open(directory.resolve("issued.log"));
        Journal.Opened refused = Journal.open(directory.resolve("audit.log"));
        CertificateIssuer issuer =
                new CertificateIssuer(authority, tokens, config, clock, issued.journal(), refused.journal());
        Instant now = clock.instant();
        for (Map<String, @Nullable Object> entry : issued.entries()) {
            if (entry.get("key") instanceof String key
                    && entry.get("identity") instanceof String identity
                    && entry.get("until") instanceof String until
                    && Instant.parse(until).isAfter(now)) {
                issuer.keys.put(key, new KeyUse(identity, Instant.parse(until)));
            }
        }
        return issuer;
    }

    /**
     * Answers one request for a certificate.
     *
     * @param csr PKCS#10, PEM
     * @param wishedLife zero for the default; brought into [5 min, the configured life]
     * @param wanted the identity a host credential asks for; null to renew the caller's own
     * @throws RefusedException what the caller may know; the audit log has the reason
     */
    public Issued issue(Caller caller, String csr, Duration wishedLife, @Nullable String wanted)
            throws RefusedException {
        return switch (caller) {
            case Caller.TokenBearer bearer -> byToken(bearer, csr);
            case Caller.CertificateHolder holder -> byCertificate(holder, csr, wishedLife, wanted);
        };
    }

    private Issued byToken(Caller.TokenBearer bearer, String csr) throws RefusedException {
        int dot = bearer.token().indexOf('.');
        String secret = dot < 0 ? bearer.token() : bearer.token().substring(0, dot);
        if (!tokens.isOpen(secret)) {
            // The reason is worked out by use(), which refuses the same way.
            throw refuse(bearer, "token", RefusedException.Kind.UNAUTHENTICATED, reason(tokens.use(secret)));
        }
        SigningRequest request = parse(bearer, "token", csr); // before the token is used up
        JoinTokens.Use use = tokens.use(secret);
        if (!(use instanceof JoinTokens.Use.Granted granted)) {
            throw refuse(bearer, "token", RefusedException.Kind.UNAUTHENTICATED, reason(use));
        }
        SpiffeId host = authority.trustDomain().host(granted.token().host());
        return sign(
                bearer,
                host,
                request,
                config.hostTtl(),
                "token:" + granted.token().id() + " " + bearer.remote());
    }

    private static String reason(JoinTokens.Use use) {
        return switch (use) {
            case JoinTokens.Use.Refused refused -> refused.reason();
            case JoinTokens.Use.Granted granted -> "token " + granted.token().id() + " was used";
        };
    }

    private Issued byCertificate(
            Caller.CertificateHolder holder, String csr, Duration wishedLife, @Nullable String wanted)
            throws RefusedException {
        SpiffeId caller = Spiffe.identity(holder.certificate());
        String name = String.valueOf(caller);
        if (caller == null
                || !caller.trustDomain().equals(authority.trustDomain())
                || !authority.signedAndValid(holder.certificate())) {
            throw refuse(
                    holder, name, RefusedException.Kind.UNAUTHENTICATED, "certificate is not ours or not valid now");
        }
        String evidence = "certificate:" + caller + " "
                + holder.certificate().getSerialNumber().toString(16) + " " + holder.remote();
        boolean renewal = wanted == null || wanted.isEmpty() || wanted.equals(name);
        if (isHost(caller)) {
            if (renewal) {
                return sign(holder, caller, parse(holder, name, csr), config.hostTtl(), evidence);
            }
            SpiffeId identity = SpiffeId.parseOrNull(wanted == null ? "" : wanted);
            List<IdentityPattern> grants = tokens.grants(caller.path().substring("/host/".length()));
            if (identity == null
                    || !identity.trustDomain().equals(authority.trustDomain())
                    || grants.stream().noneMatch(grant -> grant.covers(identity))) {
                throw refuse(
                        holder,
                        name,
                        RefusedException.Kind.DENIED,
                        "host asked for " + printable(wanted) + " but may run " + grants);
            }
            if (!admit(identity)) {
                throw refuse(holder, name, RefusedException.Kind.TOO_MANY, "too many certificates for " + identity);
            }
            return sign(holder, identity, parse(holder, name, csr), life(wishedLife), evidence);
        }
        if (caller.serviceAccount() == null || !renewal) {
            throw refuse(holder, name, RefusedException.Kind.DENIED, "workload asked for " + printable(wanted));
        }
        return sign(holder, caller, parse(holder, name, csr), life(wishedLife), evidence);
    }

    /**
     * A certificate for this control plane itself.
     *
     * @param dnsNames what it is called by clients that check names
     * @param addresses IP literals
     */
    public Issued issueOwn(SpiffeId identity, PublicKey key, List<String> dnsNames, List<String> addresses) {
        Issued issued = authority.sign(identity, key, config.workloadTtl(), dnsNames, addresses);
        record(issued, key, "own", false);
        return issued;
    }

    /** A certificate for a foreign proxy that cannot ask for one itself, and that the operator named. */
    public Issued issueForeign(SpiffeId identity, PublicKey key) {
        Issued issued = authority.sign(identity, key, config.workloadTtl(), List.of(), List.of());
        record(issued, key, "foreign", false);
        return issued;
    }

    /** Writes an audit line about something outside this class, e.g. an operator making a token. Never a secret. */
    public void event(String event, Map<String, ?> details) {
        audit.event(event, details);
    }

    private Issued sign(Caller caller, SpiffeId identity, SigningRequest request, Duration life, String evidence)
            throws RefusedException {
        String keyHash = Digests.sha256Hex(request.key().getEncoded());
        Instant now = clock.instant();
        synchronized (this) {
            KeyUse use = keys.get(keyHash);
            if (use != null && use.until().isAfter(now) && !use.identity().equals(identity.toString())) {
                throw refuse(
                        caller,
                        identity.toString(),
                        RefusedException.Kind.INVALID,
                        "key already belongs to " + use.identity());
            }
            keys.put(keyHash, new KeyUse(identity.toString(), now.plus(life)));
        }
        boolean ignored = request.wishedUris().stream().anyMatch(uri -> !uri.equals(identity.toString()));
        if (ignored) {
            ignoredNamesCount.incrementAndGet();
        }
        Issued issued = authority.sign(identity, request.key(), life, List.of(), List.of());
        record(issued, request.key(), evidence, ignored);
        return issued;
    }

    private void record(Issued issued, PublicKey key, String evidence, boolean ignored) {
        audit.issued(issued, Digests.sha256Hex(key.getEncoded()), evidence, ignored);
        issuedCount.incrementAndGet();
    }

    private SigningRequest parse(Caller caller, String name, String csr) throws RefusedException {
        try {
            return SigningRequest.parse(csr);
        } catch (IllegalArgumentException e) {
            throw refuse(caller, name, RefusedException.Kind.INVALID, "signing request: " + e.getMessage());
        }
    }

    private Duration life(Duration wished) {
        if (!wished.isPositive() || wished.compareTo(config.workloadTtl()) > 0) {
            return config.workloadTtl();
        }
        return wished.compareTo(CaConfig.MIN_TTL) < 0 ? CaConfig.MIN_TTL : wished;
    }

    private synchronized boolean admit(SpiffeId identity) {
        Instant now = clock.instant();
        if (buckets.size() > 10_000) {
            buckets.values().removeIf(bucket -> bucket.isFull(now));
        }
        if (keys.size() > 10_000) {
            keys.values().removeIf(use -> !use.until().isAfter(now));
        }
        int each = config.perIdentityPerMinute();
        TokenBucket own = buckets.computeIfAbsent(identity.toString(), id -> new TokenBucket(each, each, now));
        return own.take(now) && all.take(now);
    }

    private RefusedException refuse(Caller caller, String name, RefusedException.Kind kind, String reason) {
        refusedCount.incrementAndGet();
        boolean precise;
        synchronized (this) {
            precise = refusals.take(clock.instant());
        }
        if (!precise) {
            return new RefusedException(RefusedException.Kind.TOO_MANY, "too many refusals");
        }
        String reference =
                HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        audit.refused(reference, name, caller.remote(), reason);
        return new RefusedException(kind, "certificate refused (reference " + reference + ")");
    }

    private static String printable(@Nullable String text) {
        String some = String.valueOf(text);
        return (some.length() > 200 ? some.substring(0, 200) + "…" : some).replaceAll("[\\p{Cntrl}]", "?");
    }

    private static boolean isHost(SpiffeId id) {
        return id.path().startsWith("/host/") && id.path().indexOf('/', "/host/".length()) < 0;
    }

    public CertificateAuthority authority() {
        return authority;
    }

    public JoinTokens tokens() {
        return tokens;
    }

    /** Certificates issued since the start. */
    public long issuedCount() {
        return issuedCount.get();
    }

    /** Requests refused since the start. */
    public long refusedCount() {
        return refusedCount.get();
    }

    /** Signing requests that asked for other names than their caller has. */
    public long ignoredNamesCount() {
        return ignoredNamesCount.get();
    }

    @Override
    public void close() throws IOException {
        issuedLog.close();
        refusedLog.close();
        tokens.close();
    }
}
