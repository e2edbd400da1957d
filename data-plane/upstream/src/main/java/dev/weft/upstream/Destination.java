package dev.weft.upstream;

import java.net.InetSocketAddress;

/**
 * Where a connection for an endpoint goes. That is the endpoint itself, except for a health check, which may go to another
 * port or address, or over another transport.
 *
 * @param loop the loop it lives on
 */
record Destination(UpstreamLoop loop, EndpointRuntime endpoint, InetSocketAddress address, Transport transport) {}
