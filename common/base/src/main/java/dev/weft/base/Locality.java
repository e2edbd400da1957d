package dev.weft.base;

/** Where something runs ({@code envoy.config.core.v3.Locality}); parts may be empty. */
public record Locality(String region, String zone, String subZone) {
    /** Nobody said. */
    public static final Locality UNKNOWN = new Locality("", "", "");

    /** {@code region/zone/subzone}, or less of it. */
    public static Locality parse(String text) {
        String[] parts = text.split("/", 3);
        return new Locality(parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
    }

    /** As {@link #parse} takes it; empty when nobody said. */
    @Override
    public String toString() {
        String all = region + "/" + zone + "/" + subZone;
        int end = all.length();
        while (end > 0 && all.charAt(end - 1) == '/') {
            end--;
        }
        return all.substring(0, end);
    }
}
