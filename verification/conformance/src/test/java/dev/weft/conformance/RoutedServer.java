package dev.weft.conformance;

import dev.weft.testkit.EchoServer;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLServerSocket;

/**
 * An application with two ports: 8080 is an {@link EchoServer}; 8443 does TLS itself, whatever server name it is asked for, and
 * answers every request with its name. Arguments: name, certificate, key.
 */
final class RoutedServer {
    private RoutedServer() {}

    public static void main(String[] args) throws Exception {
        String name = args[0];
        JdkSslContext tls = (JdkSslContext) SslContextBuilder.forServer(new File(args[1]), new File(args[2]))
                .sslProvider(SslProvider.JDK)
                .build();
        SSLServerSocket listener = (SSLServerSocket)
                tls.context().getServerSocketFactory().createServerSocket(8443, 50, InetAddress.getByName("0.0.0.0"));
        EchoServer plain = EchoServer.start(name, "0.0.0.0", 8080, null);
        System.out.println("listening on " + plain.port());
        while (true) {
            Socket socket = listener.accept();
            Thread.ofVirtual().start(() -> answer(socket, name));
        }
    }

    private static void answer(Socket socket, String name) {
        try (socket) {
            int read = socket.getInputStream().read(new byte[8192]);
            String answer = read < 0 ? "" : "HTTP/1.0 200 OK\r\nx-backend: " + name + "\r\n\r\n";
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // the client does not trust the certificate, or is gone
        }
    }
}
