package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.PathNormaliser.EscapedSlashes;
import dev.weft.http.PathNormaliser.Outcome;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PathNormaliserTest {
    private static final String[] PIECES = {
        "/", "//", "\\", ".", "..", "%2e", "%2E", "%2f", "%5C", "%", "%%", "%25", "%00", "%41", "%3", "%35", "%63", "a",
        "c", "2", "f", "0", "~", "%7e", "%20", "\"", "|", "%c3%a9", ";", ";x", "x.", ".y"
    };

    /** A request for that target, as a codec makes it. */
    private static RequestHead head(String target) {
        RequestHead head = new RequestHead(16);
        byte[] bytes = Ascii.bytes(target);
        int at = head.headers().reserve(bytes.length);
        System.arraycopy(bytes, 0, head.bytes(), at, bytes.length);
        head.headers().advance(bytes.length);
        head.target(at, at + bytes.length);
        return head;
    }

    private static String normalised(PathNormaliser normaliser, String target) {
        RequestHead head = head(target);
        Outcome outcome = normaliser.normalise(head);
        return switch (outcome) {
            case FORWARD -> head.targetText();
            case REDIRECT -> "redirect " + head.targetText();
            case REJECT -> "reject";
        };
    }

    private static final PathNormaliser MESH = new PathNormaliser(true, true, EscapedSlashes.REJECT);

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = ' ', quoteCharacter = '~', textBlock = """
            / /
            /a/b /a/b
            /a?b//c/../%2f /a?b//c/../%2f
            //a /a
            /a//b///c/ /a/b/c/
            // /
            /// /
            /./a /a
            /a/. /a/
            /a/.. /
            /a/../b /b
            /../../a /a
            /a/b/../../../c /c
            /a//../b /a/b
            /%2e/a /a
            /a/%2E%2e/b /b
            /a/.%2e/b /b
            /a/%2e./b /b
            /a/..b /a/..b
            /a/.../b /a/.../b
            /a/b.. /a/b..
            /a/.b /a/.b
            /a%2eb /a.b
            /.%2eb /..b
            /a\\b /a/b
            /a\\..\\b /b
            /..\\..\\a /a
            /%41%7a%7E%2d%5f /Az~-_
            /%20%c3%A9 /%20%c3%A9
            /a%2fb reject
            /a%2Fb reject
            /a%5cb reject
            /a%5Cb reject
            /a%00b reject
            /%00 reject
            /a%252fb /a%252fb
            /a%25252e /a%25252e
            /%252e%252e/a /%252e%252e/a
            /%%32e /%252e
            /%%32%65 /%252e
            /%2%65 /%252e
            /%%32f /%252f
            /%%300 /%2500
            /%%30%30 /%2500
            /%%35c /%255c
            /%%61g /%ag
            /% /%
            /%2 /%2
            /%zz /%zz
            /%/../%41 /A
            /5%\\../%41 /A
            /..; /
            /a/..;x=1/b /b
            /a/.;x/b /a/b
            /a/%2e%2E;x/b /b
            /a\\..;x\\b /b
            /a/..%3b/b /a/..%3b/b
            /a/b;x/c /a/b;x/c
            /a/...;/b /a/...;/b
            /a|b"c^d`e{f} /a%7Cb%22c%5Ed%60e%7Bf%7D
            /a;b=c,d@e:f!$&'()*+[] /a;b=c,d@e:f!$&'()*+[]
            /a?x=%00 /a?x=%00
            /a/..?/../b /?/../b
            * *
            """)
    void mesh(String target, String expected) {
        assertThat(normalised(MESH, target)).isEqualTo(expected);
    }

    @Test
    void escapedSlashesAreTreatedAsAsked() {
        String target = "/a%2F..%5cb%2f?%2f";
        assertThat(normalised(new PathNormaliser(false, false, EscapedSlashes.KEEP), target))
                .isEqualTo(target);
        assertThat(normalised(new PathNormaliser(false, false, EscapedSlashes.UNESCAPE), target))
                .isEqualTo("/a/..\\b/?%2f");
        assertThat(normalised(new PathNormaliser(true, false, EscapedSlashes.UNESCAPE), target))
                .isEqualTo("/b/?%2f");
        assertThat(normalised(new PathNormaliser(true, false, EscapedSlashes.REDIRECT), target))
                .isEqualTo("redirect /b/?%2f");
        assertThat(normalised(new PathNormaliser(false, false, EscapedSlashes.REJECT), target))
                .isEqualTo("reject");
        assertThat(normalised(new PathNormaliser(false, true, EscapedSlashes.UNESCAPE), "/a%2f%2fb"))
                .isEqualTo("/a/b");
        assertThat(normalised(new PathNormaliser(true, true, EscapedSlashes.REDIRECT), "/a//b"))
                .as("only escaped slashes are worth a redirect")
                .isEqualTo("/a/b");
    }

    @Test
    void onlyWhatIsSwitchedOnIsDone() {
        assertThat(normalised(new PathNormaliser(false, true, EscapedSlashes.KEEP), "/a/..//%41"))
                .isEqualTo("/a/../%41");
        assertThat(normalised(new PathNormaliser(true, false, EscapedSlashes.KEEP), "/a/..//%41%2f"))
                .isEqualTo("//A%2f");
    }

    @Test
    void aPathInItsFormIsNotCopied() {
        for (String target : new String[] {"/", "/a/b-c_d~e.f/g.?//..", "/a%20b"}) {
            RequestHead head = head(target);
            int length = head.headers().length();
            assertThat(MESH.normalise(head)).isEqualTo(Outcome.FORWARD);
            assertThat(head.targetStart()).as(target).isZero();
            assertThat(head.headers().length()).isEqualTo(length);
        }
    }

    @ParameterizedTest
    @EnumSource(EscapedSlashes.class)
    void agreesWithTheNaiveWayForAnyPath(EscapedSlashes slashes) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(slashes.ordinal());
        for (int round = 0; round < 40_000; round++) {
            StringBuilder target = new StringBuilder("/");
            for (int i = random.nextInt(12); i > 0; i--) {
                target.append(PIECES[random.nextInt(PIECES.length)]);
            }
            if (random.nextInt(4) == 0) {
                target.append("?%2f/../");
            }
            boolean canonical = random.nextInt(4) > 0;
            boolean merge = random.nextBoolean();
            PathNormaliser normaliser = new PathNormaliser(canonical, merge, slashes);
            String once = normalised(normaliser, target.toString());
            assertThat(once)
                    .as("%s canonical=%s merge=%s", target, canonical, merge)
                    .isEqualTo(NaivePath.normalised(target.toString(), canonical, merge, slashes));
            if (canonical && slashes != EscapedSlashes.REDIRECT && !once.equals("reject")) {
                assertThat(normalised(normaliser, once)).as("%s again", target).isEqualTo(once);
            }
        }
    }
}
