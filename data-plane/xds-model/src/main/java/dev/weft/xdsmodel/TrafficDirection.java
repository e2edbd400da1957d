package dev.weft.xdsmodel;

/** Which way a listener's traffic goes, seen from the workload ({@code envoy.config.core.v3.TrafficDirection}). */
public enum TrafficDirection {
    UNSPECIFIED,
    INBOUND,
    OUTBOUND
}
