package dev.weft.xdsserver;

/** Who decides what a stream is served. Called from gRPC threads; must not block. */
public interface SessionHandler {
    /**
     * A stream named its node. Returns the class it belongs to; what was or will be published for that class is served.
     *
     * @throws RefusedException ends the stream
     */
    String opened(SessionInfo session) throws RefusedException;

    /** The stream ended; its last status. */
    void closed(SessionInfo session, SessionStatus status);

    /** A client refused a response and keeps what it had. */
    default void rejected(SessionInfo session, String typeUrl, String reason) {}

    /** The stream is not allowed. The message goes to the client. */
    final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        public RefusedException(String message) {
            super(message);
        }
    }
}
