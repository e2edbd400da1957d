package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.Ascii;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HpackTest {
    private static final int NO_LIMIT = 1 << 20;

    private final HpackDecoder decoder = new HpackDecoder(4096);
    private final HpackFields seen = new HpackFields();

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private String decode(HpackDecoder with, String hex) {
        byte[] in = hex(hex);
        return seen.decode(with, in, 0, in.length, NO_LIMIT, NO_LIMIT) ? seen.text() : "error";
    }

    private String decode(String hex) {
        return decode(decoder, hex);
    }

    @Test
    void requestsOfAppendixC3() {
        assertThat(decode("8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d"))
                .isEqualTo(":method: GET|:scheme: http|:path: /|:authority: www.example.com|");
        assertThat(decode("8286 84be 5808 6e6f 2d63 6163 6865"))
                .isEqualTo(":method: GET|:scheme: http|:path: /|:authority: www.example.com|cache-control: no-cache|");
        assertThat(decode("8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65"))
                .isEqualTo(":method: GET|:scheme: https|:path: /index.html|:authority: www.example.com"
                        + "|custom-key: custom-value|");
    }

    @Test
    void huffmanCodedRequestsOfAppendixC4() {
        assertThat(decode("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff"))
                .isEqualTo(":method: GET|:scheme: http|:path: /|:authority: www.example.com|");
        assertThat(decode("8286 84be 5886 a8eb 1064 9cbf"))
                .isEqualTo(":method: GET|:scheme: http|:path: /|:authority: www.example.com|cache-control: no-cache|");
        assertThat(decode("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf"))
                .isEqualTo(":method: GET|:scheme: https|:path: /index.html|:authority: www.example.com"
                        + "|custom-key: custom-value|");
    }

    @Test
    void responsesOfAppendixC6EvictEntries() {
        HpackDecoder small = new HpackDecoder(256);
        String rest = "|cache-control: private|date: Mon, 21 Oct 2013 20:13:21 GMT|location: https://www.example.com|";
        assertThat(decode(
                        small,
                        "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6"
                                + "2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3"))
                .isEqualTo(":status: 302" + rest);
        assertThat(decode(small, "4883 640e ffc1 c0bf")).isEqualTo(":status: 307" + rest);
        assertThat(decode(
                        small,
                        "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab"
                                + "77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5"
                                + "291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07"))
                .isEqualTo(":status: 200|cache-control: private|date: Mon, 21 Oct 2013 20:13:22 GMT"
                        + "|location: https://www.example.com|content-encoding: gzip"
                        + "|set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1|");
        assertThat(decode(small, "be")).startsWith("set-cookie: foo=");
        assertThat(decode(small, "c0")).startsWith("date: Mon, 21 Oct 2013 20:13:22");
        assertThat(decode(small, "c1"))
                .as("the table of the RFC has three entries")
                .isEqualTo("error");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '~', textBlock = """
            index 0 ~ 80
            first index beyond an empty table ~ be
            index far beyond the table ~ ff ff ff 7f
            name index beyond the table ~ 7e 01 61
            name index far beyond the table ~ 0f ff ff 7f 01 61
            integer of more than 28 bits ~ ff ff ff ff ff 7f
            integer that never ends ~ ff 80 80 80 80 80 80 80 80 80 80 00
            integer cut off ~ ff 80
            index cut off ~ ff
            no string ~ 40
            no value ~ 40 01 61
            name longer than the block ~ 40 05 61
            value longer than the block ~ 40 01 61 02 61
            length far longer than the block ~ 40 01 61 7f ff ff ff 7f
            length cut off ~ 40 01 61 7f ff
            Huffman padding with a zero ~ 40 01 61 81 1e
            Huffman padding of eleven ones ~ 40 01 61 82 1f ff
            Huffman padding alone, eight ones ~ 40 01 61 81 ff
            Huffman code cut off ~ 40 01 61 82 ff fe
            EOS ~ 40 01 61 84 ff ff ff ff
            EOS behind a symbol ~ 40 01 61 85 1f ff ff ff ff
            EOS amid a long string ~ 40 01 61 8c 1f ff ff ff ff 1f 1f 1f 1f 1f 1f 1f
            size update above what was announced ~ 3f e2 1f
            size update behind a field ~ 82 20
            three size updates ~ 20 20 20
            size update cut off ~ 3f
            """)
    void malformedBlocksAreRefused(String name, String hex) {
        assertThat(decode(hex)).as(name).isEqualTo("error");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '~', textBlock = """
            nothing ~ '' ~ ''
            size update alone ~ 20 ~ ''
            two size updates, the second as announced ~ 20 3f e1 1f ~ ''
            integer padded with a zero ~ 3f e1 9f 00 ~ ''
            empty name and value ~ 00 00 00 ~ ': |'
            empty Huffman value ~ 00 01 61 80 ~ 'a: |'
            Huffman without padding ~ 00 01 61 85 18 c6 31 8c 63 ~ 'a: aaaaaaaa|'
            Huffman with seven ones ~ 00 01 61 84 18 c6 31 ff ~ 'a: aaaaa|'
            never indexed ~ 10 01 61 01 62 ~ 'a: b|'
            """)
    void edgesOfWhatIsAllowed(String name, String hex, String expected) {
        assertThat(decode(hex)).as(name).isEqualTo(expected);
    }

    @Test
    void anEntryLargerThanTheTableEmptiesIt() {
        HpackDecoder small = new HpackDecoder(64);
        assertThat(decode(small, "40 01 61 01 62 be")).isEqualTo("a: b|a: b|");
        assertThat(decode(small, "40 01 61 20" + "61".repeat(32))).startsWith("a: aaa");
        assertThat(decode(small, "be")).isEqualTo("error");
    }

    @Test
    void anEntryMayTakeItsNameFromTheOneItEvicts() {
        HpackDecoder small = new HpackDecoder(64);
        assertThat(decode(small, "40 01 61 1f" + "62".repeat(31) + "7e 1f" + "63".repeat(31) + "be"))
                .isEqualTo("a: " + "b".repeat(31) + "|a: " + "c".repeat(31) + "|a: " + "c".repeat(31) + "|");
    }

    @Test
    void blocksOverALimitStoreNoMoreButKeepTheTable() {
        byte[] bomb = hex("40 01 61 7f 81 1e" + "62".repeat(4000) + "be".repeat(10_000) + "40 01 63 01 64");
        HpackFields fields = new HpackFields();
        assertThat(fields.decode(decoder, bomb, 0, bomb.length, 65536, 100)).isTrue();
        assertThat(decoder.tooLarge()).isTrue();
        assertThat(fields.block().length()).isLessThanOrEqualTo(65536);
        assertThat(fields.block().capacity()).isLessThanOrEqualTo(2 * 65536);
        assertThat(decode("be")).isEqualTo("c: d|");
        assertThat(decoder.tooLarge()).isFalse();

        byte[] many = hex("82".repeat(101));
        assertThat(fields.decode(decoder, many, 0, 100, 65536, 100)).isTrue();
        assertThat(decoder.tooLarge()).isFalse();
        assertThat(fields.decode(decoder, many, 0, 101, 65536, 100)).isTrue();
        assertThat(decoder.tooLarge()).isTrue();

        byte[] exact = hex("00 01 61 01 62");
        assertThat(fields.decode(decoder, exact, 0, exact.length, 34, 100)).isTrue();
        assertThat(decoder.tooLarge()).isFalse();
        assertThat(fields.decode(decoder, exact, 0, exact.length, 33, 100)).isTrue();
        assertThat(decoder.tooLarge()).isTrue();
    }

    @Test
    void secretsAreNeverIndexedAndRepeatingFieldsAre() {
        HpackEncoder encoder = new HpackEncoder(4096, false);
        assertThat(encoded(encoder, "Authorization", "Basic x")).isEqualTo("1f0807426173696320" + "78");
        assertThat(encoded(encoder, "proxy-authorization", "a")).startsWith("1f22");
        assertThat(encoded(encoder, "Set-Cookie", "a=b")).startsWith("1f28");
        assertThat(encoded(encoder, "cookie", "a=b")).startsWith("1f11");
        assertThat(encoded(encoder, "X-Custom", "one")).isEqualTo("4008" + "782d637573746f6d" + "036f6e65");
        assertThat(encoded(encoder, "x-cUSTOM", "one")).isEqualTo("be");
        assertThat(encoded(encoder, "content-length", "12")).isEqualTo("0f0d023132");
        assertThat(encoded(encoder, ":path", "/a?secret")).startsWith("04");
        assertThat(encoded(encoder, "accept-encoding", "gzip, deflate")).isEqualTo("90");
        assertThat(encoded(encoder, ":scheme", "200")).as("not the status").startsWith("46");
    }

    @Test
    void aNameWhoseValuesNeverRepeatIsEnteredNowAndThenOnly() {
        HpackEncoder encoder = new HpackEncoder(4096, false);
        int entered = 0;
        for (int i = 0; i < 1000; i++) {
            if (encoded(encoder, "x-serial", "" + i).startsWith("4")
                    || encoded(encoder, "x-serial", "n" + i).startsWith("7")) {
                entered++;
            }
        }
        assertThat(entered).isBetween(1, 200);
    }

    @Test
    void longValuesAreComparedInFull() {
        HpackEncoder encoder = new HpackEncoder(4096, false);
        StringBuilder value = new StringBuilder("v".repeat(100));
        for (int i = 0; i < value.length(); i++) {
            value.setCharAt(i, 'w');
            assertThat(encoded(encoder, "a" + i, value.toString())).as("new").isNotEqualTo("be");
            assertThat(encoded(encoder, "a" + i, value.toString())).as("known").isEqualTo("be");
            value.setCharAt(i, 'x');
            assertThat(encoded(encoder, "a" + i, value.toString()))
                    .as("differs at %d", i)
                    .isNotEqualTo("be");
            value.setCharAt(i, 'v');
        }
    }

    @Test
    void tableSizesAreAnnouncedSmallestFirst() {
        HpackEncoder encoder = new HpackEncoder(4096, false);
        assertThat(encoded(encoder, "a", "b")).isEqualTo("4001610162");
        encoder.maxTableSize(65536);
        assertThat(encoded(encoder, "a", "b")).as("it stays as it is").isEqualTo("be");
        encoder.maxTableSize(0);
        encoder.maxTableSize(100);
        assertThat(encoded(encoder, "a", "b")).isEqualTo("20" + "3f45" + "4001610162");
        assertThat(encoded(encoder, "a", "b")).isEqualTo("be");
        encoder.maxTableSize(0);
        assertThat(encoded(encoder, "a", "b")).isEqualTo("20" + "0001610162");
        assertThat(encoded(new HpackEncoder(0, false), "a", "b")).isEqualTo("20" + "0001610162");
    }

    private static String encoded(HpackEncoder encoder, String name, String value) {
        OutArray out = new OutArray(16);
        encoder.begin(out);
        byte[] n = Ascii.bytes(name);
        byte[] v = Ascii.bytes(value);
        encoder.field(n, 0, n.length, v, 0, v.length);
        return HexFormat.of().formatHex(out.bytes(), 0, out.length());
    }
}
