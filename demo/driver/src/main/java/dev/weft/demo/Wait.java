package dev.weft.demo;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Waiting for something outside this process, where there is nothing to be notified by. */
final class Wait {
    /** A question whose answer may not be had yet. */
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private Wait() {}

    /** Asks ten times a second; false when it did not hold in time. Not to be had counts as no. */
    static boolean until(long timeoutMillis, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000;
        while (true) {
            try {
                if (condition.holds()) {
                    return true;
                }
            } catch (IOException e) {
                // not yet
            }
            if (System.nanoTime() > deadline) {
                return false;
            }
            millis(100);
        }
    }

    static void millis(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
    }
}
