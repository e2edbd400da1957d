package dev.weft.adminapi;

/**
 * The certificate a proxy showed or was given last.
 *
 * @param serial hex
 * @param notBefore ISO-8601; two minutes before it was issued, for clocks that are behind
 * @param notAfter ISO-8601
 * @param ageSeconds since it was issued
 * @param remainingSeconds until it ends
 */
public record CertificateStatus(
        String serial, String notBefore, String notAfter, long ageSeconds, long remainingSeconds) {}
