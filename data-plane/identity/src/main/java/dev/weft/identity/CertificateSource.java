package dev.weft.identity;

import dev.weft.base.SpiffeId;
import java.time.Duration;
import java.util.List;

/** Where certificates come from: the control plane over the host credential or the current certificate. */
public interface CertificateSource {
    /**
     * What is asked for.
     *
     * @param identity the wanted identity
     * @param csrPem PKCS#10 request in PEM
     * @param validity the wanted life; the authority may give less
     */
    record Request(SpiffeId identity, String csrPem, Duration validity) {}

    /** Called once per request, on the thread that drives the identity (the control thread). */
    interface Answer {
        /** PEM texts as the service sends them: the leaf first, the roots in the last element. */
        void issued(List<String> certificateChain);

        /** No certificate this time, with the reason for the log. */
        void failed(String reason);
    }

    /** Starts a request; must not block. */
    void request(Request request, Answer answer);
}
