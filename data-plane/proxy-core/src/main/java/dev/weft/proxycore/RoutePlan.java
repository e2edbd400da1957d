package dev.weft.proxycore;

import dev.weft.balance.SubsetKey;
import dev.weft.base.Address;
import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.RequestHead;
import dev.weft.route.ClusterChoice;
import dev.weft.route.CompiledRoute;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.Clusters;
import dev.weft.upstream.EndpointRuntime;
import dev.weft.xdsmodel.ClusterSpecifier;
import dev.weft.xdsmodel.DataSource;
import dev.weft.xdsmodel.HeaderMutations;
import dev.weft.xdsmodel.HttpFilterOverride;
import dev.weft.xdsmodel.Metadata;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What is done with the requests of one route: its numbers and edits ready for use. Immutable; shared by all loops. */
final class RoutePlan {
    /** Envoy's name for metadata about balancing. */
    static final String BALANCING = "envoy.lb";

    private final CompiledRoute compiled;
    private final long timeoutNanos;
    private final long responseHeaderNanos;
    private final long idleNanos;
    private final long maxNanos;
    private final long grpcMaxNanos; // -1: the caller is not asked
    private final HeaderEdits[] requestEdits; // in the order they apply
    private final HeaderEdits[] responseEdits;
    private final HeaderEdits[] shareRequestEdits; // by share of a weighted split
    private final HeaderEdits[] shareResponseEdits;
    private final HostRewrite hostRewrite;
    private final byte[] timeoutMillis; // as a header says it
    private final byte[] directBody;
    private final @Nullable Upgrades upgrades;
    private final boolean terminatesConnect;
    private final MirrorPlan[] mirrors;
    private final List<List<Map<String, HttpFilterOverride>>> filterLevels;
    private final @Nullable RequestHash hash;
    private final @Nullable SubsetKey[] subsets; // by share; the first where there is no share
    private volatile @Nullable ClusterRuntime[] clusters = {}; // by share; replaced by the control thread

    RoutePlan(CompiledRoute compiled, RouteConfiguration table) {
        this.compiled = compiled;
        Route route = compiled.route();
        RouteAction.Forward forward = route.action() instanceof RouteAction.Forward f ? f : null;
        timeoutNanos = forward == null ? 0 : forward.timeout().toNanos();
        idleNanos = forward == null || forward.idleTimeout() == null
                ? -1
                : forward.idleTimeout().toNanos();
        RouteAction.MaxStreamDuration duration =
                forward == null ? RouteAction.MaxStreamDuration.NONE : forward.maxStreamDuration();
        maxNanos = duration.max() == null ? 0 : duration.max().toNanos();
        grpcMaxNanos =
                duration.grpcHeaderMax() == null ? -1 : duration.grpcHeaderMax().toNanos();
        responseHeaderNanos = seconds(route.metadata().string("weft", "response_header_timeout"));
        hostRewrite = new HostRewrite(forward, compiled.choices());
        timeoutMillis = timeoutNanos == 0
                ? new byte[0]
                : Ascii.bytes(Long.toString(TimeUnit.NANOSECONDS.toMillis(timeoutNanos)));
        directBody = route.action() instanceof RouteAction.DirectResponse direct
                ? Ascii.bytes(text(direct.body()))
                : new byte[0];
        upgrades =
                forward == null || forward.upgradeConfigs().isEmpty() ? null : new Upgrades(forward.upgradeConfigs());
        terminatesConnect = forward != null && forward.terminatesConnect();
        hash = forward == null ? null : RequestHash.of(forward.hashPolicies());
        subsets = subsets(forward == null ? Metadata.NONE : forward.metadataMatch(), compiled.choices());
        mirrors = forward == null
                ? new MirrorPlan[0]
                : forward.mirrors().stream().map(MirrorPlan::new).toArray(MirrorPlan[]::new);
        // Envoy: the most specific level first, unless the route configuration turns it around.
        List<HeaderMutations> levels =
                new ArrayList<>(List.of(route.headers(), compiled.host().headers(), table.headers()));
        if (table.mostSpecificHeaderMutationsWins()) {
            levels = levels.reversed();
        }
        requestEdits = edits(levels, true);
        responseEdits = edits(levels, false);
        filterLevels = filterLevels(compiled, table);
        List<ClusterChoice> choices = compiled.choices();
        shareRequestEdits = new HeaderEdits[choices.size()];
        shareResponseEdits = new HeaderEdits[choices.size()];
        for (ClusterChoice choice : choices) {
            ClusterSpecifier.ClusterWeight weight = choice.weight();
            HeaderMutations mutations = weight == null ? HeaderMutations.NONE : weight.headers();
            shareRequestEdits[choice.share()] = new HeaderEdits(mutations.requestAdd(), mutations.requestRemove());
            shareResponseEdits[choice.share()] = new HeaderEdits(mutations.responseAdd(), mutations.responseRemove());
        }
    }

    private static HeaderEdits[] edits(List<HeaderMutations> levels, boolean request) {
        return levels.stream()
                .map(level -> request
                        ? new HeaderEdits(level.requestAdd(), level.requestRemove())
                        : new HeaderEdits(level.responseAdd(), level.responseRemove()))
                .filter(edits -> !edits.isEmpty())
                .toArray(HeaderEdits[]::new);
    }

    private static List<List<Map<String, HttpFilterOverride>>> filterLevels(
            CompiledRoute compiled, RouteConfiguration table) {
        List<Map<String, HttpFilterOverride>> route = new ArrayList<>(
                List.of(compiled.route().filters(), compiled.host().filters(), table.filters()));
        route.removeIf(Map::isEmpty);
        if (compiled.choices().stream()
                .allMatch(choice ->
                        choice.weight() == null || choice.weight().filters().isEmpty())) {
            return List.of(route);
        }
        List<List<Map<String, HttpFilterOverride>>> shares = new ArrayList<>();
        for (ClusterChoice choice : compiled.choices()) {
            List<Map<String, HttpFilterOverride>> share = new ArrayList<>(route);
            if (choice.weight() != null && !choice.weight().filters().isEmpty()) {
                share.add(0, choice.weight().filters());
            }
            shares.add(share);
        }
        return shares;
    }

    private static String text(DataSource body) {
        return body instanceof DataSource.Inline inline ? inline.text() : "";
    }

    /** A share's metadata stands above the route's, key by key (as in Envoy). */
    private static @Nullable SubsetKey[] subsets(Metadata match, List<ClusterChoice> choices) {
        @Nullable SubsetKey[] keys = new SubsetKey[Math.max(1, choices.size())];
        keys[0] = subset(match.of(BALANCING));
        for (ClusterChoice choice : choices) {
            Map<String, @Nullable Object> merged = new HashMap<>(match.of(BALANCING));
            if (choice.weight() != null) {
                merged.putAll(choice.weight().metadataMatch().of(BALANCING));
            }
            keys[choice.share()] = subset(merged);
        }
        return keys;
    }

    static @Nullable SubsetKey subset(Map<String, @Nullable Object> labels) {
        return labels.isEmpty() ? null : SubsetKey.of(labels);
    }

    /** Which of a cluster's subsets a request is for; null = it does not say. */
    @Nullable
    SubsetKey subset(@Nullable ClusterChoice choice) {
        return subsets[choice == null || choice.share() >= subsets.length ? 0 : choice.share()];
    }

    /** Whether that depends on who the client is. */
    boolean hashesClient() {
        return hash != null && hash.isOfClient();
    }

    /** What clusters that choose by a hash go by, or {@link RequestHash#NONE}. */
    long hash(Exchange exchange, RequestHead head) {
        return hash == null ? RequestHash.NONE : hash.of(exchange, head);
    }

    /** A duration in protobuf's JSON form, {@code 15s}; 0 for none or nonsense (a hint is advisory). */
    private static long seconds(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        try {
            return Duration.parse("PT" + text.toUpperCase(Locale.ROOT)).toNanos();
        } catch (DateTimeParseException e) {
            return 0;
        }
    }

    /** Looks the route's clusters up anew. A table that is out of use keeps those it had, so that drains end well. */
    void resolve(Clusters all) {
        List<ClusterChoice> choices = compiled.choices();
        @Nullable ClusterRuntime[] found = new ClusterRuntime[choices.size()];
        for (ClusterChoice choice : choices) {
            found[choice.share()] = all.find(choice.cluster());
        }
        clusters = found;
        for (MirrorPlan mirror : mirrors) {
            mirror.resolve(all);
        }
    }

    /** The cluster of a choice, or null when there is none of that name. */
    @Nullable
    ClusterRuntime cluster(ClusterChoice choice, Clusters all) {
        @Nullable ClusterRuntime[] resolved = clusters;
        boolean named = choice.share() >= resolved.length; // by a request header
        return named ? all.find(choice.cluster()) : resolved[choice.share()];
    }

    /** The cluster of a choice where the route names it; null when a request did. */
    @Nullable
    ClusterRuntime known(ClusterChoice choice) {
        @Nullable ClusterRuntime[] resolved = clusters;
        return choice.share() < resolved.length ? resolved[choice.share()] : null;
    }

    /**
     * The share whose cluster has this endpoint; the drawn one when that has it, or none. The weights of a split are for
     * sessions that begin: one that is bound to an endpoint stays there (Gateway API, GEP-1619).
     */
    ClusterChoice holding(Address endpoint, ClusterChoice drawn) {
        ClusterRuntime cluster = known(drawn);
        if (cluster != null && cluster.hosts().find(endpoint) != null) {
            return drawn;
        }
        for (ClusterChoice other : compiled.choices()) {
            ClusterRuntime candidate = known(other);
            if (candidate != null && candidate.hosts().find(endpoint) != null) {
                return other;
            }
        }
        return drawn;
    }

    CompiledRoute compiled() {
        return compiled;
    }

    /**
     * What is said of filters by name, the most specific level first, without levels that say nothing: once for the route, or
     * for each share of a split where shares differ.
     */
    List<List<Map<String, HttpFilterOverride>>> filterLevels() {
        return filterLevels;
    }

    /** The cluster a request of this route goes to by its head; null when it goes to none, or a header should have named it. */
    @Nullable
    ClusterChoice choose(RequestHead head, RandomGenerator random) {
        return action() instanceof RouteAction.Forward ? compiled.choose(head, random) : null;
    }

    RouteAction action() {
        return compiled.route().action();
    }

    /** Which protocols its requests may change to; null where the connection manager alone says so. */
    @Nullable
    Upgrades upgrades() {
        return upgrades;
    }

    /** Whether a CONNECT ends here: its bytes go to the endpoint as they are. */
    boolean terminatesConnect() {
        return terminatesConnect;
    }

    /** Where copies of its requests go. */
    @SuppressWarnings("MutableMethodReturnType")
    MirrorPlan[] mirrors() {
        return mirrors;
    }

    /** Until the response is complete; 0 = none. */
    long timeoutNanos() {
        return timeoutNanos;
    }

    /** Until the response's head (decision 25); 0 = none. */
    long responseHeaderNanos() {
        return responseHeaderNanos;
    }

    /** From the beginning of a stream to its end (Envoy: what {@code grpc-timeout} asks for, where that is looked at). */
    long maxNanos(RequestHead head) {
        if (grpcMaxNanos >= 0) {
            long asked = Grpc.timeoutNanos(head.headers());
            if (asked >= 0) {
                return Math.max(1, grpcMaxNanos == 0 ? asked : Math.min(asked, grpcMaxNanos));
            }
        }
        return maxNanos;
    }

    /** Without activity: the route's own, or the connection manager's. */
    long idleNanos(long fallback) {
        return idleNanos < 0 ? fallback : idleNanos;
    }

    @SuppressWarnings("MutableMethodReturnType")
    byte[] directBody() {
        return directBody;
    }

    /**
     * Path, host and header edits of the request, once it is known where it goes.
     *
     * @param envoyHeaders whether to say in {@code x-envoy-*} fields what it was
     */
    void editRequest(RequestHead head, @Nullable ClusterChoice choice, boolean envoyHeaders) {
        if (envoyHeaders) {
            EnvoyHeaders.expectedTimeout(head.headers(), timeoutMillis);
        }
        if (compiled.rewrites()) {
            if (envoyHeaders) {
                EnvoyHeaders.originalPath(head);
            }
            compiled.rewrite(head);
        }
        hostRewrite.apply(head, choice, envoyHeaders);
        if (choice != null && choice.share() < shareRequestEdits.length) {
            shareRequestEdits[choice.share()].apply(head.headers());
        }
        for (HeaderEdits edits : requestEdits) {
            edits.apply(head.headers());
        }
    }

    /** The rest of it, once it is known which endpoint takes the request. */
    void editRequest(RequestHead head, EndpointRuntime endpoint, boolean envoyHeaders) {
        hostRewrite.apply(head, endpoint, envoyHeaders);
    }

    void editResponse(HeaderBlock headers, @Nullable ClusterChoice choice) {
        if (choice != null && choice.share() < shareResponseEdits.length) {
            shareResponseEdits[choice.share()].apply(headers);
        }
        for (HeaderEdits edits : responseEdits) {
            edits.apply(headers);
        }
    }
}
