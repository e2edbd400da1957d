package dev.weft.proxycore;

import dev.weft.http.ResponseFlag;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request that was refused before there was a stream, for its line in the log: why, and who sent it. What the bytes
 * seemed to say of method, path and headers is not repeated: it broke the rules that make it mean something.
 */
record RefusedLogSource(HttpConnection connection, int status, String details) implements LogSource {
    @Override
    public @Nullable String value(String operator, String argument) {
        return switch (operator) {
            case "START_TIME" -> HttpLogSource.TIME.format(Instant.now());
            case "RESPONSE_CODE" -> Integer.toString(status);
            case "RESPONSE_FLAGS" -> ResponseFlag.text(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR.bit());
            case "RESPONSE_CODE_DETAILS" -> details;
            case "BYTES_RECEIVED", "BYTES_SENT", "DURATION" -> "0";
            case "DOWNSTREAM_LOCAL_ADDRESS" -> HttpLogSource.address(connection.info().destination);
            case "REQUESTED_SERVER_NAME" -> connection.info().serverName;
            case "DOWNSTREAM_PEER_URI_SAN" -> connection.peer().principal();
            default -> HttpLogSource.remote(operator, connection.info());
        };
    }
}
