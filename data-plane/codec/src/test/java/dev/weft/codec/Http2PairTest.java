package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.Ascii;
import dev.weft.http.Downstream;
import dev.weft.http.FilterChain;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpServer;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.http.StreamEnd;
import dev.weft.http.TerminalFilter;
import dev.weft.http.Upstream;
import dev.weft.http.UpstreamListener;
import dev.weft.net.TimerWheel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our client against our server, the bytes between them cut at random: what one side sends is what the other gets. */
class Http2PairTest {
    private static final int STREAMS = 25;
    private static final int MAX_BODY = 60_000;

    private final EmbeddedChannel serverChannel = new EmbeddedChannel();
    private final EmbeddedChannel clientChannel = new EmbeddedChannel();
    private final CodecLoop serverLoop = new CodecLoop(new TimerWheel(serverChannel.eventLoop()));
    private final CodecLoop clientLoop = new CodecLoop(new TimerWheel(clientChannel.eventLoop()));

    /** Small windows and few streams, so that every limit is met. */
    private static Http2Options options(int window) {
        return new Http2Options(
                8,
                window,
                window * 2,
                70_000,
                60 * 1024,
                100,
                3,
                Duration.ofHours(1),
                Duration.ofSeconds(10),
                true,
                Duration.ZERO,
                Duration.ZERO,
                false,
                Mux.OFF,
                "");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void bodiesArriveWholeWhateverTheWindowsAndTheCuts(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Echo echo = new Echo(random.split());
        Http2ServerConnection server =
                new Http2ServerConnection(serverLoop, echo, options(200 + random.nextInt(20_000)));
        Clients clients = new Clients();
        Http2ClientConnection client =
                new Http2ClientConnection(clientLoop, options(200 + random.nextInt(20_000)), clients);
        serverChannel.pipeline().addLast(server.handler());
        clientChannel.pipeline().addLast(client.handler());

        List<Call> calls = new ArrayList<>();
        int turns = 0;
        while (calls.size() < STREAMS || calls.stream().anyMatch(c -> !c.done)) {
            // Plain conditions, since there are half a million turns.
            if (++turns > 500_000) {
                throw new AssertionError("something is stuck");
            }
            if (calls.size() < STREAMS && client.room() > 0 && random.nextInt(4) == 0) {
                calls.add(new Call(client, random.split()));
            }
            for (Call call : calls) {
                call.step(random);
            }
            echo.step(random);
            if (!echo.violations.isEmpty() || calls.stream().anyMatch(c -> c.failure != null)) {
                break;
            }
            move(clientChannel, serverChannel, random);
            move(serverChannel, clientChannel, random);
        }
        for (Call call : calls) {
            assertThat(call.failure).isNull();
            assertThat(call.received).isEqualTo(call.length);
            assertThat(call.wrong).isFalse();
        }
        assertThat(echo.violations).isEmpty();
        assertThat(client.active()).isZero();
        assertThat(server.isIdle()).isTrue();
        serverChannel.finishAndReleaseAll();
        clientChannel.finishAndReleaseAll();
    }

    /** Moves what one side wrote to the other, cut at random. */
    private static void move(EmbeddedChannel from, EmbeddedChannel to, SplittableRandom random) {
        from.runPendingTasks();
        to.runPendingTasks();
        for (ByteBuf out = from.readOutbound(); out != null; out = from.readOutbound()) {
            while (out.isReadable()) {
                int n = Math.min(out.readableBytes(), 1 + random.nextInt(random.nextBoolean() ? 12 : 20_000));
                to.writeInbound(out.readRetainedSlice(n));
                to.runPendingTasks();
            }
            out.release();
        }
    }

    private static final class Clients implements Http2ClientConnection.Owner {
        @Override
        public void roomChanged(Http2ClientConnection connection) {}

        @Override
        public void connectionClosed(Http2ClientConnection connection) {}
    }

    /** One request that sends a body of its own bytes and wants them back. */
    private final class Call implements UpstreamListener {
        private final int length;
        private final byte first;
        private final Upstream upstream;
        private int sent;
        private int received;
        private boolean wrong;
        private boolean done;
        private boolean writable = true;
        private boolean reading = true;
        private boolean ended;
        private @Nullable String failure;

        Call(Http2ClientConnection client, SplittableRandom random) {
            length = random.nextInt(3) == 0 ? random.nextInt(3) : random.nextInt(MAX_BODY);
            first = (byte) random.nextInt();
            RequestHead head = clientLoop.takeRequest();
            HeaderBlock headers = head.headers();
            byte[] text = Ascii.bytes("POST/xshop");
            int at = headers.reserve(text.length);
            System.arraycopy(text, 0, headers.bytes(), at, text.length);
            headers.advance(text.length);
            head.method(at, at + 4);
            head.target(at + 4, at + 6);
            head.authority(at + 6, at + 10);
            ended = length == 0;
            upstream = client.start(this, head, ended, false);
            clientLoop.giveBack(head);
        }

        void step(SplittableRandom random) {
            if (done) {
                return;
            }
            if (!ended && writable) {
                int n = Math.min(length - sent, 1 + random.nextInt(30_000));
                byte[] bytes = new byte[n];
                for (int i = 0; i < n; i++) {
                    bytes[i] = (byte) (first + sent + i);
                }
                sent += n;
                ended = sent == length;
                upstream.writeData(Unpooled.wrappedBuffer(bytes), ended);
                upstream.flush();
            }
            if (!done && random.nextInt(5) == 0) {
                reading = !reading;
                upstream.readEnabled(reading);
            }
        }

        @Override
        public void informational(ResponseHead head) {}

        @Override
        public void responseHead(ResponseHead head, boolean end) {
            wrong |= head.status() != 200;
        }

        @Override
        public void responseData(ByteBuf data, boolean end) {
            while (data.isReadable()) {
                wrong |= data.readByte() != (byte) (first + received++);
            }
            data.release();
        }

        @Override
        public void responseTrailers(HeaderBlock trailers) {}

        @Override
        public void responseFlush() {}

        @Override
        public void upstreamWritable(boolean now) {
            writable = now;
        }

        @Override
        public void done() {
            done = true;
        }

        @Override
        public void failed(Failure why, String details) {
            failure = why + " " + details;
            done = true;
        }
    }

    /** Sends every body back, pausing and resuming as it likes. */
    private final class Echo implements HttpServer, TerminalFilter {
        private final FilterChain chain = new FilterChain(List.of(), this, 0);
        private final List<HttpStream> streams = new ArrayList<>();
        private final List<HttpStream> paused = new ArrayList<>();
        private final List<String> violations = new ArrayList<>();
        private final SplittableRandom random;

        Echo(SplittableRandom random) {
            this.random = random;
        }

        void step(SplittableRandom now) {
            streams.removeIf(HttpStream::isOver);
            paused.removeIf(HttpStream::isOver);
            if (!paused.isEmpty() && now.nextInt(3) == 0) {
                paused.remove(now.nextInt(paused.size())).resumeReading();
            }
        }

        @Override
        public HttpStream newStream(Downstream downstream, RequestHead head) {
            HttpStream stream = new HttpStream(downstream, head, chain, null);
            streams.add(stream);
            return stream;
        }

        @Override
        public void rejected(@Nullable RequestHead head, int status, String details) {
            violations.add(details);
        }

        @Override
        public void violated(String details, boolean fatal) {
            violations.add(details);
        }

        @Override
        public boolean closeAfterResponse() {
            return false;
        }

        @Override
        public void closed() {}

        @Override
        public void requestHead(HttpStream stream, RequestHead head, boolean end) {
            ResponseHead response = serverLoop.takeResponse();
            response.status(200);
            stream.responseHead(response, end);
            serverLoop.giveBack(response);
        }

        @Override
        public void requestData(HttpStream stream, ByteBuf data, boolean end) {
            stream.responseData(data, end);
            if (!end && !paused.contains(stream) && (random.nextInt(4) == 0 || !stream.isDownstreamWritable())) {
                stream.pauseReading();
                paused.add(stream);
            }
        }

        @Override
        public void requestTrailers(HttpStream stream, HeaderBlock trailers) {}

        @Override
        public void requestFlush(HttpStream stream) {
            stream.responseFlush();
        }

        @Override
        public void downstreamWritable(HttpStream stream, boolean writable) {}

        @Override
        public void streamEnd(HttpStream stream, StreamEnd end) {}
    }
}
