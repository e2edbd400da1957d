package dev.weft.testkit;

/**
 * What became of one request.
 *
 * @param id unique
 * @param startMicros when it was due, microseconds since 1970; latency counts from there, so a stalled client hides nothing
 * @param latencyMicros until the last byte, or until it failed
 * @param outcome ok or the class of failure
 * @param status of the answer, 0 if there was none
 * @param backend the {@code x-backend} of the answer, or {@code -}
 * @param details of a failure (response flags, exception), or {@code -}
 */
public record LedgerEntry(
        String id, long startMicros, long latencyMicros, Outcome outcome, int status, String backend, String details) {
    /** The classes of reference: only {@link #OK} is no failure. */
    public enum Outcome {
        OK,
        CONNECT,
        RESET_BEFORE_RESPONSE,
        RESET_MID_BODY,
        TIME_OUT,
        BAD_STATUS,
        WRONG_BODY,
        OVERRUN
    }

    String toLine() {
        return String.join(
                "\t",
                id,
                Long.toString(startMicros),
                Long.toString(latencyMicros),
                outcome.name(),
                Integer.toString(status),
                backend,
                details);
    }

    static LedgerEntry parse(String line) {
        String[] parts = line.split("\t", -1);
        return new LedgerEntry(
                parts[0],
                Long.parseLong(parts[1]),
                Long.parseLong(parts[2]),
                Outcome.valueOf(parts[3]),
                Integer.parseInt(parts[4]),
                parts[5],
                parts[6]);
    }

    /** When the answer was complete or the failure seen, microseconds since 1970. */
    public long endMicros() {
        return startMicros + latencyMicros;
    }
}
