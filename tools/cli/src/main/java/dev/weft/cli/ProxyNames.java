package dev.weft.cli;

import dev.weft.adminapi.OperatorApi;
import dev.weft.adminapi.ProxyList;
import dev.weft.adminapi.ProxyStatus;
import java.util.List;

/** Finds the proxy that somebody means. */
final class ProxyNames {
    private ProxyNames() {}

    /** The one whose id this is, else the only one whose id or service starts so. */
    static String resolve(ControlPlaneClient controlPlane, String word) {
        List<ProxyStatus> proxies =
                controlPlane.get(ProxyList.class, OperatorApi.PROXIES).proxies();
        List<String> ids = proxies.stream().map(ProxyStatus::id).toList();
        if (ids.contains(word)) {
            return word;
        }
        List<String> matches = proxies.stream()
                .filter(proxy ->
                        proxy.id().startsWith(word) || (proxy.service() + "." + proxy.namespace()).startsWith(word))
                .map(ProxyStatus::id)
                .toList();
        if (matches.size() == 1) {
            return matches.get(0);
        }
        if (matches.isEmpty()) {
            throw Failure.failed(
                    "no proxy '" + word + "'",
                    ids.isEmpty() ? "There are none." : "There are: " + String.join(", ", ids));
        }
        throw Failure.failed("'" + word + "' fits several proxies", "Which one? " + String.join(", ", matches));
    }
}
