package dev.weft.adminapi;

import java.util.List;

/**
 * Whether a version of the mesh is live on every connected proxy.
 *
 * @param version what was asked for
 * @param configVersion newest version published
 * @param live whether all connected proxies have acknowledged it
 * @param proxies connected
 * @param acked how many of them have
 * @param pending ids of those that have not, at most 50
 * @param rejected ids of those that refused something, at most 50
 */
public record VersionWait(
        long version,
        long configVersion,
        boolean live,
        int proxies,
        int acked,
        List<String> pending,
        List<String> rejected) {}
