package dev.weft.identity;

import dev.weft.base.Address;
import dev.weft.base.Pem;
import dev.weft.base.SpiffeId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code weft join} leaves on a machine: a key and certificate that are good only for requesting certificates of the
 * identities the join token named.
 *
 * @param controlPlane where to ask; null when it is told otherwise
 */
public record HostCredential(
        PrivateKey key,
        List<X509Certificate> chain,
        List<X509Certificate> roots,
        @Nullable Address controlPlane) {
    private static final String KEY_FILE = "host.key";
    private static final String CHAIN_FILE = "host.pem";
    private static final String ROOT_FILE = "root.pem";
    private static final String CONTROL_PLANE_FILE = "control-plane";

    /** Separates the roots from the rest where all comes in one stream. */
    private static final String ROOT_LINE = "-----WEFT ROOT-----";

    private static final String END_LINE = "-----WEFT END-----";

    public HostCredential {
        chain = List.copyOf(chain);
        roots = List.copyOf(roots);
        if (chain.isEmpty() || roots.isEmpty()) {
            throw new IllegalArgumentException(
                    "the host credential lacks its " + (chain.isEmpty() ? CHAIN_FILE : ROOT_FILE));
        }
        if (!KeyPairs.match(key, chain.get(0).getPublicKey())) {
            throw new IllegalArgumentException("host.key and host.pem do not belong together; run `weft join` again");
        }
    }

    /** The machine's identity, {@code spiffe://<trust domain>/host/<id>}. */
    public SpiffeId identity() {
        return IssuedIdentity.identityOf(chain.get(0));
    }

    /** When half of its life is over, which is when whoever uses it renews it. */
    public Instant renewAt() {
        Instant begin = chain.get(0).getNotBefore().toInstant();
        return begin.plus(
                Duration.between(begin, chain.get(0).getNotAfter().toInstant()).dividedBy(2));
    }

    /**
     * The request for its successor, PKCS#10 in PEM. The key stays: so one file changes, in one rename, and nobody ever reads
     * the key of one credential with the certificate of another.
     */
    public String renewalRequest() {
        return CertificateRequest.pem(new KeyPair(chain.get(0).getPublicKey(), key), identity());
    }

    /**
     * With the answer to the {@link #renewalRequest}.
     *
     * @param certificateChain PEM, leaf first; the roots at its end are left out
     * @throws IllegalArgumentException when it is not for this key and identity, or ends no later
     */
    public HostCredential renewed(List<String> certificateChain) {
        List<X509Certificate> next = new ArrayList<>(Pem.certificates(String.join("\n", certificateChain)));
        next.removeIf(one -> one.getSubjectX500Principal().equals(one.getIssuerX500Principal()));
        HostCredential successor = new HostCredential(key, next, roots, controlPlane);
        if (!successor.identity().equals(identity())) {
            throw new IllegalArgumentException("the answer is for " + successor.identity());
        }
        if (!next.get(0).getNotAfter().after(chain.get(0).getNotAfter())) {
            throw new IllegalArgumentException("the answer ends no later");
        }
        return successor;
    }

    /**
     * Reads the directory that {@code weft join} wrote.
     *
     * @throws IOException with a message for people, also when the key can be read by others
     */
    public static HostCredential load(Path directory) throws IOException {
        Path keyFile = directory.resolve(KEY_FILE);
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(keyFile);
            EnumSet<PosixFilePermission> owner =
                    EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
            if (!owner.containsAll(permissions)) {
                throw new IOException(keyFile + " can be read by others (" + PosixFilePermissions.toString(permissions)
                        + "); run: chmod 600 " + keyFile);
            }
            Path address = directory.resolve(CONTROL_PLANE_FILE);
            return of(
                    Files.readString(keyFile),
                    Files.readString(directory.resolve(CHAIN_FILE)),
                    Files.readString(directory.resolve(ROOT_FILE)),
                    Files.exists(address) ? address(Files.readString(address)) : null);
        } catch (NoSuchFileException e) {
            throw new IOException("no host credential: " + e.getFile() + " is missing; run `weft join` first", e);
        } catch (IllegalArgumentException e) {
            throw new IOException("host credential in " + directory + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads a credential that a supervisor passes over a descriptor, because the proxy's user may not read the files: key
     * and chain, a line {@code -----WEFT ROOT-----}, the roots. Reads to the end.
     */
    public static HostCredential read(InputStream stream) throws IOException {
        String text = new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
        int split = text.indexOf(ROOT_LINE);
        if (split < 0) {
            throw new IOException("host credential: no line " + ROOT_LINE);
        }
        String own = text.substring(0, split);
        try {
            return of(own, own, text.substring(split + ROOT_LINE.length()), null);
        } catch (IllegalArgumentException e) {
            throw new IOException("host credential: " + e.getMessage(), e);
        }
    }

    private static HostCredential of(String key, String chain, String roots, @Nullable Address controlPlane) {
        return new HostCredential(Pem.privateKey(key), Pem.certificates(chain), Pem.certificates(roots), controlPlane);
    }

    private static @Nullable Address address(String text) {
        String first = text.strip().lines().findFirst().orElse("").strip();
        return first.isEmpty() ? null : Address.parse(first.split("\\s+", 2)[0]);
    }

    /** Replaces the certificate in a directory that has the rest. */
    public void saveCertificate(Path directory) throws IOException {
        write(directory.resolve(CHAIN_FILE), Pem.encode(chain), "rw-r--r--");
    }

    /**
     * Writes the certificate to a file from which a supervisor takes it over, because the proxy's user may not write to the
     * directory. It is whole once its last line is {@code -----WEFT END-----}.
     */
    public void handOver(Path file) throws IOException {
        Files.writeString(
                file,
                Pem.encode(chain) + END_LINE + "\n",
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
    }

    /** Writes the directory (made with mode 0700), each file whole or not at all, the key with mode 0600. */
    public void save(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        write(directory.resolve(ROOT_FILE), Pem.encode(roots), "rw-r--r--");
        write(directory.resolve(CHAIN_FILE), Pem.encode(chain), "rw-r--r--");
        if (controlPlane != null) {
            write(directory.resolve(CONTROL_PLANE_FILE), controlPlane + "\n", "rw-r--r--");
        }
        write(directory.resolve(KEY_FILE), Pem.encode(key), "rw-------");
    }

    private static void write(Path file, String text, String mode) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.deleteIfExists(next);
        Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
        Files.writeString(next, text, StandardOpenOption.WRITE);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public String toString() {
        return "HostCredential[" + identity() + "]"; // never the key
    }
}
