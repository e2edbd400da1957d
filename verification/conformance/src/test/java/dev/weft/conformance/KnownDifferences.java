package dev.weft.conformance;

import dev.weft.testkit.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of docs/differences-from-envoy.md: {@code | request | `what Weft answers` | why |}. */
final class KnownDifferences {
    private static final Pattern ROW = Pattern.compile("^\\| ([^|]+?) \\| `([^`]+)` \\|.*");

    private KnownDifferences() {}

    /** Name of the request to text that Weft's answer contains. */
    static Map<String, String> read() throws IOException {
        Path page = Peers.repository().resolve("docs/differences-from-envoy.md");
        Map<String, String> rows = new TreeMap<>();
        for (String line : Files.readAllLines(page)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.put(row.group(1), row.group(2));
            }
        }
        return rows;
    }
}
