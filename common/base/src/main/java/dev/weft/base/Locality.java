package dev.weft.base;

/** Where something runs ({@code envoy.config.core.v3.Locality}); parts may be empty. */
public record Locality(String region, String zone, String subZone) {
    /** Nobody said. */
    public static final Locality UNKNOWN = new Locality("", "", "");
}
