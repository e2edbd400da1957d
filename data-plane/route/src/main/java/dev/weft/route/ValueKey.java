package dev.weft.route;

import dev.weft.xdsmodel.HeaderMatcher;
import dev.weft.xdsmodel.QueryParameterMatcher;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.StringMatcher;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A header or query parameter of which routes ask a value. */
record ValueKey(boolean isQuery, String name) {
    /** What the match asks an exact value of, so that one look-up can stand for the comparison. */
    static Set<ValueKey> of(RouteMatch match) {
        Set<ValueKey> keys = new LinkedHashSet<>();
        if (match.runtimeFraction() != null) {
            return keys; // a field in two lines would give its route two draws
        }
        for (HeaderMatcher header : match.headers()) {
            if (exact(header) != null) {
                keys.add(new ValueKey(false, lower(header)));
            }
        }
        for (QueryParameterMatcher parameter : match.queryParameters()) {
            if (exact(parameter.matcher()) != null) {
                keys.add(new ValueKey(true, parameter.name()));
            }
        }
        return keys;
    }

    /** Moves the routes that ask a value of this out of the positions. */
    SequencedMap<String, TreeSet<Integer>> takeFrom(CompiledRoute[] routes, TreeSet<Integer> positions) {
        SequencedMap<String, TreeSet<Integer>> byValue = new LinkedHashMap<>();
        for (Iterator<Integer> each = positions.iterator(); each.hasNext(); ) {
            int position = each.next();
            RouteMatch match = routes[position].route().match();
            if (of(match).contains(this)) {
                byValue.computeIfAbsent(value(match), v -> new TreeSet<>()).add(position);
                each.remove();
            }
        }
        return byValue;
    }

    private String value(RouteMatch match) {
        for (HeaderMatcher header : match.headers()) {
            String value = isQuery || !lower(header).equals(name) ? null : exact(header);
            if (value != null) {
                return value;
            }
        }
        for (QueryParameterMatcher parameter : match.queryParameters()) {
            String value = isQuery && parameter.name().equals(name) ? exact(parameter.matcher()) : null;
            if (value != null) {
                return value;
            }
        }
        throw new IllegalStateException(name);
    }

    private static @Nullable String exact(HeaderMatcher header) {
        return header.check() instanceof HeaderMatcher.Check.Value check
                        && !header.invertMatch()
                        && !header.treatMissingHeaderAsEmpty()
                ? exact(check.matcher())
                : null;
    }

    private static @Nullable String exact(@Nullable StringMatcher matcher) {
        return matcher instanceof StringMatcher.Exact exact && !exact.ignoreCase() ? exact.value() : null;
    }

    private static String lower(HeaderMatcher header) {
        return header.name().toLowerCase(Locale.ROOT);
    }
}
