package dev.weft.intercept;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** A process for {@link InterceptorNamespaceTest}: connects from a source address and prints what it is told. */
final class ConnectFrom {
    private ConnectFrom() {}

    public static void main(String[] args) throws IOException {
        try (Socket socket = new Socket(
                InetAddress.getByName(args[1]), Integer.parseInt(args[2]), InetAddress.getByName(args[0]), 0)) {
            socket.setSoTimeout(5_000);
            System.out.write(socket.getInputStream().readAllBytes());
            System.out.flush();
        }
    }
}
