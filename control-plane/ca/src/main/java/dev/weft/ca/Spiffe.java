package dev.weft.ca;

import dev.weft.base.SpiffeId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads identities out of certificates. */
public final class Spiffe {
    private static final int URI = 6; // RFC 5280 §4.2.1.6, GeneralName [6]

    private Spiffe() {}

    /** The identity of a certificate that has exactly one URI name (X.509-SVID §2); null otherwise. */
    public static @Nullable SpiffeId identity(X509Certificate certificate) {
        SpiffeId found = null;
        int uris = 0;
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return null;
            }
            for (List<?> name : names) {
                if (name.getFirst().equals(URI)) {
                    uris++;
                    found = SpiffeId.parseOrNull(String.valueOf(name.get(1)));
                }
            }
        } catch (CertificateParsingException e) {
            return null;
        }
        return uris == 1 ? found : null;
    }
}
