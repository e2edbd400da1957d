package dev.weft.ca;

/** A request was refused. The message is what the caller may know; the full reason is in the audit log. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What kind of refusal, as the caller sees it. */
    public enum Kind {
        UNAUTHENTICATED,
        DENIED,
        INVALID,
        TOO_MANY
    }

    private final Kind kind;

    RefusedException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
