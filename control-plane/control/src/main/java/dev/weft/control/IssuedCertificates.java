package dev.weft.control;

import com.google.protobuf.Struct;
import dev.weft.ca.Issued;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The newest certificate that was issued to each instance, for the status page. Instances of one identity differ by the name
 * they give in the request ({@code weft.workload}); what was issued without one is not kept. Any thread.
 */
final class IssuedCertificates {
    private static final int MANY = 20_000;
    private static final String WORKLOAD = "weft.workload";

    private final Map<String, X509Certificate> newest = new ConcurrentHashMap<>();

    void note(Issued issued, Struct metadata) {
        if (newest.size() > MANY) {
            Instant now = Instant.now();
            newest.values().removeIf(c -> c.getNotAfter().toInstant().isBefore(now));
        }
        if (metadata.getFieldsMap().containsKey(WORKLOAD)) {
            String workload = metadata.getFieldsOrThrow(WORKLOAD).getStringValue();
            newest.put(issued.identity() + " " + workload, issued.leaf());
        }
    }

    /** The newest certificate of an instance; null when none was issued since the start. */
    @Nullable
    X509Certificate newest(String identity, String workload) {
        return newest.get(identity + " " + workload);
    }
}
