package dev.weft.sources;

import java.util.Map;

/**
 * {@code redirect} of a VirtualService's rule → a {@code requestRedirect}. Both have a code, a scheme, a host, a path and a
 * port; where the port is not said Istio keeps the request's authority, or goes to the scheme's port on another host, and
 * Gateway API to the scheme's port, or the request's where no scheme is said.
 */
final class IstioRedirects {
    private static final Map<String, Boolean> DERIVED =
            Map.of("FROM_PROTOCOL_DEFAULT", false, "FROM_REQUEST_PORT", true);
    private static final int HTTP_PORT = 80;

    private IstioRedirects() {}

    static Map<String, Object> read(IstioSketch sketch, FieldReader item) {
        String uri = item.string("uri");
        String authority = item.string("authority");
        String scheme = item.string("scheme");
        Integer port = item.integer("port", 1, 65_535);
        Integer code = item.integer("redirectCode", 0, 599);
        Boolean derived = item.choice("derivePort", DERIVED);
        boolean ofRequest = derived != null && derived;
        if (uri != null && (uri.contains("?") || uri.contains("%"))) {
            item.findings().error("unsupported-value", item.at("uri"), "is more than a path", "");
        }
        if (port == null && authority != null && scheme == null && !ofRequest) {
            port = HTTP_PORT; // what a mesh's requests have as their scheme's
        }
        boolean otherThanOurs = ofRequest ? scheme != null : scheme != null && authority == null;
        if (port == null && otherThanOurs) {
            item.findings()
                    .error(
                            "unsupported-value",
                            item.at("scheme"),
                            "with a scheme and no port a redirect of an HTTPRoute goes to the scheme's port",
                            "say the port");
        }
        Map<String, Object> path =
                uri == null ? null : sketch.map(item.at("uri"), "type", "ReplaceFullPath", "replaceFullPath", uri);
        return sketch.map(
                item.path(),
                "scheme",
                scheme,
                "hostname",
                authority,
                "path",
                path,
                "port",
                port,
                "statusCode",
                code == null || code == 0 ? 301 : code);
    }
}
