package dev.weft.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.meshmodel.HttpRoute.PathMatch;
import dev.weft.meshmodel.RouteFilter.PathModifier;
import dev.weft.meshmodel.RouteFilter.Redirect;
import dev.weft.meshmodel.RouteFilter.UrlRewrite;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UrlEditsTest {
    /** Gateway API, HTTPPathModifier.replacePrefixMatch: its table, and prefixes and replacements at its edges. */
    @ParameterizedTest
    @CsvSource({
        "/foo/bar, /foo, /xyz, /xyz/bar",
        "/foo/bar, /foo, /xyz/, /xyz/bar",
        "/foo/bar, /foo/, /xyz, /xyz/bar",
        "/foo/bar, /foo/, /xyz/, /xyz/bar",
        "/foo, /foo, /xyz, /xyz",
        "/foo/, /foo, /xyz, /xyz/",
        "/foo/bar, /foo, '', /bar",
        "/foo/, /foo, '', /",
        "/foo, /foo, '', /",
        "/foo/, /foo, /, /",
        "/foo, /foo, /, /",
        "/foo/bar, /, /xyz, /xyz/foo/bar",
        "/a.b+c/d, /a.b+c, /, /d",
        "/foo/foo/bar, /foo, /, /foo/bar",
        "/foo/bar, /foo, /a\\1b, /a\\1b/bar",
        "/foo/bar, /, /a\\1b, /a\\1b/foo/bar",
    })
    void aPrefixIsReplacedByWholeElements(String path, String prefix, String replacement, String expected) {
        RouteAction.Builder action = RouteAction.newBuilder();
        UrlEdits.rewrite(
                action,
                new UrlRewrite("", new PathModifier(PathModifier.Type.PREFIX_MATCH, replacement)),
                new PathMatch(PathMatch.Type.PREFIX, prefix));
        String result = action.getPrefixRewrite().isEmpty()
                ? substituted(action, path)
                : action.getPrefixRewrite()
                        + path.substring(withoutSlash(prefix).length());
        assertThat(result).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"/foo/bar, /xyz, /xyz", "/, /xyz/a, /xyz/a", "/foo, '', /", "/foo, /a\\0, /a\\0"})
    void aWholePathIsReplaced(String path, String replacement, String expected) {
        RouteAction.Builder action = RouteAction.newBuilder();
        UrlEdits.rewrite(
                action, new UrlRewrite("", new PathModifier(PathModifier.Type.FULL, replacement)), PathMatch.ALL);
        assertThat(substituted(action, path)).isEqualTo(expected);
    }

    /** What a regex rewrite of Envoy makes of the path. */
    private static String substituted(RouteAction.Builder action, String path) {
        String substitution = action.getRegexRewrite().getSubstitution();
        assertThat(substitution.replace("\\\\", "")).doesNotContain("\\"); // no group is meant
        String literal = substitution.replace("\\\\", "\\");
        return Pattern.compile(action.getRegexRewrite().getPattern().getRegex())
                .matcher(path)
                .replaceAll(Matcher.quoteReplacement(literal));
    }

    private static String withoutSlash(String prefix) {
        return prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
    }

    /** Gateway API, HTTPRequestRedirectFilter.port. Columns: scheme, host, own port, request's port, port written. */
    @ParameterizedTest
    @CsvSource({
        "'', '', , 80, 0",
        "'', '', , 8080, 8080",
        "'', example.org, , 80, 0",
        "'', example.org, , 8080, 8080",
        "https, '', , 80, 0",
        "https, '', , 8080, 443",
        "https, example.org, , 8080, 0",
        "http, example.org, , 8080, 0",
        "'', '', 8083, 80, 8083",
        "https, '', 8083, 80, 8083",
        "https, '', 443, 80, 0",
        "http, example.org, 80, 8080, 0",
        "https, example.org, 80, 8080, 80",
        "'', '', 80, 8080, 80",
    })
    void aRedirectGoesToThePortTheRulesSay(
            String scheme, String host, @Nullable Integer own, int requestPort, int written) {
        RedirectAction action =
                UrlEdits.redirect(new Redirect(scheme, host, null, own, 302), PathMatch.ALL, requestPort);
        assertThat(action.getPortRedirect()).isEqualTo(written);
        assertThat(action.getSchemeRedirect()).isEqualTo(scheme);
        assertThat(action.getHostRedirect()).isEqualTo(host);
    }

    @ParameterizedTest
    @CsvSource({
        "301, MOVED_PERMANENTLY",
        "302, FOUND",
        "303, SEE_OTHER",
        "307, TEMPORARY_REDIRECT",
        "308, PERMANENT_REDIRECT",
    })
    void theStatusIsTheOneAskedFor(int status, RedirectAction.RedirectResponseCode code) {
        assertThat(UrlEdits.redirect(new Redirect("", "", null, null, status), PathMatch.ALL, 80)
                        .getResponseCode())
                .isEqualTo(code);
    }
}
