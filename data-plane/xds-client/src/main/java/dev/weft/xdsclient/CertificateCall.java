package dev.weft.xdsclient;

import dev.weft.base.ProtoReader;
import dev.weft.base.ProtoWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Asks the control plane to sign a certificate request ({@code istio.v1.auth.IstioCertificateService/CreateCertificate}).
 * Who is asking decides what is signed: the target's client certificate or a token among the metadata, never the request.
 */
public final class CertificateCall {
    private static final String METHOD = "/istio.v1.auth.IstioCertificateService/CreateCertificate";

    private CertificateCall() {}

    /** The call was answered with a status other than OK, or not at all. */
    public static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient GrpcStatus status;

        RefusedException(GrpcStatus status) {
            super(status.toString());
            this.status = status;
        }

        public GrpcStatus status() {
            return status;
        }
    }

    /**
     * Opens a connection, asks, and closes it. Any thread.
     *
     * @param csr PKCS#10 in PEM
     * @param validity wanted; the control plane decides
     * @param metadata of the request, {@code weft.identity} among it when a host credential asks for a workload
     * @param headers gRPC metadata, e.g. {@code authorization}
     * @param timeout for all of it
     * @return the chain in PEM, leaf first, roots last; completed on the target's loop, exceptionally with
     *     {@link RefusedException}
     */
    public static CompletableFuture<List<String>> create(
            GrpcTarget target,
            String csr,
            Duration validity,
            Map<String, ?> metadata,
            Map<String, String> headers,
            Duration timeout) {
        ProtoWriter request = new ProtoWriter().string(1, csr).varint(3, validity.toSeconds());
        if (!metadata.isEmpty()) {
            request.message(4, Structs.struct(metadata));
        }
        CompletableFuture<List<String>> result = new CompletableFuture<>();
        Exchange exchange = new Exchange(request.toBytes(), headers, timeout, result);
        target.loop().execute(() -> GrpcConnection.open(target, exchange));
        return result;
    }

    private static final class Exchange implements GrpcConnection.Events, GrpcCall.Listener {
        private final byte[] request;
        private final Map<String, String> headers;
        private final Duration timeout;
        private final CompletableFuture<List<String>> result;
        private @Nullable GrpcConnection connection;
        private @Nullable List<String> chain;

        Exchange(
                byte[] request, Map<String, String> headers, Duration timeout, CompletableFuture<List<String>> result) {
            this.request = request;
            this.headers = headers;
            this.timeout = timeout;
            this.result = result;
        }

        @Override
        public void ready(GrpcConnection established) {
            connection = established;
            GrpcCall.start(established, METHOD, headers, timeout, this).sendLast(request);
        }

        @Override
        public void goingAway(String reason) {} // the call may still be answered

        @Override
        public void closed(String reason) {
            result.completeExceptionally(new RefusedException(new GrpcStatus(GrpcStatus.UNAVAILABLE, reason)));
        }

        @Override
        public void message(byte[] message) {
            List<String> certificates = new ArrayList<>();
            try {
                ProtoReader in = new ProtoReader(message);
                while (in.next()) {
                    if (in.field() == 1) {
                        certificates.add(in.string());
                    }
                }
                chain = certificates;
            } catch (ProtoReader.ProtoException e) {
                result.completeExceptionally(new RefusedException(
                        new GrpcStatus(GrpcStatus.INTERNAL, "malformed certificate response: " + e.getMessage())));
            }
        }

        @Override
        public void closed(GrpcStatus status) {
            List<String> received = chain;
            if (status.ok() && received != null && !received.isEmpty()) {
                result.complete(received);
            } else {
                result.completeExceptionally(new RefusedException(
                        status.ok() ? new GrpcStatus(GrpcStatus.INTERNAL, "no certificate in the answer") : status));
            }
            if (connection != null) {
                connection.close("done");
            }
        }
    }
}
