package dev.weft.testkit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The answer that belongs to one ledger request: every byte follows from id, request body and size, so both ends can say. */
final class LedgerBody {
    static final String ID_HEADER = "x-ledger-id";
    static final String SIZE_HEADER = "x-ledger-size";

    private LedgerBody() {}

    /** {@code size} bytes of filler that only this id gives, behind a line with id and hash of the request's body. */
    static byte[] answer(String id, byte[] requestBody, int size) {
        byte[] head = ("id=" + id + " sha256=" + sha256(requestBody) + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] answer = new byte[head.length + size];
        System.arraycopy(head, 0, answer, 0, head.length);
        byte[] key = id.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < size; i++) {
            answer[head.length + i] = (byte) ('a' + (key[i % key.length] + i / key.length) % 26);
        }
        return answer;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
