package dev.weft.ca;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Blocks of text between {@code -----BEGIN X-----} and {@code -----END X-----} (RFC 7468). */
final class Pem {
    private static final Base64.Encoder ENCODER = Base64.getMimeEncoder(64, new byte[] {'\n'});

    record Block(String label, byte[] der) {}

    private Pem() {}

    static String write(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + ENCODER.encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    /** All blocks; {@link IllegalArgumentException} when a block does not end or holds no base64. Text between is skipped. */
    static List<Block> read(String text) {
        List<Block> blocks = new ArrayList<>();
        int at = 0;
        while ((at = text.indexOf("-----BEGIN ", at)) >= 0) {
            int labelEnd = text.indexOf("-----", at + 11);
            if (labelEnd < 0) {
                throw new IllegalArgumentException("unfinished PEM block");
            }
            String label = text.substring(at + 11, labelEnd);
            String tail = "-----END " + label + "-----";
            int end = text.indexOf(tail, labelEnd);
            if (end < 0) {
                throw new IllegalArgumentException("unfinished PEM block");
            }
            String base64 = text.substring(labelEnd + 5, end).replaceAll("\\s", "");
            blocks.add(new Block(label, Base64.getDecoder().decode(base64)));
            at = end + tail.length();
        }
        return blocks;
    }
}
