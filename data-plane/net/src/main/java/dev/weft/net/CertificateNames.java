package dev.weft.net;

import dev.weft.base.SpiffeId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The subject alternative names of a certificate, by kind. */
record CertificateNames(List<String> uris, List<String> dns, List<String> others) {
    // RFC 5280 §4.2.1.6, GeneralName
    private static final int RFC822 = 1;
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP = 7;

    static CertificateNames of(X509Certificate certificate) throws CertificateParsingException {
        List<String> uris = new ArrayList<>();
        List<String> dns = new ArrayList<>();
        List<String> others = new ArrayList<>();
        var names = certificate.getSubjectAlternativeNames();
        for (List<?> name : names == null ? List.<List<?>>of() : names) {
            switch ((Integer) name.get(0)) {
                case URI -> uris.add((String) name.get(1));
                case DNS -> dns.add((String) name.get(1));
                case RFC822, IP -> others.add((String) name.get(1));
                default -> {}
            }
        }
        return new CertificateNames(List.copyOf(uris), List.copyOf(dns), List.copyOf(others));
    }

    /** The SPIFFE identity: of exactly one URI name that is one; else null. */
    @Nullable
    SpiffeId identity() {
        return uris.size() == 1 ? SpiffeId.parseOrNull(uris.get(0)) : null;
    }
}
