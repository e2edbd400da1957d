package dev.weft.proxy;

import dev.weft.base.Address;
import dev.weft.proxycore.Engine;
import dev.weft.xdsmodel.Listener;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code /listeners} in the formats of Envoy: {@code name::address}, or {@code envoy.admin.v3.Listeners}. */
final class ListenersPage {
    private ListenersPage() {}

    static AdminResponse answer(Engine engine, AdminRequest request) {
        boolean json = "json".equals(request.parameter("format"));
        StringBuilder text = new StringBuilder();
        List<Object> statuses = new ArrayList<>();
        for (Listener listener : engine.activeListeners()) {
            Address address = address(engine, listener);
            text.append(listener.name()).append("::").append(address).append('\n');
            Map<String, Object> socket = new LinkedHashMap<>();
            socket.put("address", address.host());
            socket.put("port_value", address.port());
            Map<String, Object> status = new LinkedHashMap<>();
            status.put("name", listener.name());
            status.put("local_address", Map.of("socket_address", socket));
            statuses.add(status);
        }
        return json ? AdminResponse.json(Map.of("listener_statuses", statuses)) : AdminResponse.text(text.toString());
    }

    /** With the port the kernel chose where the configuration says 0. */
    private static Address address(Engine engine, Listener listener) {
        InetSocketAddress bound = engine.boundAddress(listener.name());
        return bound == null
                ? listener.address()
                : new Address(bound.getAddress().getHostAddress(), bound.getPort());
    }
}
