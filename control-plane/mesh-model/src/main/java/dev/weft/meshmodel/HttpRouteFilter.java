package dev.weft.meshmodel;

/**
 * What rules of HTTPRoutes of its namespace may do besides what Gateway API has a filter for: they name it as their {@code
 * ExtensionRef}.
 *
 * @param response what their requests are answered with
 */
public record HttpRouteFilter(ResourceKey key, DirectResponse response) implements MeshResource {
    /**
     * An answer without a backend.
     *
     * @param status 200 to 599
     * @param contentType empty = plain text
     * @param body may be empty
     */
    public record DirectResponse(int status, String contentType, String body) {}
}
