package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Der;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected texts are those of a real Envoy 1.40, which ClientCertDifferentialTest asks again. */
class DistinguishedNameTest {
    private static final int UTF8 = 12;
    private static final int PRINTABLE = 19;
    private static final int T61 = 20;
    private static final int IA5 = 22;
    private static final int UNIVERSAL = 28;
    private static final int BMP = 30;
    private static final String CN = "2.5.4.3";

    private static byte[] attribute(String oid, int tag, byte[] value) {
        return Der.sequence(Der.oid(oid), Der.element(tag, value));
    }

    private static byte[] attribute(String oid, String value) {
        return attribute(oid, UTF8, value.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(byte[]... attributes) {
        List<byte[]> parts = new ArrayList<>();
        for (byte[] attribute : attributes) {
            parts.add(Der.setOf(attribute));
        }
        return DistinguishedName.text(Der.sequence(parts.toArray(byte[][]::new)));
    }

    @Test
    void theLastPartComesFirst() {
        assertThat(DistinguishedName.text(new X500Principal("CN=Test Client, OU=Weft, L=San Francisco, ST=CA, C=US")))
                .isEqualTo("CN=Test Client,OU=Weft,L=San Francisco,ST=CA,C=US");
        assertThat(DistinguishedName.text(new X500Principal(""))).isEmpty();
    }

    @Test
    void partsOfSeveralAttributesAreJoinedByAPlus() {
        byte[] both = Der.element(0x31, attribute("2.5.4.11", "Sales"), attribute(CN, "J. Smith"));
        byte[] name = Der.sequence(Der.setOf(attribute("2.5.4.10", "Widget Inc.")), both);
        assertThat(DistinguishedName.text(name)).isEqualTo("CN=J. Smith+OU=Sales,O=Widget Inc.");
    }

    @ParameterizedTest
    @CsvSource({
        "2.5.4.4, SN",
        "2.5.4.5, serialNumber",
        "2.5.4.9, street",
        "2.5.4.42, GN",
        "2.5.4.46, dnQualifier",
        "2.5.4.54, dmdName",
        "2.5.4.65, pseudonym",
        "1.2.840.113549.1.9.1, emailAddress",
        "0.9.2342.19200300.100.1.1, UID",
        "0.9.2342.19200300.100.1.25, DC"
    })
    void attributesHaveShortNames(String oid, String name) {
        assertThat(text(attribute(oid, "x"))).isEqualTo(name + "=x");
    }

    @Test
    void anUnknownAttributeIsItsNumberAndItsBytes() {
        assertThat(text(attribute("1.3.6.1.4.1.99999.1", "ab"))).isEqualTo("1.3.6.1.4.1.99999.1=#0C026162");
        assertThat(text(attribute("2.999.5", "ab"))).isEqualTo("2.999.5=#0C026162");
    }

    @Test
    void whatIsNoTextIsItsBytes() {
        assertThat(text(attribute("2.5.4.45", 3, new byte[] {0, (byte) 0xfe})))
                .isEqualTo("x500UniqueIdentifier=#030200FE");
    }

    @Test
    void whatWouldEndOrSplitAValueIsEscaped() {
        assertThat(text(attribute(CN, "a,b+c\"d\\e<f>g;h=i"))).isEqualTo("CN=a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h=i");
        assertThat(text(attribute(CN, "#a#"))).isEqualTo("CN=\\#a#");
        assertThat(text(attribute(CN, "  a b  "))).isEqualTo("CN=\\  a b \\ ");
        assertThat(text(attribute(CN, " "))).isEqualTo("CN=\\ ");
        assertThat(text(attribute(CN, ""))).isEqualTo("CN=");
    }

    @Test
    void whatIsNotPrintableAsciiIsEscapedByteByByte() {
        assertThat(text(attribute(CN, "J\u00fcrgen\r\n\u007f\ud83d\ude00")))
                .isEqualTo("CN=J\\C3\\BCrgen\\0D\\0A\\7F\\F0\\9F\\98\\80");
    }

    @Test
    void everyKindOfTextIsReadAsWhatItIs() {
        byte[] latin = "\u00e9a".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(text(attribute(CN, T61, latin))).isEqualTo("CN=\\C3\\A9a");
        assertThat(text(attribute(CN, BMP, "\u20aca".getBytes(StandardCharsets.UTF_16BE))))
                .isEqualTo("CN=\\E2\\82\\ACa");
        assertThat(text(attribute(CN, UNIVERSAL, new byte[] {0, 1, (byte) 0xf6, 0})))
                .isEqualTo("CN=\\F0\\9F\\98\\80");
        assertThat(text(attribute(CN, PRINTABLE, Der.ascii("p")), attribute("2.5.4.6", IA5, Der.ascii("i"))))
                .isEqualTo("C=i,CN=p");
    }
}
