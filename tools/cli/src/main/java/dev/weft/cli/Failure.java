package dev.weft.cli;

/** What went wrong, in words for whoever typed the command. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Whose fault it is. */
    enum Kind {
        FAILED,
        USAGE
    }

    private final Kind kind;
    private final String hint;

    Failure(Kind kind, String message, String hint) {
        super(message);
        this.kind = kind;
        this.hint = hint;
    }

    static Failure failed(String message, String hint) {
        return new Failure(Kind.FAILED, message, hint);
    }

    static Failure usage(String message, String hint) {
        return new Failure(Kind.USAGE, message, hint);
    }

    /** Of an exception nobody foresaw. */
    static Failure of(Throwable cause) {
        String message = cause.getMessage();
        return failed(message == null ? cause.toString() : message, "");
    }

    Kind kind() {
        return kind;
    }

    String hint() {
        return hint;
    }
}
