package dev.weft.xdsmodel;

/** {@code envoy.config.core.v3.Locality}: where something runs; parts may be empty. */
public record Locality(String region, String zone, String subZone) {
    public static final Locality UNKNOWN = new Locality("", "", "");
}
