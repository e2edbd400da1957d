package dev.weft.proxycore;

import dev.weft.base.Pem;
import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import dev.weft.net.DistinguishedName;
import dev.weft.net.PeerCertificate;
import dev.weft.xdsmodel.HttpConnectionManager;
import dev.weft.xdsmodel.HttpConnectionManager.ForwardClientCertDetails;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * What a connection manager makes of {@code x-forwarded-client-cert}, in Envoy's form. What is said of a certificate comes
 * from the one that was verified on this connection (requirement R33); only a peer with one may have something passed on,
 * unless the configuration says always. Shared by all loops.
 */
final class ClientCertHeader {
    private static final byte[] COMMA = {','};

    private final ForwardClientCertDetails action;
    private final HttpConnectionManager.SetClientCertDetails wanted;

    ClientCertHeader(HttpConnectionManager.Forwarding config) {
        this.action = config.forwardClientCertDetails();
        this.wanted = config.setCurrentClientCertDetails();
    }

    /** Treats the header of one request. */
    void request(HttpConnection connection, HeaderBlock headers) {
        if (action == ForwardClientCertDetails.ALWAYS_FORWARD_ONLY) {
            return;
        }
        if (action == ForwardClientCertDetails.SANITIZE || connection.peer().certificate() == null) {
            headers.remove(KnownHeader.X_FORWARDED_CLIENT_CERT);
        } else if (action == ForwardClientCertDetails.SANITIZE_SET) {
            headers.set(KnownHeader.X_FORWARDED_CLIENT_CERT, connection.clientCert());
        } else if (action == ForwardClientCertDetails.APPEND_FORWARD) {
            HeaderLists.append(headers, KnownHeader.X_FORWARDED_CLIENT_CERT, COMMA, connection.clientCert());
        }
    }

    /**
     * One element: who verified the certificate, its hash, and what was asked for, in Envoy's order. Empty without a
     * certificate; once per connection.
     */
    byte[] details(Peer peer) {
        PeerCertificate certificate = peer.certificate();
        if (certificate == null) {
            return new byte[0];
        }
        List<String> parts = new ArrayList<>(named("By=", peer.localUris()));
        parts.add("Hash=" + certificate.sha256());
        if (wanted.cert()) {
            parts.add("Cert=\"" + escaped(List.of(certificate.leaf())) + "\"");
        }
        if (wanted.chain()) {
            parts.add("Chain=\"" + escaped(certificate.chain()) + "\"");
        }
        if (wanted.subject()) {
            String subject = DistinguishedName.text(certificate.leaf().getSubjectX500Principal());
            parts.add("Subject=\"" + subject + "\""); // Envoy: there even if empty
        }
        if (wanted.uri()) {
            parts.addAll(named("URI=", certificate.uriNames().isEmpty() ? List.of("") : certificate.uriNames()));
        }
        if (wanted.dns()) {
            parts.addAll(named("DNS=", certificate.dnsNames()));
        }
        return Ascii.bytes(String.join(";", parts));
    }

    private static List<String> named(String key, List<String> names) {
        return names.stream().map(key::concat).toList();
    }

    /** PEM with the characters escaped that Envoy escapes: it would need no others in a URL. */
    private static String escaped(List<X509Certificate> certificates) {
        return Pem.encode(certificates)
                .replace("\n", "%0A")
                .replace(" ", "%20")
                .replace("+", "%2B")
                .replace("/", "%2F")
                .replace("=", "%3D");
    }
}
