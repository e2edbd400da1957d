package dev.weft.control;

import dev.weft.base.Address;
import dev.weft.base.SpiffeId;
import dev.weft.ca.Spiffe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Asks proxies for their own records: HTTPS to port 15020 with the control plane's identity; an answer counts only if it
 * came from the identity that was expected there. Any thread.
 */
final class ProxyAdminClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final HttpClient client;

    ProxyAdminClient(ServingIdentity serving) throws GeneralSecurityException {
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofSeconds(2))
                .sslContext(serving.clientContext())
                .executor(java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    /** A proxy's answer. */
    record Answer(int status, String contentType, byte[] body) {}

    /**
     * @param target path and query
     * @return completed exceptionally with {@link IOException} when it cannot be reached or is somebody else
     */
    CompletableFuture<Answer> ask(Address at, SpiffeId expected, String method, String target) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://" + at + target))
                .timeout(TIMEOUT)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
                .thenCompose(response -> {
                    SpiffeId found = identity(response);
                    if (!expected.equals(found)) {
                        return CompletableFuture.failedFuture(
                                new IOException(at + " is " + found + ", not " + expected));
                    }
                    return CompletableFuture.completedFuture(new Answer(
                            response.statusCode(),
                            response.headers().firstValue("content-type").orElse("text/plain"),
                            response.body()));
                });
    }

    private static @org.jspecify.annotations.Nullable SpiffeId identity(HttpResponse<?> response) {
        SSLSession session = response.sslSession().orElse(null);
        try {
            return session != null && session.getPeerCertificates()[0] instanceof X509Certificate leaf
                    ? Spiffe.identity(leaf)
                    : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
