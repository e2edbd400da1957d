package dev.weft.control;

import dev.weft.base.Address;
import dev.weft.ca.CaConfig;
import dev.weft.ca.IdentityPattern;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a control plane runs. Ports of 0 are any free ones, for tests.
 *
 * @param configDirectory the YAML it watches
 * @param stateDirectory root, tokens, leases, last good documents; made when absent, readable by the owner only
 * @param xds certificates, xDS and registration: TLS with optional client certificate
 * @param metrics Prometheus metrics and readiness, without secrets
 * @param operator operator API and page, loopback only
 * @param plaintextXds xDS for foreign and simulated proxies, loopback only; null = off
 * @param foreignIdentities identities whose keys are handed to foreign proxies over plaintext xDS; usually none
 * @param trustDomain null = that of the Mesh document (whose default is {@code cluster.local})
 */
public record ControlPlaneConfig(
        Path configDirectory,
        Path stateDirectory,
        Address xds,
        Address metrics,
        Address operator,
        @Nullable Address plaintextXds,
        List<IdentityPattern> foreignIdentities,
        @Nullable String trustDomain,
        CaConfig ca) {
    static final int XDS_PORT = 15012;
    static final int METRICS_PORT = 15014;
    static final int PLAINTEXT_PORT = 15010;

    /** The standard ports. */
    public static ControlPlaneConfig of(Path configDirectory, Path stateDirectory, String address) {
        return new ControlPlaneConfig(
                configDirectory,
                stateDirectory,
                new Address(address, XDS_PORT),
                new Address(address, METRICS_PORT),
                new Address("127.0.0.1", dev.weft.adminapi.OperatorApi.PORT),
                null,
                List.of(),
                null,
                CaConfig.DEFAULT);
    }

    /** Any free ports on loopback, plaintext xDS included: for tests in one process. */
    public static ControlPlaneConfig ephemeral(Path configDirectory, Path stateDirectory) {
        Address any = new Address("127.0.0.1", 0);
        return new ControlPlaneConfig(
                configDirectory, stateDirectory, any, any, any, any, List.of(), null, CaConfig.DEFAULT);
    }

    /** The same with other certificate lives. */
    public ControlPlaneConfig withCa(CaConfig other) {
        return new ControlPlaneConfig(
                configDirectory,
                stateDirectory,
                xds,
                metrics,
                operator,
                plaintextXds,
                foreignIdentities,
                trustDomain,
                other);
    }

    /** The same with foreign proxies that get keys. */
    public ControlPlaneConfig withForeignIdentities(List<IdentityPattern> others) {
        return new ControlPlaneConfig(
                configDirectory, stateDirectory, xds, metrics, operator, plaintextXds, others, trustDomain, ca);
    }
}
