package dev.weft.cli;

import dev.weft.base.Address;
import dev.weft.cli.CheckCommand.Finding;
import dev.weft.cli.CheckCommand.Grade;
import dev.weft.identity.HostCredential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code weft check} looks at between this machine and the control plane. */
final class ControlPlaneChecks {
    // A certificate is good from two minutes before it was made: a clock that is behind by more does not take it.
    private static final Duration FATAL_SKEW = Duration.ofMinutes(2);

    // Half of that is time to act.
    private static final Duration TOLERATED_SKEW = Duration.ofMinutes(1);

    private final @Nullable String named;
    private final Path folder;
    private final boolean cutOff;
    private final List<Finding> findings = new ArrayList<>();

    /**
     * @param named the control plane to look at; null = the one this machine joined
     * @param folder of the host credential
     * @param cutOff whether rules without their sidecar keep every call in
     */
    ControlPlaneChecks(@Nullable String named, Path folder, boolean cutOff) {
        this.named = named;
        this.folder = folder;
        this.cutOff = cutOff;
    }

    List<Finding> all() {
        HostCredential credential = credential();
        Address address = credential == null ? null : credential.controlPlane();
        if (named != null) {
            try {
                address = Address.parse(named.indexOf(':') < 0 ? named + ":15012" : named);
            } catch (IllegalArgumentException e) {
                throw Failure.usage("--control-plane: " + e.getMessage(), "");
            }
        }
        if (address == null) {
            findings.add(new Finding(
                    "control plane", Grade.NOTE, "none known", "Name one with --control-plane, or join one."));
            notCompared("no control plane to compare it with");
        } else {
            ask(address, credential);
        }
        return findings;
    }

    private @Nullable HostCredential credential() {
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

    private void ask(Address address, @Nullable HostCredential credential) {
        try {
            ControlPlaneProbe.Answer answer =
                    ControlPlaneProbe.ask(address, credential == null ? List.of() : credential.roots());
            findings.add(new Finding(
                    "control plane",
                    Grade.OK,
                    address + " is " + answer.server()
                            + (credential == null
                                    ? ", not verified: this machine has no credential yet"
                                    : ", verified"),
                    ""));
            clock(answer.skew());
        } catch (ControlPlaneProbe.NotOursException e) {
            findings.add(new Finding(
                    "control plane",
                    Grade.FAIL,
                    address + " is not this mesh's control plane: " + e.getMessage(),
                    "Control planes listen on 15012 unless told otherwise. Name the right one with --control-plane."));
            notCompared("no control plane answered");
        } catch (IOException e) {
            findings.add(new Finding(
                    "control plane",
                    Grade.FAIL,
                    address + ": " + Words.why(e),
                    cutOff
                            ? "The rules left in this network namespace let nothing out, see above."
                            : "Is it running? Does a firewall keep port " + address.port() + " closed?"));
            notCompared("no control plane answered");
        }
    }

    private void clock(@Nullable Duration skew) {
        if (skew == null) {
            notCompared("this control plane does not say what time it is");
            return;
        }
        Duration off = skew.abs();
        Grade grade =
                off.compareTo(TOLERATED_SKEW) < 0 ? Grade.OK : off.compareTo(FATAL_SKEW) < 0 ? Grade.NOTE : Grade.FAIL;
        findings.add(new Finding(
                "clock",
                grade,
                off.compareTo(Duration.ofSeconds(2)) < 0
                        ? "within 2 s of the control plane's"
                        : Words.age(off.toSeconds()) + (skew.isNegative() ? " behind" : " ahead of")
                                + " the control plane's",
                "Certificates are good for a span of time: run an NTP client."));
    }

    private void notCompared(String why) {
        findings.add(new Finding("clock", Grade.NOTE, "not compared: " + why, ""));
    }
}
