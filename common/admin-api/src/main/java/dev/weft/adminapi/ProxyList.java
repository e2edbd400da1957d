package dev.weft.adminapi;

import java.util.List;

/** All proxies with an open xDS stream, and those whose stream closed less than a minute ago. Ordered by id. */
public record ProxyList(long configVersion, List<ProxyStatus> proxies) {}
