package dev.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.Address;
import dev.weft.base.Pem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostCredentialTest {
    private static final String HOST = "spiffe://cluster.local/host/h1";

    @TempDir
    Path directory;

    private final FakeAuthority authority = new FakeAuthority(InstantSource.system());
    private final FakeAuthority.HostCredentialParts parts = authority.host(HOST);
    private final HostCredential credential = new HostCredential(
            parts.keys().getPrivate(), List.of(parts.leaf()), List.of(authority.root), new Address("10.0.0.1", 15012));

    @Test
    void survivesTheDisk() throws IOException {
        Path home = directory.resolve("host");
        credential.save(home);
        credential.save(home); // renewal replaces the files
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("host.key"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                .isEqualTo("rwx------");
        assertThat(HostCredential.load(home)).isEqualTo(credential);
        assertThat(credential.identity()).hasToString(HOST);
        assertThat(credential.toString()).doesNotContain("PRIVATE");
    }

    @Test
    void isRenewedInTheMiddleOfItsLifeWithItsKey() throws IOException {
        credential.save(directory);
        Instant begin = parts.leaf().getNotBefore().toInstant();
        assertThat(credential.renewAt()).isEqualTo(begin.plus(Duration.ofDays(15)));
        HostCredential renewed = credential.renewed(answer(HOST, Duration.ofDays(31)));
        assertThat(renewed.key()).isEqualTo(credential.key());
        assertThat(renewed.roots()).containsExactly(authority.root);
        assertThat(renewed.renewAt()).isAfter(credential.renewAt());
        renewed.saveCertificate(directory);
        assertThat(HostCredential.load(directory)).isEqualTo(renewed);
        Path file = Files.createFile(directory.resolve("handed-over"));
        renewed.handOver(file);
        assertThat(file).content().startsWith("-----BEGIN CERTIFICATE-----").endsWith("\n-----WEFT END-----\n");
    }

    @Test
    void answersThatAreNoRenewalAreRefused() {
        assertThatThrownBy(() -> credential.renewed(answer("spiffe://cluster.local/host/h2", Duration.ofDays(31))))
                .hasMessageContaining("host/h2");
        assertThatThrownBy(() -> credential.renewed(answer(HOST, Duration.ofDays(29))))
                .hasMessageContaining("ends no later");
        FakeAuthority.HostCredentialParts other = authority.host(HOST);
        assertThatThrownBy(() -> credential.renewed(List.of(Pem.encode(List.of(other.leaf())), authority.rootPem())))
                .hasMessageContaining("do not belong together");
        assertThatThrownBy(() -> credential.renewed(List.of(authority.rootPem())))
                .isInstanceOf(RuntimeException.class);
    }

    private List<String> answer(String identity, Duration life) {
        CertificateSource.Request request =
                new CertificateSource.Request(credential.identity(), credential.renewalRequest(), life);
        return List.of(authority.certificate(request, identity, life), authority.rootPem());
    }

    @Test
    void keyThatOthersCanReadIsRefused() throws IOException {
        credential.save(directory);
        Files.setPosixFilePermissions(directory.resolve("host.key"), PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> HostCredential.load(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 600");
    }

    @Test
    void missingOrBrokenFilesAreExplained() throws IOException {
        assertThatThrownBy(() -> HostCredential.load(directory)).hasMessageContaining("weft join");
        credential.save(directory);
        Files.writeString(directory.resolve("host.pem"), Pem.encode(List.of(authority.root)));
        assertThatThrownBy(() -> HostCredential.load(directory)).hasMessageContaining("do not belong together");
    }

    @Test
    void comesOverADescriptor() throws IOException {
        String text = Pem.encode(parts.keys().getPrivate())
                + Pem.encode(List.of(parts.leaf()))
                + "-----WEFT ROOT-----\n"
                + authority.rootPem();
        HostCredential read = HostCredential.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
        assertThat(read.identity()).hasToString(HOST);
        assertThat(read.roots()).containsExactly(authority.root);
        assertThat(read.controlPlane()).isNull();
        assertThatThrownBy(() -> HostCredential.read(new ByteArrayInputStream(new byte[0])))
                .isInstanceOf(IOException.class);
    }

    @Test
    void tokenPinsTheRoot() {
        String hash = HexFormat.of().formatHex(JoinToken.hash(authority.root));
        JoinToken token =
                JoinToken.parse(" c2VjcmV0LXNlY3JldC1zZWNyZXQ." + hash.toUpperCase(java.util.Locale.ROOT) + "\n");
        assertThat(token.secret()).isEqualTo("c2VjcmV0LXNlY3JldC1zZWNyZXQ");
        assertThat(token.pins(authority.root)).isTrue();
        assertThat(token.pins(parts.leaf())).isFalse();
        assertThat(token.toString()).doesNotContain(token.secret());
        assertThat(JoinToken.parse(token.text())).isEqualTo(token);
        for (String bad : new String[] {"", "abc", "abc." + hash, "c2VjcmV0LXNlY3JldC1zZWNyZXQ." + hash.substring(1)}) {
            assertThatThrownBy(() -> JoinToken.parse(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not a join token");
        }
    }
}
