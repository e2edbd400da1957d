package dev.weft.http;

import dev.weft.http.PathNormaliser.EscapedSlashes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The rules of {@link PathNormaliser} one after the other, over whole Strings and lists: an oracle. */
final class NaivePath {
    private static final Pattern UNIT = Pattern.compile("%[0-9A-Fa-f]{2}|.");
    private static final Pattern STRAY = Pattern.compile("\u0001(?=[0-9A-Fa-f]{2})");

    private NaivePath() {}

    static String normalised(String target, boolean canonical, boolean merge, EscapedSlashes slashes) {
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        String query = mark < 0 ? "" : target.substring(mark);
        String unescaped = slashes == EscapedSlashes.KEEP
                ? path
                : path.replaceAll("%2[fF]", "/").replaceAll("%5[cC]", "\\\\");
        if (slashes == EscapedSlashes.REJECT && !unescaped.equals(path)) {
            return "reject";
        }
        String result = unescaped;
        if (canonical) {
            List<String> segments = segments(result);
            if (segments.stream().anyMatch(segment -> segment.contains("%00"))) {
                return "reject";
            }
            result = STRAY.matcher("/" + String.join("/", resolved(segments)))
                    .replaceAll("%25")
                    .replace('\u0001', '%');
        }
        if (merge) {
            result = result.replaceAll("/+", "/");
        }
        return (slashes == EscapedSlashes.REDIRECT && !unescaped.equals(path) ? "redirect " : "") + result + query;
    }

    /** Characters and escapes in their form; a percent sign that begins no escape is a \u0001. */
    private static List<String> units(String path) {
        List<String> units = new ArrayList<>();
        Matcher matcher = UNIT.matcher(path);
        while (matcher.find()) {
            String unit = matcher.group();
            if (unit.length() == 3) {
                String character = Character.toString((char) Integer.parseInt(unit.substring(1), 16));
                units.add(character.matches("[A-Za-z0-9._~-]") ? character : unit);
            } else if (unit.equals("%")) {
                units.add("\u0001");
            } else if (unit.equals("\\")) {
                units.add("/");
            } else if (unit.matches("[\"#<>^`{|}]")) {
                units.add(String.format(Locale.ROOT, "%%%02X", (int) unit.charAt(0)));
            } else {
                units.add(unit);
            }
        }
        return units;
    }

    /** Segments without the parameters of dots. */
    private static List<String> segments(String path) {
        String whole = String.join("", units(path)).substring(1);
        return Stream.of(whole.split("/", -1))
                .map(segment -> segment.replaceFirst("^(\\.\\.?);.*", "$1"))
                .toList();
    }

    private static List<String> resolved(List<String> segments) {
        List<String> kept = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            if (segment.equals("..") && !kept.isEmpty()) {
                kept.removeLast();
            }
            if (!segment.equals(".") && !segment.equals("..")) {
                kept.add(segment);
            } else if (i == segments.size() - 1) {
                kept.add("");
            }
        }
        return kept;
    }
}
