package dev.weft.xdsclient;

import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.ResourceType;
import dev.weft.xdsmodel.XdsReader;

/** Makes records of resource messages. */
@FunctionalInterface
public interface ResourceParser {
    /** Parses one resource: the record of that type, or everything that is wrong with the message. */
    Parsed<?> parse(ResourceType type, byte[] message);

    /** xds-model's reader. */
    ResourceParser XDS = (type, message) -> switch (type) {
        case LISTENER -> XdsReader.listener(message);
        case ROUTE -> XdsReader.routeConfiguration(message);
        case CLUSTER -> XdsReader.cluster(message);
        case ENDPOINT -> XdsReader.clusterLoadAssignment(message);
        case SECRET -> XdsReader.secret(message);
    };
}
