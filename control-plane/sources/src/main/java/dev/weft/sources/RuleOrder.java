package dev.weft.sources;

import dev.weft.meshmodel.HttpRoute;
import dev.weft.meshmodel.HttpRoute.Match;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether an HTTPRoute, which takes the most specific match, takes the same one as a VirtualService, which takes the first. So
 * it is if, of two matches that come in another order by precedence, no request can have both.
 */
final class RuleOrder {
    private RuleOrder() {}

    /** Two matches of which the later would be taken first, by their fields in Istio's document. */
    record Violation(String earlier, String later) {}

    private record Place(int rule, int match, Match what, List<Integer> rank) {
        Place(int rule, int match, Match what) {
            this(rule, match, what, what.rank());
        }

        String path() {
            return "spec.http[" + rule + "]" + (match < 0 ? "" : ".match[" + match + "]");
        }

        boolean comesBefore(Place other) {
            for (int i = 0; i < rank.size(); i++) {
                int order = rank.get(i).compareTo(other.rank.get(i));
                if (order != 0) {
                    return order < 0;
                }
            }
            return false;
        }
    }

    /** Reports a violation. */
    static void check(HttpRoute route, Findings findings) {
        Violation found = violation(route);
        if (found != null) {
            findings.error(
                    "rule-order",
                    found.later,
                    "would be taken before " + found.earlier + ": an HTTPRoute takes the most specific match, Istio the"
                            + " first",
                    "put the more specific first, or make it plain that no request matches both");
        }
    }

    /** The first that would be taken too early, or null. Rule for rule and match for match it was made of the document's. */
    static @Nullable Violation violation(HttpRoute route) {
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < route.rules().size(); i++) {
            List<Match> matches = route.rules().get(i).matches();
            if (matches.isEmpty()) {
                places.add(new Place(i, -1, Match.EVERYTHING));
            }
            for (int j = 0; j < matches.size(); j++) {
                places.add(new Place(i, j, matches.get(j)));
            }
        }
        for (int later = 0; later < places.size(); later++) {
            for (int earlier = 0; earlier < later; earlier++) {
                Place first = places.get(earlier);
                Place second = places.get(later);
                if (first.rule != second.rule
                        && second.comesBefore(first)
                        && !MatchOverlap.excludes(first.what, second.what)) {
                    return new Violation(first.path(), second.path());
                }
            }
        }
        return null;
    }
}
