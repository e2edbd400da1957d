package dev.weft.conformance;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The JDK's WebSocket client talking to {@link WebSocketEcho}: {@code WebSocketCalls URL} prints what came back. */
public final class WebSocketCalls implements WebSocket.Listener {
    private static final int MANY = 200_000;

    private final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private final ByteBuffer binary = ByteBuffer.allocate(MANY);

    private WebSocketCalls() {}

    public static void main(String[] args) throws Exception {
        WebSocketCalls calls = new WebSocketCalls();
        try (HttpClient client = HttpClient.newHttpClient()) {
            WebSocket socket = client.newWebSocketBuilder()
                    .buildAsync(URI.create(args[0]), calls)
                    .get(10, TimeUnit.SECONDS);
            calls.tell(socket.sendText("grüße", true));
            byte[] bytes = new byte[MANY];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (i * 31);
            }
            calls.tell(socket.sendBinary(ByteBuffer.wrap(bytes), true));
            System.out.println("the same bytes: " + Arrays.equals(bytes, calls.binary.array()));
            calls.tell(socket.sendPing(ByteBuffer.wrap(new byte[] {1, 2, 3})));
            calls.tell(socket.sendClose(4001, "enough"));
        }
    }

    private void tell(CompletableFuture<WebSocket> sent) throws Exception {
        WebSocket unused = sent.get(10, TimeUnit.SECONDS);
        System.out.println(events.poll(10, TimeUnit.SECONDS));
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            events.add("text " + text);
        }
        socket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
        binary.put(data);
        if (last) {
            events.add("binary " + binary.position());
        }
        socket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
        events.add("pong " + data.remaining());
        socket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        events.add("closed " + code + " " + reason);
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        events.add("failed " + error);
    }
}
