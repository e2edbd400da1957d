package dev.weft.xdsclient;

import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.ResourceType;

/** Makes records of resource messages; xds-model's reader in production. */
@FunctionalInterface
public interface ResourceParser {
    /** Parses one resource: the record of that type, or everything that is wrong with the message. */
    Parsed<?> parse(ResourceType type, byte[] message);
}
