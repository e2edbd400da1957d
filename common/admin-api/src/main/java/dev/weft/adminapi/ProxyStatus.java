package dev.weft.adminapi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One proxy as the control plane sees it.
 *
 * @param id {@code NAME.NAMESPACE}
 * @param service the service it serves, empty for none
 * @param identity authenticated SPIFFE identity; null over plaintext xDS, where the node id is all there is
 * @param address first address it named
 * @param mode {@code REDIRECT} or {@code NONE} (explicit)
 * @param connected whether its xDS stream is open
 * @param connectedAt ISO-8601
 * @param lastSeen last message on its stream, ISO-8601
 * @param version of the program, empty when it did not say
 * @param versionSkew whether that differs from the control plane's
 * @param protocol {@code delta} or {@code sotw}
 * @param state the worst of the types' states
 * @param configVersion newest mesh version of which this proxy has acknowledged everything it takes
 * @param sync per resource type
 * @param certificate of its workload, null while none was issued or seen
 */
public record ProxyStatus(
        String id,
        String name,
        String namespace,
        String service,
        @Nullable String identity,
        String address,
        String mode,
        boolean connected,
        String connectedAt,
        String lastSeen,
        String version,
        boolean versionSkew,
        String protocol,
        SyncState state,
        long configVersion,
        List<TypeSync> sync,
        @Nullable CertificateStatus certificate) {}
