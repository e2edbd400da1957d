package dev.weft.sources;

import com.google.re2j.Pattern;
import dev.weft.meshmodel.HttpRoute.Match;
import dev.weft.meshmodel.HttpRoute.PathMatch;
import dev.weft.meshmodel.ValueMatch;
import java.util.List;

/** Whether two matches exclude each other, as far as that is plain to see: a yes is certain, a no is not. */
final class MatchOverlap {
    private MatchOverlap() {}

    static boolean excludes(Match a, Match b) {
        return a.method() != null && b.method() != null && !a.method().equals(b.method())
                || excludes(a.path(), b.path())
                || anyExcludes(a.headers(), b.headers(), true)
                || anyExcludes(a.queryParams(), b.queryParams(), false);
    }

    private static boolean excludes(PathMatch a, PathMatch b) {
        if (a.type() == PathMatch.Type.PREFIX || b.type() == PathMatch.Type.PREFIX) {
            return false; // nothing but "/" becomes one
        }
        return excludes(a.type() == PathMatch.Type.EXACT, a.value(), b.type() == PathMatch.Type.EXACT, b.value());
    }

    private static boolean anyExcludes(List<ValueMatch> a, List<ValueMatch> b, boolean header) {
        for (ValueMatch one : a) {
            for (ValueMatch other : b) {
                boolean same = header
                        ? one.name().equalsIgnoreCase(other.name())
                        : one.name().equals(other.name());
                if (same
                        && excludes(
                                one.type() == ValueMatch.Type.EXACT,
                                one.value(),
                                other.type() == ValueMatch.Type.EXACT,
                                other.value())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Of two values, each exact or a regular expression for the whole. */
    private static boolean excludes(boolean exactA, String a, boolean exactB, String b) {
        if (exactA && exactB) {
            return !a.equals(b);
        }
        if (exactA || exactB) {
            String text = exactA ? a : b;
            String regex = exactA ? b : a;
            return !text.startsWith(beginning(regex)) || !Pattern.matches(regex, text); // compiling is dear
        }
        String beginA = beginning(a);
        String beginB = beginning(b);
        return !beginA.startsWith(beginB) && !beginB.startsWith(beginA);
    }

    /** What every text that matches begins with, perhaps not all of it. */
    private static String beginning(String regex) {
        StringBuilder literal = new StringBuilder();
        if (regex.indexOf('|') >= 0) {
            return "";
        }
        int at = 0;
        while (at < regex.length()) {
            char c = regex.charAt(at);
            int next = at + 1;
            if (c == '\\' && next < regex.length() && !Character.isLetterOrDigit(regex.charAt(next))) {
                c = regex.charAt(next++);
            } else if ("\\.+*?()[]{}^$".indexOf(c) >= 0) {
                break;
            }
            if (next < regex.length() && "*?{".indexOf(regex.charAt(next)) >= 0) {
                break; // it may be missing
            }
            literal.append(c);
            at = next;
        }
        return literal.toString();
    }
}
