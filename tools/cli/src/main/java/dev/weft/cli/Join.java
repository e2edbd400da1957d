package dev.weft.cli;

import dev.weft.base.Address;
import dev.weft.base.Pem;
import dev.weft.base.SpiffeId;
import dev.weft.base.TrustDomain;
import dev.weft.identity.CertificateRequest;
import dev.weft.identity.HostCredential;
import dev.weft.identity.JoinToken;
import dev.weft.identity.KeyPairs;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/**
 * The certificate call ({@code istio.v1.auth.IstioCertificateService/CreateCertificate}) of a machine that has nothing but
 * a token. One unary gRPC call with the JDK's HTTP/2 client: there is no event loop to start and no certificate to show.
 */
final class Join {
    private static final String METHOD = "/istio.v1.auth.IstioCertificateService/CreateCertificate";
    private static final Duration VALIDITY = Duration.ofDays(90);

    private Join() {}

    /** Asks for a host credential; {@link Failure} with the reason when it is refused. */
    static HostCredential ask(Address controlPlane, JoinToken token) throws IOException, InterruptedException {
        PinnedRoot trust = new PinnedRoot(token);
        KeyPair keys = KeyPairs.newP256();
        // A hint only: the control plane takes the identity from the token.
        String csr = CertificateRequest.pem(keys, new SpiffeId(new TrustDomain("cluster.local"), "/host/new"));
        HttpResponse<byte[]> response;
        try (HttpClient client = client(trust)) {
            response = client.send(
                    HttpRequest.newBuilder(URI.create("https://" + controlPlane + METHOD))
                            .timeout(Duration.ofSeconds(20))
                            .header("content-type", "application/grpc")
                            .header("te", "trailers")
                            .header("authorization", "Bearer " + token.text())
                            .POST(HttpRequest.BodyPublishers.ofByteArray(message(csr)))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        } catch (SSLException e) {
            throw Failure.failed("not trusting " + controlPlane + ": " + Words.why(e), "The token was not sent.");
        } catch (IOException e) {
            throw Failure.failed(
                    "no answer from " + controlPlane + ": " + Words.why(e),
                    "Is the control plane running, and may this machine reach it?");
        }
        List<X509Certificate> chain = certificates(response);
        int last = chain.size() - 1;
        return new HostCredential(
                keys.getPrivate(), chain.subList(0, Math.max(1, last)), List.of(chain.get(last)), controlPlane);
    }

    /** Speaks TLS 1.3 to a server that this trust is in, directly. */
    static HttpClient client(PinnedRoot trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(null, new TrustManager[] {trust}, null);
            SSLParameters parameters = new SSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3"});
            return HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_2)
                    .proxy(HttpClient.Builder.NO_PROXY)
                    .connectTimeout(Duration.ofSeconds(5))
                    .sslContext(context)
                    .sslParameters(parameters)
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK lacks TLS 1.3", e);
        }
    }

    /** IstioCertificateRequest {csr = 1, validity_duration = 3} with gRPC's prefix: uncompressed, length. */
    private static byte[] message(String csr) {
        byte[] text = csr.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer body = ByteBuffer.allocate(text.length + 32);
        body.put((byte) 0x0a);
        varint(body, text.length);
        body.put(text);
        body.put((byte) 0x18);
        varint(body, VALIDITY.toSeconds());
        body.flip();
        return ByteBuffer.allocate(5 + body.remaining())
                .put((byte) 0)
                .putInt(body.remaining())
                .put(body)
                .array();
    }

    private static void varint(ByteBuffer out, long value) {
        long rest = value;
        while (rest > 127) {
            out.put((byte) (rest & 127 | 128));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    private static List<X509Certificate> certificates(HttpResponse<byte[]> response) {
        String status = response.headers().firstValue("grpc-status").orElse("0");
        String reason = response.headers()
                .firstValue("grpc-message")
                .map(text -> URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8))
                .orElse("");
        if (response.statusCode() != 200 || !status.equals("0")) {
            throw Failure.failed(
                    "the control plane refused: " + (reason.isEmpty() ? "status " + status : reason),
                    "A token is good once and for at most ten minutes; 'weft token create' makes another.");
        }
        List<X509Certificate> chain = new ArrayList<>();
        ByteBuffer body = ByteBuffer.wrap(response.body());
        if (body.remaining() > 5) {
            body.position(5);
            while (body.hasRemaining()) {
                long tag = varint(body);
                int length = (int) varint(body);
                if (tag != 0x0a || length < 0 || length > body.remaining()) {
                    throw Failure.failed("the control plane's answer is not a certificate chain", "");
                }
                byte[] text = new byte[length];
                body.get(text);
                chain.addAll(Pem.certificates(new String(text, StandardCharsets.US_ASCII)));
            }
        }
        if (chain.size() < 2) {
            throw Failure.failed(
                    "the control plane sent no certificate" + (reason.isEmpty() ? "" : ": " + reason),
                    "A token is good once and for at most ten minutes; 'weft token create' makes another.");
        }
        return chain;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; in.hasRemaining() && shift < 64; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 127) << shift;
            if (next >= 0) {
                break;
            }
        }
        return value;
    }
}
