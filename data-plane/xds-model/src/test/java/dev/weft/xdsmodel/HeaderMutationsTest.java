package dev.weft.xdsmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Diagnostic;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which header fields a configuration may change, and how it says their values. */
class HeaderMutationsTest {
    private static Parsed<RouteConfiguration> add(String key, String value) {
        return XdsReader.routeConfigurationJson(
                "{\"name\": \"r\", \"request_headers_to_add\": [{\"header\": {\"key\": \"" + key + "\", \"value\": \""
                        + value + "\"}}]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":path",
                "host",
                "Host",
                "content-length",
                "Transfer-Encoding",
                "a b",
                "a:b",
                "\u00fc",
                "a\\u0001"
            })
    void whatIsNoFieldOfTheirsIsRefused(String name) {
        assertThat(((Parsed.Rejected<RouteConfiguration>) add(name, "v")).diagnostics())
                .extracting(Diagnostic::path)
                .containsExactly("request_headers_to_add[0].header.key");
        for (String field : List.of("request_headers_to_remove", "response_headers_to_remove")) {
            Parsed<RouteConfiguration> parsed =
                    XdsReader.routeConfigurationJson("{\"name\": \"r\", \"" + field + "\": [\"" + name + "\"]}");
            assertThat(((Parsed.Rejected<RouteConfiguration>) parsed).diagnostics())
                    .extracting(Diagnostic::path)
                    .allSatisfy(path -> assertThat(path).startsWith(field));
        }
    }

    @Test
    void anyOtherIsTaken() {
        assertThat(value(add("X-a.b!#$%&'*+^_`|~1", "v w\\t"))).isEqualTo("v w\t");
    }

    /** Envoy: the bytes of the UTF-8 it was given. */
    @Test
    void aValueIsBytes() {
        assertThat(value(add("x", "\u00fc"))).isEqualTo("\u00c3\u00bc");
    }

    private static String value(Parsed<RouteConfiguration> parsed) {
        return ((Parsed.Ok<RouteConfiguration>) parsed)
                .value()
                .headers()
                .requestAdd()
                .getFirst()
                .value();
    }
}
