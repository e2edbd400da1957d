package dev.weft.intercept;

/** IPv6 text in its shortest form (RFC 5952), as the kernel's tools print it; Java writes every zero. */
final class IpText {
    private IpText() {}

    /** The shortest form of an IP literal; IPv4 unchanged. */
    static String shortest(String address) {
        String[] groups = address.split(":", -1);
        if (groups.length != 8) {
            return address;
        }
        int start = -1;
        int length = 1; // RFC 5952 section 4.2.2: one group alone is not shortened
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && groups[end].equals("0")) {
                end++;
            }
            if (end - i > length) {
                start = i;
                length = end - i;
            }
        }
        if (start < 0) {
            return address;
        }
        return String.join(":", java.util.Arrays.copyOfRange(groups, 0, start))
                + "::"
                + String.join(":", java.util.Arrays.copyOfRange(groups, start + length, 8));
    }
}
