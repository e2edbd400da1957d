package dev.weft.proxycore;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import dev.weft.net.PeerCertificate;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpConnectionManager.ForwardClientCertDetails;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What a connection manager makes of {@code x-forwarded-client-cert}, in Envoy's form. What is said of a certificate comes
 * from the one that was verified on this connection (requirement R33); only a peer with one may have something passed on,
 * unless the configuration says always. Shared by all loops.
 */
final class ClientCertHeader {
    private final ForwardClientCertDetails action;
    private final boolean dns;
    private final boolean uri;

    ClientCertHeader(HttpConnectionManager.Forwarding config) {
        this.action = config.forwardClientCertDetails();
        this.dns = config.setCurrentClientCertDetails().dns();
        this.uri = config.setCurrentClientCertDetails().uri();
    }

    /** Treats the header of one request. */
    void request(HttpConnection connection, HeaderBlock headers) {
        if (action == ForwardClientCertDetails.ALWAYS_FORWARD_ONLY) {
            return;
        }
        byte[] details = connection.clientCert();
        if (details.length == 0 || action == ForwardClientCertDetails.SANITIZE) {
            headers.remove(KnownHeader.X_FORWARDED_CLIENT_CERT);
        } else if (action == ForwardClientCertDetails.SANITIZE_SET) {
            headers.set(KnownHeader.X_FORWARDED_CLIENT_CERT, details);
        } else if (action == ForwardClientCertDetails.APPEND_FORWARD) {
            headers.set(KnownHeader.X_FORWARDED_CLIENT_CERT, appended(headers, details));
        }
    }

    /** One element: who verified the certificate, its hash, its names. Empty without a certificate; once per connection. */
    byte[] details(Peer peer) {
        PeerCertificate certificate = peer.certificate();
        if (certificate == null) {
            return new byte[0];
        }
        List<String> parts = new ArrayList<>();
        if (!peer.localPrincipal().isEmpty()) {
            parts.add("By=" + peer.localPrincipal());
        }
        parts.add("Hash=" + hash(certificate));
        if (uri) {
            // Envoy: there even if empty.
            parts.addAll(named("URI=", certificate.uriNames().isEmpty() ? List.of("") : certificate.uriNames()));
        }
        if (dns) {
            parts.addAll(named("DNS=", certificate.dnsNames()));
        }
        return Ascii.bytes(String.join(";", parts));
    }

    private static List<String> named(String key, List<String> names) {
        return names.stream().map(key::concat).toList();
    }

    private static String hash(PeerCertificate certificate) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(certificate.leaf().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a verified certificate has no encoding", e);
        }
    }

    private static byte[] appended(HeaderBlock headers, byte[] details) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(256);
        KnownHeader name = KnownHeader.X_FORWARDED_CLIENT_CERT;
        for (int i = headers.find(name); i >= 0; i = headers.findNext(name, i + 1)) {
            all.write(headers.bytes(), headers.valueStart(i), headers.valueEnd(i) - headers.valueStart(i));
            all.write(',');
        }
        all.writeBytes(details);
        return all.toByteArray();
    }
}
