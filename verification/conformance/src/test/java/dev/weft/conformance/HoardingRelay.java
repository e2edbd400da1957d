package dev.weft.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A proxy without back-pressure: takes all that comes and keeps it until it is wanted. Program: {@code PORT UPSTREAM-PORT}. */
final class HoardingRelay {
    private HoardingRelay() {}

    public static void main(String[] args) throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (ServerSocket listener = new ServerSocket(Integer.parseInt(args[0]), 50, here)) {
            for (; ; ) {
                Socket client = listener.accept();
                Socket server = new Socket(here, Integer.parseInt(args[1]));
                relay(client, server);
                relay(server, client);
            }
        }
    }

    private static void relay(Socket from, Socket to) throws IOException {
        BlockingQueue<byte[]> hoard = new LinkedBlockingQueue<>();
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        start(() -> {
            byte[] some = new byte[64 * 1024];
            for (int length = in.read(some); length >= 0; length = in.read(some)) {
                hoard.add(java.util.Arrays.copyOf(some, length));
            }
        });
        start(() -> {
            for (; ; ) {
                out.write(hoard.take());
            }
        });
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void start(Work work) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException e) {
                return; // one side has gone
            }
        });
    }
}
