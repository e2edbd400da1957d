package dev.weft.balance;

import io.netty.channel.Channel;

/** Breaks the purity rule on purpose: ArchitectureTest shows that it is caught. */
final class PlantedChannel {
    private PlantedChannel() {}

    static boolean open(Channel channel) {
        return channel.isOpen();
    }
}
