package dev.weft.xdsserver;

import dev.weft.base.SpiffeId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One stream.
 *
 * @param id unique in this process
 * @param identity authenticated by the transport; null where the port authenticates nobody
 * @param remote address and port
 * @param delta incremental rather than state of the world
 */
public record SessionInfo(
        long id, XdsNode node, @Nullable SpiffeId identity, String remote, boolean delta, Instant openedAt) {}
