package dev.weft.cli;

import dev.weft.base.Address;
import dev.weft.base.SpiffeId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Asks whoever listens at an address whether it is a control plane, by its certificate, and what time it is there. The
 * question is a call that no caller without a certificate may make; its refusal carries the date like every answer (RFC 9110
 * section 6.6.1).
 */
final class ControlPlaneProbe {
    private static final String CALL =
            "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";

    /**
     * What was found.
     *
     * @param server who answers
     * @param skew how far this machine's clock is from that one's, give or take a second; null = it does not say
     */
    record Answer(SpiffeId server, @Nullable Duration skew) {}

    /** It is no control plane, or not one for us. */
    static final class NotOursException extends IOException {
        private static final long serialVersionUID = 1L;

        NotOursException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private ControlPlaneProbe() {}

    /** @param roots whom to trust; empty = whoever has a control plane's identity under any root */
    static Answer ask(Address address, List<X509Certificate> roots) throws IOException {
        PinnedRoot trust = roots.isEmpty()
                ? new PinnedRoot(
                        certificate ->
                                certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal()),
                        "the server shows no root of its own; is it a control plane?")
                : new PinnedRoot(
                        roots::contains, "its certificate does not end at the root of this machine's credential");
        try (HttpClient client = Join.client(trust)) {
            HttpResponse<Void> response = client.send(
                    HttpRequest.newBuilder(URI.create("https://" + address + CALL))
                            .timeout(Duration.ofSeconds(5))
                            .header("content-type", "application/grpc")
                            .header("te", "trailers")
                            .POST(HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            Instant now = Instant.now();
            return new Answer(
                    Objects.requireNonNull(trust.server()),
                    response.headers()
                            .firstValue("date")
                            .map(date -> skew(date, now))
                            .orElse(null));
        } catch (HttpTimeoutException e) {
            SpiffeId server = trust.server();
            if (server == null) {
                throw new IOException("no answer within 5 s", e);
            }
            return new Answer(server, null);
        } catch (IOException e) {
            throw isTls(e) ? new NotOursException(Words.why(e), e) : e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Whether the handshake failed, by whatever the JDK's client wraps that in. */
    private static boolean isTls(IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return true;
            }
        }
        return false;
    }

    /** The date has whole seconds: half of one is its error on average. */
    private static @Nullable Duration skew(String date, Instant now) {
        try {
            Instant there = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant()
                    .plusMillis(500);
            return Duration.between(there, now);
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
