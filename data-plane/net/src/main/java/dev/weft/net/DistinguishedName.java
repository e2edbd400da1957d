package dev.weft.net;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Names of certificates as text, exactly as BoringSSL prints them with {@code XN_FLAG_RFC2253}, which is what Envoy says of
 * them: the last part first, attributes by BoringSSL's short names, all that is not printable ASCII escaped byte by byte. The
 * JDK's RFC 2253 knows fewer attributes and leaves other scripts as they are.
 */
public final class DistinguishedName {
    // X.690: universal tags
    private static final int OBJECT_IDENTIFIER = 6;
    private static final int UTF8 = 12;
    private static final int UNIVERSAL = 28;
    private static final int BMP = 30;
    private static final List<Integer> LATIN =
            List.of(18, 19, 20, 22, 23, 24, 26); // Numeric to Visible, times included

    private static final int FIRST_OF_X520 = 3;

    /** The attributes of X.520 from {@code 2.5.4.3} on, as BoringSSL's obj_dat.h names them. */
    private static final String X520 = "CN SN serialNumber C L ST street O OU title description searchGuide"
            + " businessCategory postalAddress postalCode postOfficeBox physicalDeliveryOfficeName telephoneNumber"
            + " telexNumber teletexTerminalIdentifier facsimileTelephoneNumber x121Address internationaliSDNNumber"
            + " registeredAddress destinationIndicator preferredDeliveryMethod presentationAddress"
            + " supportedApplicationContext member owner roleOccupant seeAlso userPassword userCertificate cACertificate"
            + " authorityRevocationList certificateRevocationList crossCertificatePair name GN initials"
            + " generationQualifier x500UniqueIdentifier dnQualifier enhancedSearchGuide protocolInformation"
            + " distinguishedName uniqueMember houseIdentifier supportedAlgorithms deltaRevocationList dmdName";

    private static final Map<String, String> SHORT_NAMES = shortNames();

    private DistinguishedName() {}

    /** The text; ASCII without control characters, empty for a name without parts. */
    public static String text(X500Principal name) {
        return text(name.getEncoded());
    }

    /** The same of the DER of a Name (RFC 5280 §4.1.2.4). */
    static String text(byte[] der) {
        StringBuilder out = new StringBuilder();
        List<Element> parts = Element.in(Element.at(der, 0));
        for (int i = parts.size() - 1; i >= 0; i--) {
            List<Element> attributes = Element.in(parts.get(i));
            for (int k = attributes.size() - 1; k >= 0; k--) {
                if (!out.isEmpty()) {
                    out.append(k == attributes.size() - 1 ? ',' : '+');
                }
                List<Element> attribute = Element.in(attributes.get(k));
                attribute(out, attribute.get(0), attribute.get(1));
            }
        }
        return out.toString();
    }

    /** One element of DER: everything from {@code start} to {@code end}, its content from {@code content} on. */
    private record Element(byte[] der, int start, int content, int end) {
        static Element at(byte[] der, int start) {
            int first = der[start + 1] & 0xff;
            int content = start + 2;
            int length = first;
            if (first >= 0x80) {
                length = 0;
                for (int i = 0; i < (first & 0x7f); i++) {
                    length = length << 8 | der[content++] & 0xff;
                }
            }
            return new Element(der, start, content, content + length);
        }

        static List<Element> in(Element outer) {
            List<Element> elements = new ArrayList<>();
            for (int at = outer.content; at < outer.end; ) {
                Element next = at(outer.der, at);
                elements.add(next);
                at = next.end;
            }
            return elements;
        }

        int tag() {
            return der[start] & 0xff;
        }
    }

    private static void attribute(StringBuilder out, Element type, Element value) {
        String oid = type.tag() == OBJECT_IDENTIFIER ? oid(type) : "";
        String name = SHORT_NAMES.get(oid);
        out.append(name == null ? oid : name).append('=');
        byte[] text = name == null ? null : utf8(value);
        if (text == null) {
            HexFormat hex = HexFormat.of().withUpperCase();
            out.append('#').append(hex.formatHex(value.der, value.start, value.end));
        } else {
            escape(out, text);
        }
    }

    private static String oid(Element type) {
        StringBuilder out = new StringBuilder();
        long arc = 0;
        for (int i = type.content; i < type.end; i++) {
            arc = arc << 7 | type.der[i] & 0x7f;
            if (type.der[i] < 0) {
                continue;
            }
            if (out.isEmpty()) {
                long first = Math.min(arc / 40, 2);
                out.append(first).append('.').append(arc - 40 * first);
            } else {
                out.append('.').append(arc);
            }
            arc = 0;
        }
        return out.toString();
    }

    /** The value in UTF-8; null when it is no text. */
    private static byte @Nullable [] utf8(Element value) {
        byte[] der = value.der;
        if (value.tag() == UTF8) {
            return Arrays.copyOfRange(der, value.content, value.end);
        }
        int width = value.tag() == BMP ? 2 : value.tag() == UNIVERSAL ? 4 : LATIN.contains(value.tag()) ? 1 : 0;
        if (width == 0 || (value.end - value.content) % width != 0) {
            return null;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = value.content; at < value.end; at += width) {
            int c = 0;
            for (int k = 0; k < width; k++) {
                c = c << 8 | der[at + k] & 0xff;
            }
            out.writeBytes(Character.toString(Character.isValidCodePoint(c) ? c : 0xfffd)
                    .getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    /** RFC 2253 §2.4; further escapes are OpenSSL's ASN1_STRFLGS_ESC_CTRL and ASN1_STRFLGS_ESC_MSB. */
    private static void escape(StringBuilder out, byte[] text) {
        for (int i = 0; i < text.length; i++) {
            int c = text[i] & 0xff;
            boolean edge = c == ' ' && (i == 0 || i == text.length - 1) || c == '#' && i == 0;
            if (edge || ",+\"\\<>;".indexOf(c) >= 0) {
                out.append('\\').append((char) c);
            } else if (c < ' ' || c >= 0x7f) {
                out.append('\\').append(HexFormat.of().withUpperCase().toHexDigits((byte) c));
            } else {
                out.append((char) c);
            }
        }
    }

    private static Map<String, String> shortNames() {
        Map<String, String> names = new HashMap<>();
        String[] x520 = X520.split(" ");
        for (int i = 0; i < x520.length; i++) {
            names.put("2.5.4." + (FIRST_OF_X520 + i), x520[i]);
        }
        names.put("2.5.4.65", "pseudonym");
        names.put("2.5.4.72", "role");
        names.put("1.2.840.113549.1.9.1", "emailAddress"); // RFC 2985
        names.put("1.2.840.113549.1.9.2", "unstructuredName");
        names.put("1.2.840.113549.1.9.7", "challengePassword");
        names.put("1.2.840.113549.1.9.8", "unstructuredAddress");
        names.put("0.9.2342.19200300.100.1.1", "UID"); // RFC 4519, RFC 4524
        names.put("0.9.2342.19200300.100.1.3", "mail");
        names.put("0.9.2342.19200300.100.1.25", "DC");
        return names;
    }
}
