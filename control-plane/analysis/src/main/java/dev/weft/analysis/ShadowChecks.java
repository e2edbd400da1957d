package dev.weft.analysis;

import dev.weft.analysis.Analysis.Findings;
import dev.weft.meshmodel.GrpcRoute;
import dev.weft.meshmodel.HttpRoute;
import dev.weft.meshmodel.HttpRoute.PathMatch;
import dev.weft.meshmodel.MeshImage;
import dev.weft.meshmodel.MeshRoute;
import dev.weft.meshmodel.ParentRef;
import dev.weft.meshmodel.ValueMatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Finds matches that never apply: of two equal ones on one parent only the first in precedence ever does. */
final class ShadowChecks {
    private ShadowChecks() {}

    /** One match of a route, where it stands, and a text that is equal for equal matches. */
    private record Place(String path, String match, boolean forAll) {}

    static void check(MeshImage image, Findings findings) {
        Map<String, String> firstByMatch = new HashMap<>();
        for (MeshRoute route : image.routes()) {
            if (route.layer() != MeshRoute.Layer.HTTP) {
                continue; // nothing to match by
            }
            for (Place place : places(image, route)) {
                String here = route.key() + " " + place.path;
                for (ParentRef parent : route.parentRefs()) {
                    // routes of callers' namespaces stand instead of the Service's own, so they do not compete with
                    // them
                    String key = parent + " " + route.key().namespace() + " " + place.match;
                    String first = place.forAll ? firstByMatch.putIfAbsent(key, here) : firstByMatch.get(key);
                    if (first != null) {
                        findings.warning(
                                "shadowed-match",
                                route.key(),
                                place.path,
                                "never applies: " + first + " matches the same",
                                "");
                        break;
                    }
                }
            }
        }
    }

    private static List<Place> places(MeshImage image, MeshRoute route) {
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < route.rules().size(); i++) {
            String path = "spec.rules[" + i + "]";
            List<?> matches = route.rules().get(i).matches();
            boolean forAll = isForAll(image, route, route.rules().get(i).name());
            if (matches.isEmpty()) {
                places.add(new Place(
                        path,
                        route instanceof GrpcRoute
                                ? GrpcRoute.Match.EVERYTHING.toString()
                                : normal(HttpRoute.Match.EVERYTHING),
                        forAll));
            }
            for (int m = 0; m < matches.size(); m++) {
                Object match = matches.get(m);
                places.add(new Place(
                        path + ".matches[" + m + "]",
                        match instanceof HttpRoute.Match http ? normal(http) : match.toString(),
                        forAll));
            }
        }
        return places;
    }

    /** Whether a rule is there for every caller: one with {@code sources} leaves the others to those behind it. */
    private static boolean isForAll(MeshImage image, MeshRoute route, String rule) {
        return image.policies(route.key()).stream()
                .flatMap(policy -> policy.targetRefs().stream())
                .noneMatch(target -> target.resource().equals(route.key())
                        && (target.portName() == null || target.portName().equals(rule)));
    }

    private static String normal(HttpRoute.Match match) {
        String path = match.path().value();
        while (match.path().type() == PathMatch.Type.PREFIX && path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return match.path().type() + " " + path + " " + match.method() + " " + headers(match.headers()) + " "
                + match.queryParams();
    }

    /** In any order; a header's name in any case. */
    private static List<String> headers(List<ValueMatch> headers) {
        return headers.stream()
                .map(header -> header.name().toLowerCase(Locale.ROOT) + " " + header.type() + " " + header.value())
                .sorted()
                .toList();
    }
}
