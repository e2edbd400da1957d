package dev.weft.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class TlsFailureTest {
    @Test
    void theReasonIsOneOfOurWords() {
        assertThat(TlsFailure.reason(new NotSslRecordException("not an SSL/TLS record: 485454502f")))
                .isEqualTo("TLS_error:not_TLS");
        assertThat(TlsFailure.reason(new SSLHandshakeException("problem")
                        .initCause(new CertificateException("not for evil.example"))))
                .isEqualTo("TLS_error:certificate_refused");
        assertThat(TlsFailure.reason(new SSLException("x", new ClosedChannelException())))
                .isEqualTo("TLS_error:connection_closed");
        assertThat(TlsFailure.reason(new SSLHandshakeException(
                        "error:10000412:SSL routines:OPENSSL_internal:SSLV3_ALERT_BAD_CERTIFICATE")))
                .isEqualTo("TLS_error:alert_bad_certificate");
        assertThat(TlsFailure.reason(new SSLException("whatever the peer wrote")))
                .isEqualTo("TLS_error:handshake_failed");
        assertThat(TlsFailure.reason(new SSLException((String) null))).isEqualTo("TLS_error:handshake_failed");
    }
}
