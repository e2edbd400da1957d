package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The search sees a key however it is written; one that saw nothing would make every leak test green. */
class KeySearchTest {
    private static final ECPrivateKey KEY =
            (ECPrivateKey) KnownKeys.first(1, "search").getFirst().getPrivate();
    private static final ECPrivateKey OTHER =
            (ECPrivateKey) KnownKeys.first(1, "other").getFirst().getPrivate();

    @TempDir
    Path folder;

    private final KeySearch search = new KeySearch(List.of(KEY));

    private static byte[] secret(ECPrivateKey key) {
        return HexFormat.of().parseHex(String.format("%064x", key.getS()));
    }

    private static Map<String, byte[]> writings(ECPrivateKey key) {
        byte[] der = ((PrivateKey) key).getEncoded();
        byte[] secret = secret(key);
        String pem = Pem.encode(key);
        return Map.ofEntries(
                Map.entry("DER", der),
                Map.entry(
                        "DER with a body around it",
                        ("x" + new String(der, StandardCharsets.ISO_8859_1) + "y")
                                .getBytes(StandardCharsets.ISO_8859_1)),
                Map.entry("PEM", text(pem)),
                Map.entry("PEM in JSON", text("{\"inline_string\": \"" + pem.replace("\n", "\\n") + "\"}")),
                Map.entry("PEM with CR LF", text(pem.replace("\n", "\r\n"))),
                Map.entry("DER in base64url", text(Base64.getUrlEncoder().encodeToString(der))),
                Map.entry("secret in base64", text(base64(secret))),
                Map.entry("hex", text(HexFormat.of().formatHex(secret))),
                Map.entry("HEX", text(HexFormat.of().withUpperCase().formatHex(secret))),
                Map.entry(
                        "hex as openssl prints it",
                        text(HexFormat.ofDelimiter(":").formatHex(secret).replaceAll("(.{45})", "$1\n    "))),
                Map.entry(
                        "C array",
                        text(HexFormat.ofDelimiter(", ").withPrefix("0x").formatHex(secret))),
                Map.entry("Java array", text(Arrays.toString(secret))),
                Map.entry("decimal", text("S=" + key.getS())),
                Map.entry("little-endian", reversed(secret)),
                Map.entry("first half", Arrays.copyOf(secret, 16)),
                Map.entry("last half in base64", text(base64(Arrays.copyOfRange(secret, 16, 32)))));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }

    @Test
    void everyWritingIsFoundAndAnotherKeyIsNot() {
        writings(KEY)
                .forEach((how, bytes) -> assertThat(search.in(bytes)).as(how).isNotEmpty());
        writings(OTHER)
                .forEach((how, bytes) -> assertThat(search.in(bytes)).as(how).isEmpty());
    }

    @Test
    void filesAreSearchedWhereTheyChanged() throws IOException {
        Instant start = Instant.now().minusSeconds(5);
        Path deep = Files.createDirectories(folder.resolve("a/b"));
        Path leak = Files.writeString(deep.resolve("log"), "key " + Pem.encode(KEY));
        assertThat(search.below(folder, 9, start)).anyMatch(found -> found.startsWith(leak + ": key 0"));
        assertThat(search.below(folder, 1, start)).isEmpty();
        assertThat(search.below(folder, 9, Instant.now().plusSeconds(60))).isEmpty();
        assertThat(search.below(folder.resolve("none"), 9, start)).isEmpty();
    }
}
