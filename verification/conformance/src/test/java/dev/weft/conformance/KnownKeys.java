package dev.weft.conformance;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyPairGeneratorSpi;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A provider of elliptic-curve keys that somebody else knows too: the n-th key of a process follows from the seed in its system
 * property {@value #SEED}. {@link #options} puts it before the JDK's own in a JVM that is about to start, without a change to the
 * program. Needs nothing but {@code java.base}: it is loaded from the boot class path.
 */
public final class KnownKeys extends Provider {
    private static final long serialVersionUID = 1;
    private static final String SEED = "weft.test.keys";
    private static final String CURVE = "secp256r1";

    /** Called by the JDK, by name. */
    public KnownKeys() {
        super("KnownKeys", "1", "keys a test knows");
        put("KeyPairGenerator.EC", Generator.class.getName());
    }

    /** Options of a JVM whose keys follow from {@code seed}; what they name can be read by every user. */
    static String options(String seed) {
        try {
            String classes = KnownKeys.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI()
                    .getPath();
            return "-Xbootclasspath/a:" + classes + " -Djava.security.properties=" + classes + "known-keys.security -D"
                    + SEED + "=" + seed;
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first {@code count} keys that follow from {@code seed}, in order. */
    static List<KeyPair> first(int count, String seed) {
        List<KeyPair> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(key(seed, i));
        }
        return keys;
    }

    private static KeyPair key(String seed, int number) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
            generator.initialize(new ECGenParameterSpec(CURVE), new Sequence(seed + "/" + number));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Made by the JDK, by name. */
    public static final class Generator extends KeyPairGeneratorSpi {
        private static final AtomicInteger MADE = new AtomicInteger(); // of this process

        @Override
        public void initialize(int size, SecureRandom random) {}

        @Override
        public void initialize(AlgorithmParameterSpec wanted, SecureRandom random)
                throws InvalidAlgorithmParameterException {
            if (!(wanted instanceof ECGenParameterSpec curve)
                    || !curve.getName().equals(CURVE)) {
                throw new InvalidAlgorithmParameterException("only " + CURVE);
            }
        }

        @Override
        public KeyPair generateKeyPair() {
            return key(System.getProperty(SEED, ""), MADE.getAndIncrement());
        }
    }

    /** SHA-256 in counter mode over a text: the same bytes in every process. */
    private static final class Sequence extends SecureRandom {
        private static final long serialVersionUID = 1;
        private final String text;
        private int block;

        Sequence(String text) {
            super(null, null);
            this.text = text;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            try {
                for (int at = 0; at < bytes.length; block++) {
                    byte[] digest = MessageDigest.getInstance("SHA-256")
                            .digest((text + "/" + block).getBytes(StandardCharsets.UTF_8));
                    int length = Math.min(digest.length, bytes.length - at);
                    System.arraycopy(digest, 0, bytes, at, length);
                    at += length;
                }
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
