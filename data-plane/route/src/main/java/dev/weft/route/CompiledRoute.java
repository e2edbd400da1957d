package dev.weft.route;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.KnownHeader;
import dev.weft.http.RequestHead;
import dev.weft.xdsmodel.ClusterSpecifier;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.RouteMatch.PathMatch;
import dev.weft.xdsmodel.VirtualHost;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A route with its conditions, split and rewrites compiled. Immutable; all loops share it. */
public final class CompiledRoute {
    private static final byte[] GRPC = Ascii.bytes("application/grpc");

    private final int ordinal;
    private final VirtualHost host;
    private final Route route;
    private final HeaderCheck[] headers;
    private final QueryCheck[] query;
    private final @Nullable TextMatcher regex; // of the path, where no index has checked it
    private final boolean connect;
    private final ClusterChoice[] choices;
    private final long[] cumulative;
    private final @Nullable String clusterHeader;
    private final @Nullable PathEdit edit;

    /** {@link IllegalArgumentException} when a regex is broken. */
    CompiledRoute(int ordinal, VirtualHost host, Route route) {
        this.ordinal = ordinal;
        this.host = host;
        this.route = route;
        RouteMatch match = route.match();
        headers = match.headers().stream().map(HeaderCheck::new).toArray(HeaderCheck[]::new);
        query = match.queryParameters().stream().map(QueryCheck::new).toArray(QueryCheck[]::new);
        connect = match.path() instanceof PathMatch.Connect;
        regex = match.path() instanceof PathMatch.Regex path
                ? new TextMatcher.Regex(Regexes.compile(path.regex()), null)
                : null;
        edit = PathEdit.of(route);
        ClusterSpecifier clusters = route.action() instanceof RouteAction.Forward forward ? forward.cluster() : null;
        clusterHeader = clusters instanceof ClusterSpecifier.FromHeader header
                ? header.header().toLowerCase(Locale.ROOT)
                : null;
        choices = choices(clusters);
        cumulative = new long[choices.length];
        long sum = 0;
        for (int i = 0; i < choices.length; i++) {
            ClusterSpecifier.ClusterWeight weight = choices[i].weight();
            sum += weight == null ? 1 : weight.weight();
            cumulative[i] = sum;
        }
        if (choices.length > 0 && sum <= 0) {
            throw new IllegalArgumentException("the weights of all clusters are zero");
        }
    }

    private static ClusterChoice[] choices(@Nullable ClusterSpecifier clusters) {
        if (clusters instanceof ClusterSpecifier.Single single) {
            return new ClusterChoice[] {new ClusterChoice(single.cluster(), 0, null)};
        }
        if (!(clusters instanceof ClusterSpecifier.Weighted weighted)) {
            return new ClusterChoice[0];
        }
        ClusterChoice[] choices = new ClusterChoice[weighted.clusters().size()];
        for (int i = 0; i < choices.length; i++) {
            ClusterSpecifier.ClusterWeight weight = weighted.clusters().get(i);
            choices[i] = new ClusterChoice(weight.name(), i, weight);
        }
        return choices;
    }

    /**
     * Number of the route in its table and in later ones that it stays in; less than {@link CompiledRoutes#ordinals}. For a
     * runtime's own array beside it.
     */
    public int ordinal() {
        return ordinal;
    }

    /** The virtual host without its routes. */
    public VirtualHost host() {
        return host;
    }

    public Route route() {
        return route;
    }

    /** All clusters this route may choose; empty without {@code route} action or where a header names the cluster. */
    public List<ClusterChoice> choices() {
        return List.of(choices);
    }

    /** The cluster of a request; null when the header that names it is missing. Only for a {@code route} action. */
    public @Nullable ClusterChoice choose(RequestHead head, RandomGenerator random) {
        if (choices.length == 1) {
            return choices[0];
        }
        if (clusterHeader != null) {
            HeaderBlock fields = head.headers();
            int i = fields.find(clusterHeader.getBytes(StandardCharsets.UTF_8), 0);
            return i < 0 || fields.valueStart(i) == fields.valueEnd(i)
                    ? null
                    : new ClusterChoice(fields.value(i), 0, null);
        }
        if (choices.length == 0) {
            throw new IllegalStateException("not a route to a cluster: " + route.name());
        }
        long point = random.nextLong(cumulative[cumulative.length - 1]);
        int i = 0;
        while (point >= cumulative[i]) {
            i++;
        }
        return choices[i];
    }

    /** Applies {@code prefix_rewrite} or {@code regex_rewrite}; no effect without one. Allocates. */
    public void rewrite(RequestHead head) {
        if (edit != null && rewrites()) {
            byte[] rewritten = edit.apply(head).getBytes(StandardCharsets.ISO_8859_1);
            head.target(rewritten);
        }
    }

    /** Whether {@link #rewrite} has an effect; CONNECT has no path to begin with. */
    public boolean rewrites() {
        return edit != null && !connect && route.action() instanceof RouteAction.Forward;
    }

    /**
     * Where a {@code redirect} sends the client.
     *
     * @param scheme of the request, http or https
     */
    public String location(RequestHead head, String scheme) {
        if (!(route.action() instanceof RouteAction.Redirect redirect)) {
            throw new IllegalStateException("not a redirect: " + route.name());
        }
        return Redirects.location(redirect, edit, head, scheme);
    }

    /** Whether the path is what the expression wants; for what no index finds. */
    boolean matchesPath(RequestHead head, int pathEnd) {
        return regex == null || regex.matches(head.bytes(), head.pathStart(), pathEnd);
    }

    /** Whether all conditions but that of the path hold. */
    boolean matches(RequestHead head, RandomGenerator random) {
        RouteMatch match = route.match();
        if (connect != (head.method() == HttpMethod.CONNECT)) {
            return false;
        }
        RouteMatch.Fraction fraction = match.runtimeFraction();
        if (fraction != null && random.nextInt(fraction.denominator()) >= fraction.numerator()) {
            return false;
        }
        if (match.grpc() && !isGrpc(head.headers())) {
            return false;
        }
        for (HeaderCheck check : headers) {
            if (!check.matches(head)) {
                return false;
            }
        }
        for (QueryCheck check : query) {
            if (!check.matches(head)) {
                return false;
            }
        }
        return true;
    }

    /** {@code application/grpc} or {@code application/grpc+…}. */
    private static boolean isGrpc(HeaderBlock headers) {
        int i = headers.find(KnownHeader.CONTENT_TYPE);
        if (i < 0) {
            return false;
        }
        int start = headers.valueStart(i);
        int length = headers.valueEnd(i) - start;
        return length >= GRPC.length
                && TextMatcher.regionMatches(GRPC, false, headers.bytes(), start)
                && (length == GRPC.length || headers.bytes()[start + GRPC.length] == '+');
    }
}
