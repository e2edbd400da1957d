package dev.weft.xdsclient;

import dev.weft.base.GrpcCodes;

/**
 * How a call ended.
 *
 * @param code gRPC status code, 0 = OK
 * @param message for people; from the peer or from our own side
 */
public record GrpcStatus(int code, String message) {
    public static final int OK = 0;
    public static final int CANCELLED = 1;
    public static final int UNKNOWN = 2;
    public static final int INVALID_ARGUMENT = 3;
    public static final int DEADLINE_EXCEEDED = 4;
    public static final int PERMISSION_DENIED = 7;
    public static final int RESOURCE_EXHAUSTED = 8;
    public static final int UNIMPLEMENTED = 12;
    public static final int INTERNAL = 13;
    public static final int UNAVAILABLE = 14;
    public static final int UNAUTHENTICATED = 16;

    public boolean ok() {
        return code == OK;
    }

    /** What an HTTP status without a gRPC status means (gRPC's http-grpc-status-mapping). */
    static GrpcStatus ofHttp(int status) {
        int code = switch (status) {
            case 400 -> INTERNAL;
            case 401 -> UNAUTHENTICATED;
            case 403 -> PERMISSION_DENIED;
            case 404 -> UNIMPLEMENTED;
            case 429, 502, 503, 504 -> UNAVAILABLE;
            default -> UNKNOWN;
        };
        return new GrpcStatus(code, "HTTP status " + status + " without a gRPC status");
    }

    @Override
    public String toString() {
        String name = code >= 0 && code < GrpcCodes.NAMES.size() ? GrpcCodes.NAMES.get(code) : "status " + code;
        return message.isEmpty() ? name : name + ": " + message;
    }
}
