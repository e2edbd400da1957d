package dev.weft.cli;

import dev.weft.adminapi.ControlPlaneInfo;
import dev.weft.adminapi.OperatorApi;
import dev.weft.base.Address;
import dev.weft.cli.CheckCommand.Finding;
import dev.weft.cli.CheckCommand.Grade;
import dev.weft.identity.HostCredential;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code weft check} looks at between this machine and the control plane. */
final class ControlPlaneChecks {
    // A certificate is good from five minutes before it was made; half of that is time to act.
    private static final Duration TOLERATED_SKEW = Duration.ofMinutes(2);

    private final ControlPlaneClient operator;
    private final @Nullable String named;

    ControlPlaneChecks(ControlPlaneClient operator, @Nullable String named) {
        this.operator = operator;
        this.named = named;
    }

    List<Finding> all() {
        List<Finding> findings = new ArrayList<>();
        HostCredential credential = credential(findings);
        findings.add(reachable(credential));
        findings.add(clock());
        return findings;
    }

    private static @Nullable HostCredential credential(List<Finding> findings) {
        Path folder = CredentialFolder.usual();
        if (!Files.exists(folder.resolve("host.pem"))) {
            findings.add(new Finding("host credential", Grade.NOTE, "none in " + folder, "Make one with 'weft join'."));
            return null;
        }
        try {
            HostCredential credential = HostCredential.load(folder);
            Instant end = credential.chain().get(0).getNotAfter().toInstant();
            long left = Duration.between(Instant.now(), end).toSeconds();
            findings.add(new Finding(
                    "host credential",
                    left > 0 ? Grade.OK : Grade.FAIL,
                    credential.identity() + ", " + (left > 0 ? Words.age(left) + " left" : "expired " + end),
                    "Join again with a new token."));
            return credential;
        } catch (IOException e) {
            findings.add(new Finding("host credential", Grade.FAIL, String.valueOf(e.getMessage()), ""));
            return null;
        }
    }

    private Finding reachable(@Nullable HostCredential credential) {
        Address address = credential == null ? null : credential.controlPlane();
        if (named != null) {
            try {
                address = Address.parse(named);
            } catch (IllegalArgumentException e) {
                throw Failure.usage("--control-plane: " + e.getMessage(), "");
            }
        }
        if (address == null) {
            return new Finding(
                    "control plane", Grade.NOTE, "none known", "Name one with --control-plane, or join one.");
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.host(), address.port()), 3_000);
            return new Finding("control plane", Grade.OK, address + " accepts connections", "");
        } catch (IOException e) {
            return new Finding(
                    "control plane",
                    Grade.FAIL,
                    address + ": " + e.getMessage(),
                    "Is it running? Does a firewall keep port " + address.port() + " closed?");
        }
    }

    /** Against the operator API's clock, where this machine may ask it. */
    private Finding clock() {
        try {
            ControlPlaneInfo info = operator.get(ControlPlaneInfo.class, OperatorApi.INFO);
            Duration skew =
                    Duration.between(Instant.parse(info.now()), Instant.now()).abs();
            return new Finding(
                    "clock",
                    skew.compareTo(TOLERATED_SKEW) < 0 ? Grade.OK : Grade.FAIL,
                    skew.toMillis() + " ms from the control plane's",
                    "Certificates are good for a span of time: run an NTP client.");
        } catch (Failure e) {
            return new Finding("clock", Grade.NOTE, "not compared: " + e.getMessage(), "");
        }
    }
}
