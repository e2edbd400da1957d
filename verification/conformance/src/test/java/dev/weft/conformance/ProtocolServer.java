package dev.weft.conformance;

import java.io.IOException;

/** One application with a port for each protocol: gRPC at 8081 and 8082, a mail server at 2525 and 7777, WebSocket at 9080. */
public final class ProtocolServer {
    private ProtocolServer() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        GrpcInteropServer.start(8081);
        GrpcInteropServer.start(8082);
        ServerFirst.start(2525);
        ServerFirst.start(7777);
        WebSocketEcho.start(9080);
        System.out.println("all protocols are served");
        Thread.currentThread().join();
    }
}
