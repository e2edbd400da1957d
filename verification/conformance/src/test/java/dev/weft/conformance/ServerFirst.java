package dev.weft.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A mail server that greets whoever connects and then takes orders (RFC 5321 §3.1), and its client. As a program, the client:
 * {@code ServerFirst HOST PORT TIMES}; prints how long each greeting took, in milliseconds, once the conversation was as it must be.
 */
public final class ServerFirst {
    private ServerFirst() {}

    /** Serves on this port for as long as the process lives. */
    static void start(int port) throws IOException {
        ServerSocket listening = new ServerSocket(port);
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket client = listening.accept();
                    Thread.ofVirtual().start(() -> converse(client));
                } catch (IOException e) {
                    System.out.println("server first: " + e);
                    return;
                }
            }
        });
    }

    private static void converse(Socket client) {
        try (client;
                BufferedReader in = reader(client)) {
            say(client, "220 mail.shop ESMTP");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("EHLO ")) {
                    say(client, "250 mail.shop greets " + line.substring(5));
                } else if (line.equals("QUIT")) {
                    say(client, "221 bye");
                    return;
                } else {
                    say(client, "500 what?");
                }
            }
        } catch (IOException e) {
            System.out.println("server first: " + e);
        }
    }

    public static void main(String[] args) throws IOException {
        InetAddress host = InetAddress.getByName(args[0]);
        for (int i = Integer.parseInt(args[2]); i > 0; i--) {
            try (Socket socket = new Socket()) {
                socket.setSoTimeout(10_000);
                long began = System.nanoTime();
                socket.connect(new InetSocketAddress(host, Integer.parseInt(args[1])));
                BufferedReader in = reader(socket);
                expect(in, "220 mail.shop ESMTP");
                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                say(socket, "EHLO client.shop");
                expect(in, "250 mail.shop greets client.shop");
                say(socket, "QUIT");
                expect(in, "221 bye");
                System.out.println("greeted after " + millis);
            }
        }
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    private static void say(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static void expect(BufferedReader in, String wanted) throws IOException {
        String line = in.readLine();
        if (!wanted.equals(line)) {
            throw new IOException("said '" + line + "' instead of '" + wanted + "'");
        }
    }
}
