package dev.weft.demo;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that was looked at.
 *
 * @param name stable, for scripts
 * @param observed what was seen, with numbers
 * @param expected what it should have been
 */
record Check(String name, boolean passed, String observed, String expected) {
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        json.put("passed", passed);
        json.put("observed", observed);
        json.put("expected", expected);
        return json;
    }
}
