package dev.weft.sources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import dev.weft.meshmodel.HttpRoute;
import dev.weft.meshmodel.SessionPersistence;
import dev.weft.meshmodel.SessionPersistence.Type;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions of rules: their defaults, and what of them no proxy could do. */
class SessionReaderTest {
    private static ParsedDocument read(String session) {
        return DocumentReader.read("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: r, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: a}]
                  rules:
                  - backendRefs: [{name: a, port: 80}]
                  - backendRefs: [{name: a, port: 80}]
                    sessionPersistence: %s
                """.formatted(session));
    }

    private static SessionPersistence valid(String session) {
        ParsedDocument document = read(session);
        assertThat(document.diagnostics()).isEmpty();
        return ((HttpRoute) document.resource()).rules().get(1).session();
    }

    @Test
    void aCookieForTheClientsSessionIsTheDefault() {
        assertThat(valid("{}")).isEqualTo(new SessionPersistence(Type.COOKIE, "weft-session-shop-r-1", Duration.ZERO));
    }

    @Test
    void whatIsSaidIsTaken() {
        assertThat(valid("{sessionName: s, absoluteTimeout: 1h, cookieConfig: {lifetimeType: Permanent}}"))
                .isEqualTo(new SessionPersistence(Type.COOKIE, "s", Duration.ofHours(1)));
        assertThat(valid("{type: Header, sessionName: X-Session}"))
                .isEqualTo(new SessionPersistence(Type.HEADER, "X-Session", Duration.ZERO));
    }

    /** Whoever has a cookie keeps it when a rule comes before this one. */
    @Test
    void aRulesNameGoesBeforeItsIndex() {
        ParsedDocument document = DocumentReader.read("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: r, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: a}]
                  rules: [{name: main, backendRefs: [{name: a, port: 80}], sessionPersistence: {}}]
                """);
        assertThat(((HttpRoute) document.resource())
                        .rules()
                        .getFirst()
                        .session()
                        .name())
                .isEqualTo("weft-session-shop-r-main");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{sessionName: 'a b'} | ERROR bad-value sessionName",
                "{type: Header, sessionName: Host} | ERROR bad-value sessionName",
                "{type: Query} | ERROR bad-value type",
                "{cookieConfig: {lifetimeType: Permanent}} | ERROR missing-field absoluteTimeout",
                "{type: Header, cookieConfig: {}} | ERROR bad-value cookieConfig",
                "{absoluteTimeout: 1h} | WARNING ignored-field absoluteTimeout",
                "{idleTimeout: 1h} | WARNING unused-field idleTimeout",
                "{sessionNam: a} | ERROR unknown-field sessionNam"
            })
    void whatCannotBeIsNamed(String session, String expected) {
        List<Diagnostic> diagnostics = read(session).diagnostics();
        assertThat(diagnostics).hasSize(1);
        Diagnostic first = diagnostics.getFirst();
        assertThat(first.severity() + " " + first.code() + " "
                        + first.path().replace("spec.rules[1].sessionPersistence.", ""))
                .isEqualTo(expected);
    }
}
