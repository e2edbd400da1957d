package dev.weft.control;

import dev.weft.ca.Caller;
import dev.weft.ca.CertificateIssuer;
import dev.weft.ca.Issued;
import dev.weft.ca.RefusedException;
import dev.weft.xdsapi.IstioCertificateRequest;
import dev.weft.xdsapi.IstioCertificateResponse;
import dev.weft.xdsapi.IstioCertificateServiceGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The certificate call: hands what TLS knows about the caller to the CA, and its answer back. */
final class CertificateService extends IstioCertificateServiceGrpc.IstioCertificateServiceImplBase {
    private static final System.Logger LOG = System.getLogger("dev.weft.control");
    private static final String WANTED = "weft.identity";

    private final CertificateIssuer issuer;
    private final IssuedCertificates issued;

    CertificateService(CertificateIssuer issuer, IssuedCertificates issued) {
        this.issuer = issuer;
        this.issued = issued;
    }

    @Override
    public void createCertificate(IstioCertificateRequest request, StreamObserver<IstioCertificateResponse> response) {
        Peer peer = Peer.current();
        Caller caller = caller(peer);
        if (caller == null) {
            response.onError(Status.UNAUTHENTICATED
                    .withDescription("a join token or a client certificate is needed")
                    .asRuntimeException());
            return;
        }
        // Far beyond what is granted, and short of overflow.
        Duration wish = Duration.ofSeconds(Math.clamp(request.getValidityDuration(), 0, 1L << 40));
        try {
            Issued certificate = issuer.issue(caller, request.getCsr(), wish, wanted(request));
            issued.note(certificate, request.getMetadata());
            response.onNext(IstioCertificateResponse.newBuilder()
                    .addAllCertChain(certificate.chainPem())
                    .build());
            response.onCompleted();
        } catch (RefusedException e) {
            response.onError(status(e).withDescription(e.getMessage()).asRuntimeException());
        } catch (UncheckedIOException e) {
            LOG.log(System.Logger.Level.ERROR, "a certificate could not be recorded, so it was not issued", e);
            response.onError(
                    Status.UNAVAILABLE.withDescription("cannot issue now").asRuntimeException());
        }
    }

    private static @Nullable Caller caller(Peer peer) {
        if (peer.token() != null) {
            return new Caller.TokenBearer(peer.token(), peer.remote());
        }
        return peer.certificate() == null ? null : new Caller.CertificateHolder(peer.certificate(), peer.remote());
    }

    private static @Nullable String wanted(IstioCertificateRequest request) {
        return request.getMetadata().getFieldsMap().containsKey(WANTED)
                ? request.getMetadata().getFieldsOrThrow(WANTED).getStringValue()
                : null;
    }

    private static Status status(RefusedException refused) {
        return switch (refused.kind()) {
            case UNAUTHENTICATED -> Status.UNAUTHENTICATED;
            case DENIED -> Status.PERMISSION_DENIED;
            case INVALID -> Status.INVALID_ARGUMENT;
            case TOO_MANY -> Status.RESOURCE_EXHAUSTED;
        };
    }
}
