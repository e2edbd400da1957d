package dev.weft.conformance;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * An HTTP/1.1 server whose one page is a WebSocket, too (RFC 6455): it gives every message back, closes with the code and reason
 * it is closed with, and answers any other request with an empty page.
 */
final class WebSocketEcho {
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 §1.3
    private static final int CLOSE = 0x88;
    private static final int PING = 0x89;
    private static final int PONG = 0x8a;

    private WebSocketEcho() {}

    /** Serves on this port for as long as the process lives. */
    static void start(int port) throws IOException {
        ServerSocket listening = new ServerSocket(port);
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket client = listening.accept();
                    Thread.ofVirtual().start(() -> serve(client));
                } catch (IOException e) {
                    System.out.println("websocket: " + e);
                    return;
                }
            }
        });
    }

    private static void serve(Socket client) {
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            OutputStream out = client.getOutputStream();
            Map<String, String> head = head(in);
            String key = head.get("sec-websocket-key");
            if (key == null) {
                String page = "<!doctype html><title>echo</title>";
                out.write(text("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: "
                        + page.length() + "\r\n\r\n" + page));
                return;
            }
            byte[] accept = MessageDigest.getInstance("SHA-1").digest(text(key + MAGIC));
            out.write(text("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(accept) + "\r\n\r\n"));
            echo(in, out);
        } catch (IOException | NoSuchAlgorithmException e) {
            System.out.println("websocket: " + e);
        }
    }

    private static Map<String, String> head(DataInputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readByte());
        }
        Map<String, String> fields = new HashMap<>();
        head.toString().lines().skip(1).filter(line -> line.contains(": ")).forEach(line -> {
            String[] parts = line.split(": ", 2);
            fields.put(parts[0].toLowerCase(Locale.ROOT), parts[1]);
        });
        return fields;
    }

    private static void echo(DataInputStream in, OutputStream out) throws IOException {
        while (true) {
            int first = in.readUnsignedByte();
            byte[] payload = unmasked(in);
            out.write(frame(first == PING ? PONG : first, payload));
            if (first == CLOSE) {
                return;
            }
        }
    }

    private static byte[] unmasked(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte() & 0x7f;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = Math.toIntExact(in.readLong());
        }
        byte[] mask = in.readNBytes(4);
        byte[] payload = in.readNBytes(length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i & 3];
        }
        return payload;
    }

    private static byte[] frame(int first, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(10 + payload.length).put((byte) first);
        if (payload.length < 126) {
            frame.put((byte) payload.length);
        } else if (payload.length < 1 << 16) {
            frame.put((byte) 126).putShort((short) payload.length);
        } else {
            frame.put((byte) 127).putLong(payload.length);
        }
        frame.put(payload).flip();
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
