package dev.weft.translate;

import dev.weft.meshmodel.HttpRoute.PathMatch;
import dev.weft.meshmodel.RouteFilter.PathModifier;
import dev.weft.meshmodel.RouteFilter.Redirect;
import dev.weft.meshmodel.RouteFilter.UrlRewrite;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;

/** Redirects and rewrites of Gateway API in Envoy's words. */
final class UrlEdits {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private UrlEdits() {}

    static void rewrite(RouteAction.Builder action, UrlRewrite rewrite, PathMatch matched) {
        if (!rewrite.hostname().isEmpty()) {
            action.setHostRewriteLiteral(rewrite.hostname());
        }
        PathModifier path = rewrite.path();
        if (path == null) {
            return;
        }
        if (path.type() == PathModifier.Type.FULL) {
            action.setRegexRewrite(regex("^/.*", rooted(path.value())));
        } else if (isPlainPrefix(path.value(), matched)) {
            action.setPrefixRewrite(withoutSlashes(path.value()));
        } else {
            action.setRegexRewrite(prefix(path.value(), matched));
        }
    }

    /**
     * A redirect.
     *
     * @param port the one the requests come to
     */
    static RedirectAction redirect(Redirect redirect, PathMatch matched, int port) {
        RedirectAction.Builder action = RedirectAction.newBuilder()
                .setHostRedirect(redirect.hostname())
                .setPortRedirect(port(redirect, port))
                .setResponseCode(
                        switch (redirect.statusCode()) {
                            case 301 -> RedirectAction.RedirectResponseCode.MOVED_PERMANENTLY;
                            case 303 -> RedirectAction.RedirectResponseCode.SEE_OTHER;
                            case 307 -> RedirectAction.RedirectResponseCode.TEMPORARY_REDIRECT;
                            case 308 -> RedirectAction.RedirectResponseCode.PERMANENT_REDIRECT;
                            default -> RedirectAction.RedirectResponseCode.FOUND;
                        });
        if (!redirect.scheme().isEmpty()) {
            action.setSchemeRedirect(redirect.scheme());
        }
        PathModifier path = redirect.path();
        if (path != null && path.type() == PathModifier.Type.FULL) {
            action.setPathRedirect(rooted(path.value()));
        } else if (path != null && isPlainPrefix(path.value(), matched)) {
            action.setPrefixRewrite(withoutSlashes(path.value()));
        } else if (path != null) {
            action.setRegexRewrite(prefix(path.value(), matched));
        }
        return action.build();
    }

    /**
     * The port to write, 0 for none. Without one of its own a redirect goes to its scheme's, else to where the request came;
     * a scheme's own port is not written, unless the request's authority may bring another along (Gateway API,
     * HTTPRequestRedirectFilter.port).
     */
    private static int port(Redirect redirect, int requestPort) {
        int schemePort = redirect.scheme().equals("https") ? HTTPS_PORT : HTTP_PORT;
        Integer own = redirect.port();
        int wanted = own != null ? own : redirect.scheme().isEmpty() ? requestPort : schemePort;
        boolean bare = !redirect.hostname().isEmpty() || requestPort == HTTP_PORT;
        return wanted == schemePort && bare ? 0 : wanted;
    }

    /** Envoy's own prefix rewrite replaces bytes: it does for a prefix of whole elements by another such, and that is all. */
    private static boolean isPlainPrefix(String replacement, PathMatch matched) {
        return !withoutSlashes(replacement).isEmpty()
                && !withoutSlashes(matched.value()).isEmpty();
    }

    /** The slash after the matched elements, if any, goes with them and comes back with the replacement. */
    private static RegexMatchAndSubstitute prefix(String replacement, PathMatch matched) {
        String from = withoutSlashes(matched.value());
        String quoted = from.isEmpty() ? "" : "\\Q" + from + "\\E";
        return regex("^" + quoted + "/*", withoutSlashes(replacement) + "/");
    }

    private static RegexMatchAndSubstitute regex(String pattern, String replacement) {
        return RegexMatchAndSubstitute.newBuilder()
                .setPattern(RegexMatcher.newBuilder().setRegex(pattern))
                .setSubstitution(replacement.replace("\\", "\\\\"))
                .build();
    }

    private static String rooted(String path) {
        return path.isEmpty() ? "/" : path;
    }

    private static String withoutSlashes(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }
}
