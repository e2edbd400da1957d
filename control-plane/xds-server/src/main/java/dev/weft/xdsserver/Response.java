package dev.weft.xdsserver;

import java.util.List;

/**
 * One response to send.
 *
 * @param version of the type (state of the world) or of the snapshot (delta), for information
 * @param removed delta only
 */
record Response(String typeUrl, String version, String nonce, List<XdsResource> resources, List<String> removed) {}
