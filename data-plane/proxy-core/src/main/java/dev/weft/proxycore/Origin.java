package dev.weft.proxycore;

/** Where a request comes from, by what can be trusted of its client's address (Envoy's internal and edge requests). */
enum Origin {
    /** Our own network: what it says in x-envoy-* fields is believed. */
    INTERNAL,
    /** Outside, through a proxy of ours that has seen to its headers already. */
    EXTERNAL,
    /** Outside, and we are the first of our proxies to see it. */
    EDGE
}
