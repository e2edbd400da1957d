package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsmodel.Secret.SanType;
import dev.weft.xdsmodel.Secret.SubjectAltNameMatcher;
import dev.weft.xdsmodel.StringMatcher;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SanMatchersTest {
    private static final PeerCertificate PEER = new PeerCertificate(
            null,
            TestCa.root("any").root,
            "",
            List.of(),
            List.of("spiffe://cluster.local/ns/shop/sa/payments"),
            List.of("www.example.com", "*.wild.example.com"),
            List.of("10.0.0.1"),
            Instant.MAX);

    private static boolean accepts(SanType type, StringMatcher matcher) {
        return new SanMatchers(List.of(new SubjectAltNameMatcher(type, matcher))).accept(PEER);
    }

    @Test
    void uriNames() {
        assertThat(accepts(SanType.URI, StringMatcher.exact("spiffe://cluster.local/ns/shop/sa/payments")))
                .isTrue();
        assertThat(accepts(SanType.URI, StringMatcher.exact("spiffe://cluster.local/ns/shop/sa/pay")))
                .isFalse();
        assertThat(accepts(SanType.URI, new StringMatcher.Prefix("spiffe://cluster.local/ns/shop/", false)))
                .isTrue();
        assertThat(accepts(SanType.URI, new StringMatcher.Suffix("/sa/payments", false)))
                .isTrue();
        assertThat(accepts(SanType.URI, new StringMatcher.Suffix("x".repeat(100), false)))
                .isFalse();
        assertThat(accepts(SanType.URI, new StringMatcher.Contains("/ns/SHOP/", true)))
                .isTrue();
        assertThat(accepts(SanType.URI, new StringMatcher.Contains("/ns/SHOP/", false)))
                .isFalse();
        assertThat(accepts(SanType.DNS, StringMatcher.exact("spiffe://cluster.local/ns/shop/sa/payments")))
                .as("another kind of name")
                .isFalse();
    }

    @Test
    void dnsNamesReadTheCertificatesWildcards() {
        assertThat(accepts(SanType.DNS, StringMatcher.exact("WWW.example.com"))).isTrue();
        assertThat(accepts(SanType.DNS, StringMatcher.exact("a.wild.example.com")))
                .isTrue();
        assertThat(accepts(SanType.DNS, StringMatcher.exact("a.b.wild.example.com")))
                .isFalse();
        assertThat(accepts(SanType.DNS, StringMatcher.exact("wild.example.com")))
                .isFalse();
        assertThat(accepts(SanType.DNS, StringMatcher.exact("example.com"))).isFalse();
        assertThat(SanMatchers.dnsMatches("*.com", "example.com")).isFalse();
    }

    @Test
    void oneOfSeveralIsEnoughAndNoneMeansAny() {
        assertThat(new SanMatchers(List.of(
                                new SubjectAltNameMatcher(SanType.DNS, StringMatcher.exact("no.example")),
                                new SubjectAltNameMatcher(SanType.IP_ADDRESS, StringMatcher.exact("10.0.0.1"))))
                        .accept(PEER))
                .isTrue();
        assertThat(SanMatchers.ANY.accept(PEER)).isTrue();
    }

    @Test
    void regexIsRefusedWithItsPath() {
        assertThat(SanMatchers.problems(
                        List.of(new SubjectAltNameMatcher(SanType.URI, new StringMatcher.Regex("spiffe://.*")))))
                .singleElement()
                .satisfies(d -> assertThat(d.path())
                        .isEqualTo("validation_context.match_typed_subject_alt_names[0].matcher.safe_regex"));
    }
}
