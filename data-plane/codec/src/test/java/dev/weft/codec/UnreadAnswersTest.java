package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A client that asks and asks but reads none of the answers is heard no more, until it reads. */
class UnreadAnswersTest {
    private static final int MANY = 4_000;
    private static final int ANSWER = 4_096;

    @Test
    void pipelinedRequestsWaitForTheirReader() {
        Http1Server server = new Http1Server();
        server.channel.stopReading();
        for (int i = 0; i < MANY; i++) {
            server.receive("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            server.runTasks();
        }
        assertThat(server.channel.waiting()).isBetween(64 * 1024L, 65 * 1024L);
        assertThat(server.complete).isLessThan(MANY);
        server.channel.readOn();
        for (int before = -1; server.complete > before; ) {
            before = server.complete;
            server.runTasks();
        }
        assertThat(server.complete).isEqualTo(MANY);
        assertThat(server.sent().split("HTTP/1.1 204", -1)).hasSize(MANY + 1);
        server.close();
    }

    @Test
    void newStreamsWaitForTheirReader() {
        Http2Peerless server = new Http2Peerless(Http2Options.APPLICATION.with(MANY, null, null));
        server.answers = false;
        server.channel.stopReading();
        askAndAnswer(server);
        int begun = server.requests.size();
        assertThat(server.channel.waiting()).isLessThan(400 * 1024);
        assertThat(begun).isBetween(50, 100);
        server.channel.readOn();
        server.channel.runPendingTasks();
        for (int i = begun; i < server.streams.size(); i++) {
            server.respond(server.streams.get(i), 200, 1); // and runs what waits
        }
        assertThat(server.requests).hasSize(MANY);
        assertThat(server.received().stream().filter(frame -> frame.startsWith("HEADERS")))
                .hasSize(MANY);
        server.channel.finishAndReleaseAll();
    }

    /** Between proxies of ours reading stops for one stream alone. */
    @Test
    void aMeshPeerIsRead() {
        Http2Peerless server = new Http2Peerless(Http2Options.MESH.with(MANY, null, null));
        server.answers = false;
        server.channel.stopReading();
        askAndAnswer(server);
        assertThat(server.requests).hasSize(MANY);
        server.channel.finishAndReleaseAll();
    }

    private static void askAndAnswer(Http2Peerless server) {
        server.send(Http2Peerless.frame(Http2Frame.WINDOW_UPDATE, 0, 0, Http2Peerless.int32(MANY * ANSWER)));
        int answered = 0;
        for (int i = 0; i < MANY; i++) {
            server.get(2 * i + 1);
            for (; answered < server.streams.size(); answered++) {
                server.respond(server.streams.get(answered), 200, ANSWER);
            }
        }
    }
}
