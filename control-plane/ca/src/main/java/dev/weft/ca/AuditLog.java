package dev.weft.ca;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happened to identities, one JSON object per line: issued certificates ({@code issued.log}: identity, serial, hash
 * of the key, evidence, until when) and refusals ({@code audit.log}: what, who, why, reference). Append-only; never a
 * secret. Any thread.
 */
final class AuditLog {
    private static final System.Logger LOG = System.getLogger("dev.weft.ca");

    private final Journal issued;
    private final Journal refused;
    private final InstantSource clock;

    AuditLog(Journal issued, Journal refused, InstantSource clock) {
        this.issued = issued;
        this.refused = refused;
        this.clock = clock;
    }

    void issued(Issued certificate, String keyHash, String evidence, boolean csrNamesIgnored) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("at", clock.instant().toString());
        entry.put("identity", certificate.identity().toString());
        entry.put("serial", certificate.leaf().getSerialNumber().toString(16));
        entry.put("key", keyHash);
        entry.put("until", certificate.leaf().getNotAfter().toInstant().toString());
        entry.put("evidence", evidence);
        if (csrNamesIgnored) {
            entry.put("csrNamesIgnored", true);
        }
        issued.append(entry);
    }

    void refused(String reference, String caller, String remote, String reason) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("at", clock.instant().toString());
        entry.put("event", "certificate-refused");
        entry.put("reference", reference);
        entry.put("caller", caller);
        entry.put("remote", remote);
        entry.put("reason", reason);
        refused.append(entry);
        LOG.log(
                System.Logger.Level.WARNING,
                "certificate refused: {0} (caller {1}, from {2}, reference {3})",
                reason,
                caller,
                remote,
                reference);
    }

    /** An operator's or host's act that is worth a line. */
    void event(String event, Map<String, ?> details) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("at", clock.instant().toString());
        entry.put("event", event);
        entry.putAll(details);
        refused.append(entry);
    }
}
