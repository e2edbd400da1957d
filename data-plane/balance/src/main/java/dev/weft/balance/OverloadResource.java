package dev.weft.balance;

/** What a proxy can run out of. */
public enum OverloadResource {
    /** What lives in the heap; garbage is none of it. */
    HEAP("heap", true),
    /** Buffers beside the heap. */
    DIRECT_MEMORY("direct_memory", true),
    /** The memory of the process's control group, page cache that can be had back left out. */
    CGROUP_MEMORY("cgroup_memory", true),
    /** Connections accepted on all listeners. */
    CONNECTIONS("downstream_connections", false),
    /** File descriptors. */
    OPEN_FILES("open_files", false);

    private final String label;
    private final boolean easedByShedding;

    OverloadResource(String label, boolean easedByShedding) {
        this.label = label;
        this.easedByShedding = easedByShedding;
    }

    /** Its name in metrics and logs. */
    public String label() {
        return label;
    }

    /**
     * Whether fewer requests use less of it. Descriptors belong to connections: refusing the requests of those that are
     * open would hurt whom we serve and give nothing back.
     */
    public boolean isEasedByShedding() {
        return easedByShedding;
    }
}
