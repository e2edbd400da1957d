package dev.weft.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * TCP ports for servers that must be told theirs before they start.
 *
 * <p>A port the kernel picks (bind to 0) is free only while it is held: once let go, it may become the next connection's own, or
 * another test's, and two proxies that share one by SO_REUSEPORT split its connections without a word. These lie below the range
 * the kernel picks from (from 32768 unless changed, {@code ip_local_port_range}) and above Weft's own, and none is given twice by
 * one process.
 */
public final class FreePorts {
    private static final int FIRST = 16_000;
    private static final int LAST = 32_000;
    private static final int TRIES = 1_000;
    private static final Set<Integer> GIVEN = new HashSet<>();

    private FreePorts() {}

    /** A port that nobody listens to, on any address; from any thread. */
    public static synchronized int next() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            if (isFree(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port of " + TRIES + " between " + FIRST + " and " + LAST);
    }

    /** As many, no two the same. */
    public static Deque<Integer> next(int count) {
        Deque<Integer> ports = new ArrayDeque<>();
        while (ports.size() < count) {
            ports.add(next());
        }
        return ports;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(false); // what is still in TIME_WAIT is left alone
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (BindException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
