package dev.weft.ca;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Join tokens and what the hosts made with them may run. Secrets are stored as SHA-256 only (160 random bits need no slow
 * hash). A token is used at most once: its use is on disk before anybody is told.
 *
 * <p>Any thread; calls take turns.
 */
public final class JoinTokens implements AutoCloseable {
    /** The longest a token may live. */
    public static final Duration MAX_TTL = Duration.ofMinutes(10);

    private static final Duration REMEMBERED = Duration.ofDays(1);
    private static final int SECRET_BYTES = 20;

    private final Journal journal;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, String> idByHash = new HashMap<>(); // guarded by this
    private final Map<String, JoinToken> byId = new LinkedHashMap<>(); // guarded by this; oldest first
    private final Map<String, List<IdentityPattern>> hosts = new HashMap<>(); // guarded by this

    private JoinTokens(Journal journal, InstantSource clock) {
        this.journal = journal;
        this.clock = clock;
    }

    /** What a try to use a token came to. */
    public sealed interface Use {
        /** This caller, and no other, has it. */
        record Granted(JoinToken token) implements Use {}

        /** Unknown, used, expired or revoked: for the audit log, not for the caller. */
        record Refused(String reason) implements Use {}
    }

    /** Opens the journal and forgets tokens that ended more than a day ago. */
    public static JoinTokens open(Path file, InstantSource clock) throws IOException {
        Journal.Opened opened = Journal.open(file);
        JoinTokens tokens = new JoinTokens(opened.journal(), clock);
        try {
            opened.entries().forEach(tokens::replay);
        } catch (IllegalArgumentException | NullPointerException | ClassCastException e) {
            throw new IOException(file + " is damaged: " + e.getMessage(), e);
        }
        tokens.compact();
        return tokens;
    }

    /**
     * Makes a token.
     *
     * @param host id of the host, see {@link IdentityPattern}'s names
     * @param identities at least one
     * @param ttl positive, at most {@link #MAX_TTL}
     */
    public synchronized JoinToken.Created create(String host, List<IdentityPattern> identities, Duration ttl) {
        if (!IdentityPattern.isName(host)) {
            throw new IllegalArgumentException("not a host id: '" + host + "'; use letters, digits, dots and dashes");
        }
        if (identities.isEmpty()) {
            throw new IllegalArgumentException("a token must name at least one identity, e.g. default/orders");
        }
        if (!ttl.isPositive() || ttl.compareTo(MAX_TTL) > 0) {
            throw new IllegalArgumentException("a token lives at most " + MAX_TTL.toSeconds() + " s");
        }
        String secret = newSecret(random);
        byte[] idBytes = new byte[4];
        random.nextBytes(idBytes);
        Instant now = clock.instant();
        JoinToken token = new JoinToken(
                HexFormat.of().formatHex(idBytes),
                host,
                List.copyOf(identities),
                now,
                now.plus(ttl),
                JoinToken.State.OPEN);
        Map<String, @Nullable Object> entry = created(hash(secret), token);
        journal.appendSynced(entry);
        replay(entry);
        return new JoinToken.Created(token, secret);
    }

    /** Random bytes in base64url that do not begin with a dash: {@code --token -V...} reads as two options. */
    static String newSecret(RandomGenerator random) {
        byte[] bytes = new byte[SECRET_BYTES];
        String secret;
        do {
            random.nextBytes(bytes);
            secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        } while (secret.startsWith("-"));
        return secret;
    }

    /** Whether the secret would be granted now; uses nothing up. Lets a caller check the rest of a request first. */
    public synchronized boolean isOpen(String secret) {
        String id = idByHash.get(hash(secret));
        return id != null && current(id).state() == JoinToken.State.OPEN;
    }

    /** Uses a token: of any number of concurrent callers exactly one is granted it. */
    public synchronized Use use(String secret) {
        String id = idByHash.get(hash(secret));
        if (id == null) {
            return new Use.Refused("unknown token");
        }
        JoinToken token = current(id);
        if (token.state() != JoinToken.State.OPEN) {
            return new Use.Refused("token " + id + " is " + token.state().name().toLowerCase(java.util.Locale.ROOT));
        }
        Map<String, @Nullable Object> entry = event("use", id);
        journal.appendSynced(entry);
        replay(entry);
        return new Use.Granted(current(id));
    }

    /** Revokes an open token; false when there is no open token of that id. */
    public synchronized boolean revoke(String id) {
        if (!byId.containsKey(id) || current(id).state() != JoinToken.State.OPEN) {
            return false;
        }
        Map<String, @Nullable Object> entry = event("revoke", id);
        journal.appendSynced(entry);
        replay(entry);
        return true;
    }

    /** Tokens of the last day, newest first. */
    public synchronized List<JoinToken> list() {
        List<JoinToken> tokens = new ArrayList<>();
        byId.keySet().forEach(id -> tokens.add(current(id)));
        tokens.sort(Comparator.comparing(JoinToken::created).reversed());
        return tokens;
    }

    /** What a host may run: as its last used token says; empty for a host that never joined. */
    public synchronized List<IdentityPattern> grants(String host) {
        return hosts.getOrDefault(host, List.of());
    }

    private JoinToken current(String id) {
        JoinToken token = byId.get(id);
        if (token == null) {
            throw new IllegalStateException("no token " + id);
        }
        boolean over = !clock.instant().isBefore(token.expires());
        return token.state() == JoinToken.State.OPEN && over ? token.withState(JoinToken.State.EXPIRED) : token;
    }

    private void replay(Map<String, @Nullable Object> entry) {
        String op = text(entry, "op");
        switch (op) {
            case "create" -> {
                JoinToken token = new JoinToken(
                        text(entry, "id"),
                        text(entry, "host"),
                        patterns(entry),
                        Instant.parse(text(entry, "created")),
                        Instant.parse(text(entry, "expires")),
                        JoinToken.State.OPEN);
                byId.put(token.id(), token);
                idByHash.put(text(entry, "sha256"), token.id());
            }
            case "use" -> {
                JoinToken token = known(text(entry, "id")).withState(JoinToken.State.USED);
                byId.put(token.id(), token);
                hosts.put(token.host(), token.identities());
            }
            case "revoke" -> {
                JoinToken token = known(text(entry, "id")).withState(JoinToken.State.REVOKED);
                byId.put(token.id(), token);
            }
            case "host" -> hosts.put(text(entry, "host"), patterns(entry));
            default -> throw new IllegalArgumentException("unknown entry '" + op + "'");
        }
    }

    private JoinToken known(String id) {
        JoinToken token = byId.get(id);
        if (token == null) {
            throw new IllegalArgumentException("entry about unknown token " + id);
        }
        return token;
    }

    private synchronized void compact() {
        Instant oldest = clock.instant().minus(REMEMBERED);
        byId.values().removeIf(token -> token.expires().isBefore(oldest));
        idByHash.values().removeIf(id -> !byId.containsKey(id));
        List<Map<String, @Nullable Object>> entries = new ArrayList<>();
        Map<String, String> hashById = new HashMap<>();
        idByHash.forEach((hash, id) -> hashById.put(id, hash));
        byId.forEach((id, token) -> {
            entries.add(created(hashById.getOrDefault(id, ""), token));
            switch (token.state()) {
                case USED -> entries.add(event("use", id));
                case REVOKED -> entries.add(event("revoke", id));
                case OPEN, EXPIRED -> {}
            }
        });
        hosts.forEach((host, identities) -> {
            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
            entry.put("op", "host");
            entry.put("host", host);
            entry.put(
                    "identities",
                    identities.stream().map(IdentityPattern::toString).toList());
            entries.add(entry);
        });
        journal.rewrite(entries);
    }

    private static Map<String, @Nullable Object> created(String hash, JoinToken token) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("op", "create");
        entry.put("id", token.id());
        entry.put("sha256", hash);
        entry.put("host", token.host());
        entry.put(
                "identities",
                token.identities().stream().map(IdentityPattern::toString).toList());
        entry.put("created", token.created().toString());
        entry.put("expires", token.expires().toString());
        return entry;
    }

    private Map<String, @Nullable Object> event(String op, String id) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("op", op);
        entry.put("id", id);
        entry.put("at", clock.instant().toString());
        return entry;
    }

    private static List<IdentityPattern> patterns(Map<String, @Nullable Object> entry) {
        List<IdentityPattern> patterns = new ArrayList<>();
        if (entry.get("identities") instanceof List<?> items) {
            items.forEach(item -> patterns.add(IdentityPattern.parse(String.valueOf(item))));
        }
        return List.copyOf(patterns);
    }

    private static String text(Map<String, @Nullable Object> entry, String name) {
        if (entry.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("entry without " + name);
    }

    private static String hash(String secret) {
        return Digests.sha256Hex(secret.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
