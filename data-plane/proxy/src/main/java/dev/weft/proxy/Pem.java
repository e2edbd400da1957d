package dev.weft.proxy;

import dev.weft.xdsmodel.DataSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Certificates as text. */
final class Pem {
    private Pem() {}

    /** The text of a source; empty when it cannot be read. */
    static String text(DataSource source) {
        return switch (source) {
            case DataSource.Inline inline -> inline.text();
            case DataSource.File file -> {
                try {
                    yield Files.readString(Path.of(file.path()));
                } catch (IOException e) {
                    yield "";
                }
            }
            case DataSource.EnvironmentVariable variable -> {
                String value = System.getenv(variable.name());
                yield value == null ? "" : value;
            }
        };
    }

    /** The certificates of a PEM text in order; what cannot be read is left out. */
    static List<X509Certificate> certificates(String text) {
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (String block : text.split("(?=-----BEGIN CERTIFICATE-----)")) {
                if (block.startsWith("-----BEGIN CERTIFICATE-----")) {
                    found.add((X509Certificate) factory.generateCertificate(
                            new ByteArrayInputStream(block.getBytes(StandardCharsets.ISO_8859_1))));
                }
            }
        } catch (CertificateException e) {
            return found;
        }
        return found;
    }
}
