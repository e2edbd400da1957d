package dev.weft.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Every request of the customers, and apart from them of the tester, as they report it. Written by the thread that reads their output, read by any. */
final class Ledger {
    /**
     * One request.
     *
     * @param start milliseconds since 1970
     * @param end the same
     * @param status 0 when there was no answer
     * @param paidBy version of payments, {@code -} for none
     * @param reason of a failure
     */
    record Entry(long start, long end, int status, String paidBy, String reason) {
        boolean failed() {
            return status != 200;
        }
    }

    private final List<Entry> entries = new ArrayList<>(); // guarded by this
    private final List<Entry> testers = new ArrayList<>(); // guarded by this

    /** Reads until the customers end. Lines that are not theirs are skipped. */
    void readFrom(BufferedReader reader) {
        try {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                String[] words = line.split(" ", 6);
                boolean tester = words[0].equals("TESTER");
                if (words.length >= 5 && (tester || words[0].equals("REQUEST"))) {
                    add(
                            tester,
                            new Entry(
                                    Long.parseLong(words[1]),
                                    Long.parseLong(words[2]),
                                    Integer.parseInt(words[3]),
                                    words[4],
                                    words.length > 5 ? words[5] : ""));
                }
            }
        } catch (IOException e) {
            // the customers' process is gone; what came is kept
        }
    }

    private synchronized void add(boolean tester, Entry entry) {
        (tester ? testers : entries).add(entry);
        notifyAll();
    }

    synchronized int size() {
        return entries.size();
    }

    /** Requests that ended since a moment. */
    synchronized List<Entry> since(long millis) {
        int from = entries.size();
        while (from > 0 && entries.get(from - 1).end() >= millis) {
            from--;
        }
        return List.copyOf(entries.subList(from, entries.size()));
    }

    /** The tester's that began since a moment and have ended. */
    synchronized List<Entry> testersSince(long millis) {
        return testers.stream().filter(entry -> entry.start() >= millis).toList();
    }

    /** Requests under way at any moment between two. Ask only once they had time to end. */
    synchronized long inFlight(long from, long to) {
        return entries.stream().filter(e -> e.start() <= to && e.end() >= from).count();
    }

    synchronized List<Entry> last(int count) {
        return List.copyOf(entries.subList(Math.max(0, entries.size() - count), entries.size()));
    }

    /** Waits until an entry that matches has come; false when it did not in time. */
    synchronized boolean await(Predicate<Entry> wanted, long timeoutMillis) throws InterruptedException {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000;
        int seen = 0;
        while (true) {
            while (seen < entries.size()) {
                if (wanted.test(entries.get(seen++))) {
                    return true;
                }
            }
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
    }

    /** Share of requests that version v2 was paid by, 0 to 1. */
    static double shareOfV2(List<Entry> entries) {
        long paid = entries.stream().filter(e -> !e.failed()).count();
        return paid == 0
                ? 0
                : (double) entries.stream().filter(e -> e.paidBy().equals("v2")).count() / paid;
    }

    static List<Entry> failed(List<Entry> entries) {
        return entries.stream().filter(Entry::failed).toList();
    }
}
