package dev.weft.route;

import com.google.re2j.Pattern;
import dev.weft.http.Ascii;
import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteAction.PathRewrite;
import dev.weft.xdsmodel.RouteMatch.PathMatch;
import org.jspecify.annotations.Nullable;

/** How a route changes the path. The query stays, unless the new path brings its own. */
final class PathEdit {
    private final PathRewrite rewrite;
    private final int matched; // bytes of the matched prefix; -1: the whole path is what matched
    private final @Nullable Pattern pattern;
    private final String substitution;

    private PathEdit(PathRewrite rewrite, int matched) {
        this.rewrite = rewrite;
        this.matched = matched;
        if (rewrite instanceof PathRewrite.Regex regex) {
            pattern = Regexes.compile(regex.regex());
            substitution = Regexes.substitution(regex.substitution());
        } else {
            pattern = null;
            substitution = "";
        }
    }

    /** Null when the route leaves the path alone; {@link IllegalArgumentException} when its regex is broken. */
    static @Nullable PathEdit of(Route route) {
        PathRewrite rewrite = null;
        if (route.action() instanceof RouteAction.Forward forward) {
            rewrite = forward.pathRewrite();
        } else if (route.action() instanceof RouteAction.Redirect redirect) {
            rewrite = redirect.pathRewrite();
        }
        if (rewrite == null) {
            return null;
        }
        int matched = switch (route.match().path()) {
            case PathMatch.Prefix prefix -> Ascii.bytes(prefix.prefix()).length;
            case PathMatch.PathSeparatedPrefix prefix -> Ascii.bytes(prefix.prefix()).length;
            case PathMatch.Exact exact -> -1;
            case PathMatch.Regex regex -> -1;
            case PathMatch.Connect connect -> -1;
        };
        return new PathEdit(rewrite, matched);
    }

    /** The new path and query. */
    String apply(RequestHead head) {
        String path = Ascii.text(head.bytes(), head.pathStart(), head.pathEnd());
        String query = Ascii.text(head.bytes(), head.pathEnd(), head.targetEnd()); // with its question mark
        return switch (rewrite) {
            case PathRewrite.Full full -> full.path().indexOf('?') >= 0 ? full.path() : full.path() + query;
            case PathRewrite.Prefix prefix ->
                prefix.replacement() + (matched < 0 ? "" : path.substring(Math.min(matched, path.length()))) + query;
            case PathRewrite.Regex regex ->
                pattern == null ? path + query : pattern.matcher(path).replaceAll(substitution) + query;
        };
    }

    /** Whether the new path has a query of its own, which then is never stripped. */
    boolean bringsQuery() {
        return rewrite instanceof PathRewrite.Full full && full.path().indexOf('?') >= 0;
    }
}
