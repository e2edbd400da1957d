package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.HttpStream;
import dev.weft.http.ResponseFlag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class Http2ServerTest {
    private final Http2Peerless server = new Http2Peerless(Http2Options.APPLICATION);

    @AfterEach
    void close() {
        server.channel.finishAndReleaseAll();
    }

    @Test
    void answersRequestsOfManyStreamsInOneWrite() {
        ByteBuf both = Unpooled.buffer();
        byte[] first = server.block(":method", "GET", ":scheme", "http", ":path", "/a", ":authority", "shop");
        byte[] second = server.block(":method", "HEAD", ":scheme", "https", ":path", "/b?q", ":authority", "shop:80");
        both.writeBytes(Http2Peerless.frame(Http2Frame.HEADERS, 5, 1, first));
        both.writeBytes(Http2Peerless.frame(Http2Frame.HEADERS, 5, 3, second));
        server.send(both);
        assertThat(server.requests).containsExactly("GET /a shop HTTP/2", "HEAD /b?q shop:80 HTTP/2");
        assertThat(server.received()).containsExactly("HEADERS 1 :status=204 end", "HEADERS 3 :status=204 end");
    }

    @Test
    void bytesMayBeCutAnywhere() {
        byte[] block = server.block(
                ":method", "POST", ":scheme", "http", ":path", "/a", ":authority", "shop", "x-long", "v".repeat(300));
        ByteBuf all = Unpooled.buffer();
        all.writeBytes(Http2Peerless.frame(Http2Frame.HEADERS, 4, 1, block));
        byte[] padded = new byte[10 + 7];
        padded[0] = 7;
        System.arraycopy("abcdefghi".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, padded, 1, 9);
        all.writeBytes(Http2Peerless.frame(Http2Frame.DATA, Http2Frame.PADDED, 1, padded));
        all.writeBytes(
                Http2Peerless.frame(Http2Frame.DATA, 1, 1, "jk".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        while (all.isReadable()) {
            server.send(all.readRetainedSlice(1));
        }
        all.release();
        assertThat(server.bodies.toString()).isEqualTo("abcdefghijk");
        assertThat(server.received()).containsExactly("HEADERS 1 :status=204 end");
    }

    @Test
    void cookieCrumbsBecomeOneFieldAndHostYieldsToAuthority() {
        server.headers(
                1,
                true,
                Http2Peerless.raw(
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        "/",
                        ":authority",
                        "shop",
                        "host",
                        "other",
                        "cookie",
                        "a=1",
                        "accept",
                        "*/*",
                        "cookie",
                        "b=2",
                        "te",
                        "trailers"));
        assertThat(server.requests).containsExactly("GET / shop HTTP/2 accept=*/* te=trailers cookie=a=1; b=2");
    }

    @Test
    void anExpectationIsMetHere() {
        server.post(1, "expect", "100-continue");
        assertThat(server.received()).containsExactly("HEADERS 1 :status=100");
        server.data(1, "hi", true);
        assertThat(server.received()).containsExactly("HEADERS 1 :status=204 end");
        assertThat(server.requests).containsExactly("POST /1 shop HTTP/2");
    }

    @Test
    void trailersReachTheStreamWithoutWhatTheyMustNotCarry() {
        server.post(1);
        server.data(1, "body", false);
        server.headers(1, true, Http2Peerless.raw("x-sum", "7", "content-length", "9", "x-weft-peer", "me"));
        assertThat(server.bodies.toString()).isEqualTo("body[x-sum=7]");
    }

    static Stream<Arguments> malformed() {
        String[][] heads = {
            {"no method", ":scheme", "http", ":path", "/", ":authority", "a"},
            {"no scheme", ":method", "GET", ":path", "/", ":authority", "a"},
            {"no path", ":method", "GET", ":scheme", "http", ":authority", "a"},
            {"empty path", ":method", "GET", ":scheme", "http", ":path", "", ":authority", "a"},
            {"path without slash", ":method", "GET", ":scheme", "http", ":path", "x", ":authority", "a"},
            {"path with a space", ":method", "GET", ":scheme", "http", ":path", "/a b", ":authority", "a"},
            {"path with CR LF", ":method", "GET", ":scheme", "http", ":path", "/\r\nX: y", ":authority", "a"},
            {"fragment", ":method", "GET", ":scheme", "http", ":path", "/#f", ":authority", "a"},
            {"method with a space", ":method", "GET /x", ":scheme", "http", ":path", "/", ":authority", "a"},
            {"two methods", ":method", "GET", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"},
            {"foreign scheme", ":method", "GET", ":scheme", "ftp", ":path", "/", ":authority", "a"},
            {"empty authority", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", ""},
            {"empty host", ":method", "GET", ":scheme", "http", ":path", "/", "host", ""},
            {"user info", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "u@a"},
            {"no host at all", ":method", "GET", ":scheme", "http", ":path", "/"},
            {"two hosts", ":method", "GET", ":scheme", "http", ":path", "/", "host", "a", "host", "b"},
            {"unknown pseudo", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", ":x", "y"},
            {"response pseudo", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", ":status", "200"},
            {"late pseudo", ":method", "GET", ":scheme", "http", "a", "b", ":path", "/", ":authority", "a"},
            {"upper case", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "X-A", "b"},
            {"colon in a name", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "x:a", "b"},
            {"empty name", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "", "b"},
            {"space in a name", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "x a", "b"},
            {"CR LF in a value", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "x", "b\r\nY: z"
            },
            {"NUL in a value", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "x", "b\0"},
            {"space before a value", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "x", " b"},
            {"connection", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "connection", "x"},
            {
                "chunked",
                ":method",
                "POST",
                ":scheme",
                "http",
                ":path",
                "/",
                ":authority",
                "a",
                "transfer-encoding",
                "chunked"
            },
            {"upgrade", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "upgrade", "h2c"},
            {"te gzip", ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "te", "gzip"},
            {
                "length of a body that is not there",
                ":method",
                "POST",
                ":scheme",
                "http",
                ":path",
                "/",
                ":authority",
                "a",
                "content-length",
                "3"
            },
            {
                "length that is no number",
                ":method",
                "POST",
                ":scheme",
                "http",
                ":path",
                "/",
                ":authority",
                "a",
                "content-length",
                "+3"
            },
            {
                "two lengths",
                ":method",
                "POST",
                ":scheme",
                "http",
                ":path",
                "/",
                ":authority",
                "a",
                "content-length",
                "0",
                "content-length",
                "3"
            },
            {"CONNECT with a path", ":method", "CONNECT", ":scheme", "http", ":path", "/", ":authority", "a:1"},
        };
        return Stream.of(heads).map(h -> Arguments.of(h[0], List.of(h).subList(1, h.length)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void aMalformedRequestIsResetBeforeAnyoneSeesIt(String name, List<String> fields) {
        server.headers(1, true, Http2Peerless.raw(fields.toArray(new String[0])));
        assertThat(server.requests).isEmpty();
        assertThat(server.refused).hasSize(1);
        assertThat(server.received()).containsExactly("RST_STREAM 1 PROTOCOL_ERROR");
        server.get(3);
        assertThat(server.requests).as("the connection lives on").hasSize(1);
    }

    @Test
    void aBodyMustHaveTheAnnouncedLength() {
        server.post(1, "content-length", "3");
        server.data(1, "abcd", false);
        assertThat(server.received()).containsExactly("RST_STREAM 1 PROTOCOL_ERROR");
        server.post(3, "content-length", "3");
        server.data(3, "ab", true);
        assertThat(server.received()).containsExactly("RST_STREAM 3 PROTOCOL_ERROR");
        assertThat(server.bodies.toString()).isEmpty();
        assertThat(server.gone).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 101})
    void hundredFieldsAreServedOneMoreIsNot(int fields) {
        String[] head = new String[fields * 2];
        String[] pseudo = {":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"};
        System.arraycopy(pseudo, 0, head, 0, 8);
        for (int i = 8; i < head.length; i += 2) {
            head[i] = "cookie";
            head[i + 1] = "c=" + i;
        }
        server.headers(1, true, Http2Peerless.raw(head));
        assertThat(server.requests).hasSize(fields == 100 ? 1 : 0);
        assertThat(server.received().getFirst())
                .startsWith(fields == 100 ? "HEADERS 1 :status=204" : "HEADERS 1 :status=431");
    }

    @Test
    void aResponseWaitsForBothWindows() {
        server.answers = false;
        server.send(Http2Peerless.frame(Http2Frame.SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 0, 10}));
        server.get(1);
        server.received();
        server.respond(server.streams.getFirst(), 200, 30);
        assertThat(server.received()).containsExactly("HEADERS 1 :status=200", "DATA 1 10");
        server.send(Http2Peerless.frame(Http2Frame.WINDOW_UPDATE, 0, 1, Http2Peerless.int32(15)));
        assertThat(server.received()).containsExactly("DATA 1 15");
        server.send(Http2Peerless.frame(Http2Frame.SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 0, 100}));
        assertThat(server.received()).containsExactly("SETTINGS ack", "DATA 1 5 end");
    }

    @Test
    void aConnectionWindowIsSharedInTurn() {
        server.answers = false;
        server.send(Http2Peerless.frame(Http2Frame.SETTINGS, 0, 0, new byte[] {0, 4, 0, 1, 0x11, 0x70})); // 70 000
        server.get(1);
        server.get(3);
        server.received();
        server.respond(server.streams.get(0), 200, 65_530);
        server.respond(server.streams.get(1), 200, 20);
        List<String> sent = server.received();
        assertThat(sent.getLast()).isEqualTo("DATA 3 5");
        server.send(Http2Peerless.frame(Http2Frame.WINDOW_UPDATE, 0, 0, Http2Peerless.int32(100)));
        assertThat(server.received()).containsExactly("DATA 3 15 end");
    }

    @Test
    void creditIsWithheldWhileNobodyReads() {
        server.answers = false;
        server.post(1);
        server.streams.getFirst().pauseReading();
        String half = "x".repeat(16_000);
        for (int i = 0; i < 12; i++) {
            server.data(1, half, false);
        }
        assertThat(server.received()).noneMatch(f -> f.startsWith("WINDOW_UPDATE 1 "));
        server.streams.getFirst().resumeReading();
        server.channel.runPendingTasks();
        assertThat(server.received()).contains("WINDOW_UPDATE 1 192000");
        for (int i = 0; i < 20; i++) {
            server.streams.getFirst().pauseReading();
            server.data(1, half, false);
        }
        assertThat(server.received()).contains("RST_STREAM 1 FLOW_CONTROL_ERROR");
    }

    @Test
    void stalledStreamsTogetherHoldNoMoreThanTheirBudget() {
        StalledBytes stalled = new StalledBytes(300_000, 3);
        Http2Peerless peer = new Http2Peerless(Http2Options.MESH, stalled);
        peer.answers = false;
        String piece = "x".repeat(10_000);
        for (int id = 1; id <= 5; id += 2) {
            peer.post(id);
            peer.streams.getLast().pauseReading();
            for (int i = 0; i < 4; i++) {
                peer.data(id, piece, false);
            }
        }
        assertThat(peer.received())
                .as("the first to stall, at 110 kB of 100")
                .contains("RST_STREAM 1 ENHANCE_YOUR_CALM")
                .doesNotContain("RST_STREAM 5 ENHANCE_YOUR_CALM");
        assertThat(peer.gone).isEqualTo(1);
        assertThat(stalled.held()).isEqualTo(80_000);
        peer.streams.get(1).resumeReading();
        assertThat(stalled.held()).isEqualTo(40_000);
        peer.data(3, piece, false);
        assertThat(stalled.held()).as("read at once").isEqualTo(40_000);
        peer.post(7);
        peer.streams.getLast().pauseReading();
        peer.data(7, piece, false);
        assertThat(stalled.held()).isEqualTo(50_000);
        peer.channel.finishAndReleaseAll();
        assertThat(stalled.held()).isZero();
    }

    /** The two halves of an exchange may both be stalled: given up with the first, the second holds nothing. */
    @Test
    void whoIsGivenUpMayTakeTheOtherAlong() {
        StalledBytes stalled = new StalledBytes(30_000, 1);
        Http2Peerless peer = new Http2Peerless(Http2Options.MESH, stalled);
        peer.answers = false;
        for (int id = 1; id <= 3; id += 2) {
            peer.post(id);
            peer.streams.getLast().pauseReading();
        }
        peer.whenGone = () -> {
            peer.whenGone = () -> {};
            peer.streams.get(1).reset("its other half is gone");
        };
        peer.data(1, "x".repeat(16_000), false);
        peer.data(3, "x".repeat(16_000), false);
        assertThat(peer.received())
                .filteredOn(frame -> frame.startsWith("RST_STREAM"))
                .hasSize(2);
        assertThat(stalled.held()).isZero();
    }

    @Test
    void aResponseBeforeTheRequestsEndStopsTheRequest() {
        server.post(1);
        server.respond(server.streams.getFirst(), 413, 0);
        assertThat(server.received()).containsExactly("HEADERS 1 :status=413 end", "RST_STREAM 1 NO_ERROR");
        server.data(1, "late", true);
        assertThat(server.received()).as("what was on its way is ignored").isEmpty();
    }

    @Test
    void drainingSaysGoodbyeInTwoSteps() {
        server.answers = false;
        server.get(1);
        server.draining = true;
        server.respond(server.streams.getFirst(), 200, 0);
        assertThat(server.received()).containsExactly("GOAWAY max NO_ERROR", "HEADERS 1 :status=200 end");
        server.get(3);
        assertThat(server.requests).as("begun before the client heard").hasSize(2);
    }

    @Test
    void aClientThatLeavesIsStillAnswered() {
        server.send(Http2Peerless.frame(Http2Frame.GOAWAY, 0, 0, new byte[8]));
        server.send(Http2Peerless.frame(Http2Frame.PING, 0, 0, new byte[8]));
        assertThat(server.received()).containsExactly("PING ack");
        assertThat(server.channel.isOpen()).isTrue();
    }

    // Floods: the figures of reliability.md §2.5.

    private int framesUntilClosed(java.util.function.IntFunction<ByteBuf> frames, int most) {
        for (int i = 0; i < most; i++) {
            server.send(frames.apply(i));
            if (server.received().stream().anyMatch(f -> f.endsWith("ENHANCE_YOUR_CALM"))) {
                assertThat(server.channel.isOpen()).isFalse();
                return i + 1;
            }
        }
        return Integer.MAX_VALUE;
    }

    @Test
    void rapidResetEndsAfterTwoHundred() {
        server.answers = false;
        int closedAfter = framesUntilClosed(
                i -> {
                    ByteBuf both = Http2Peerless.frame(
                            Http2Frame.HEADERS,
                            5,
                            i * 2 + 1,
                            server.block(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"));
                    return both.writeBytes(
                            Http2Peerless.frame(Http2Frame.RST_STREAM, 0, i * 2 + 1, Http2Peerless.int32(8)));
                },
                1000);
        assertThat(closedAfter).isEqualTo(201);
        assertThat(server.requests).hasSize(201);
    }

    /** Whatever is only ignored costs us more than its sender. */
    @ParameterizedTest
    @MethodSource("ignored")
    void framesThatAreIgnoredAreCounted(ByteBuf frame) {
        assertThat(framesUntilClosed(i -> frame.copy(), 1000)).isEqualTo(201);
        frame.release();
    }

    static Stream<Arguments> ignored() {
        return Stream.of(
                Arguments.of(Http2Peerless.frame(0xbe, 0, 0, new byte[5])),
                Arguments.of(Http2Peerless.frame(Http2Frame.PING, Http2Frame.ACK, 0, new byte[8])),
                Arguments.of(Http2Peerless.frame(Http2Frame.SETTINGS, Http2Frame.ACK, 0, new byte[0])));
    }

    /** Neither the body of a refused request nor that of a malformed one is a violation: it was under way. */
    @ParameterizedTest
    @ValueSource(strings = {"refused", "malformed"})
    void theBodyOfARequestThatIsResetAtOnceHurtsNoOther(String kind) {
        server.answers = false;
        int id = 1;
        if (kind.equals("refused")) {
            for (; id <= 199; id += 2) {
                server.get(id);
            }
            server.headers(
                    id, false, server.block(":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a"));
        } else {
            server.get(id);
            id += 2;
            server.headers(id, false, server.block(":method", "POST", ":scheme", "http", ":path", "/", "Upper", "a"));
        }
        server.send(Http2Peerless.frame(Http2Frame.DATA, 0, id, new byte[10_000]));
        server.send(Http2Peerless.frame(Http2Frame.DATA, 1, id, new byte[10_000]));
        assertThat(server.received()).singleElement().asString().startsWith("RST_STREAM " + id + " ");
        assertThat(server.channel.isOpen()).isTrue();
        assertThat(server.gone).isZero();
    }

    /** What was under way when a stream was reset is no violation; more than the window of it is. */
    @Test
    void aStreamThatWasResetTakesNoMoreThanItsWindow() {
        server.headers(
                1,
                false,
                server.block(
                        ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a", "content-length", "1"));
        server.send(Http2Peerless.frame(Http2Frame.DATA, 0, 1, new byte[2]));
        assertThat(server.received()).anyMatch(frame -> frame.startsWith("RST_STREAM 1 "));
        int inOne = 10_000;
        int sent = 0;
        while (server.channel.isOpen() && sent < 10_000_000) {
            server.send(Http2Peerless.frame(Http2Frame.DATA, 0, 1, new byte[inOne]));
            sent += inOne;
        }
        assertThat(server.received()).anyMatch(frame -> frame.endsWith("FLOW_CONTROL_ERROR"));
        assertThat(sent)
                .isBetween(Http2Options.APPLICATION.streamWindow(), Http2Options.APPLICATION.streamWindow() + inOne);
    }

    @Test
    void aStreamThatWasResetTakesTrailersOnce() {
        server.headers(
                1,
                false,
                server.block(
                        ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a", "content-length", "1"));
        server.send(Http2Peerless.frame(Http2Frame.DATA, 0, 1, new byte[2]));
        byte[] trailers = server.block("x-trailer", "v");
        server.headers(1, true, trailers);
        assertThat(server.channel.isOpen()).isTrue();
        server.headers(1, true, trailers);
        assertThat(server.received()).anyMatch(frame -> frame.endsWith("STREAM_CLOSED"));
        assertThat(server.channel.isOpen()).isFalse();
    }

    @Test
    void resetsThatItMakesUsSendCountTheSame() {
        server.answers = false;
        int closedAfter = framesUntilClosed(
                i -> {
                    ByteBuf both = Http2Peerless.frame(
                            Http2Frame.HEADERS,
                            5,
                            i * 2 + 1,
                            server.block(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"));
                    return both.writeBytes(
                            Http2Peerless.frame(Http2Frame.WINDOW_UPDATE, 0, i * 2 + 1, Http2Peerless.int32(0)));
                },
                1000);
        assertThat(closedAfter).isEqualTo(201);
    }

    @Test
    void pingsAndSettingsAreAnsweredUpToTwoHundredASecond() {
        assertThat(framesUntilClosed(i -> Http2Peerless.frame(Http2Frame.PING, 0, 0, new byte[8]), 1000))
                .isBetween(190, 201);
    }

    /** gRPC's clients send one for every piece of data they get, to measure what the connection carries. */
    @Test
    void pingsThatMeasureDataAreNoFlood() {
        server.answers = false;
        server.get(1);
        server.respond(server.streams.getFirst(), 200, 0, false);
        for (int i = 0; i < 1000; i++) {
            server.streams.getFirst().responseData(io.netty.buffer.Unpooled.wrappedBuffer(new byte[1]), false);
            server.streams.getFirst().responseFlush();
            server.send(Http2Peerless.frame(Http2Frame.PING, 0, 0, new byte[8]));
        }
        assertThat(server.channel.isOpen()).isTrue();
        server.received();
    }

    @Test
    void emptyDataEndsAtTheSecond() {
        server.post(1);
        assertThat(framesUntilClosed(i -> Http2Peerless.frame(Http2Frame.DATA, 0, 1, new byte[0]), 100))
                .isEqualTo(2);
    }

    /** Nor is padding of use to anyone. */
    @Test
    void paddingAloneIsEmptyToo() {
        server.post(1);
        byte[] padding = {4, 0, 0, 0, 0};
        assertThat(framesUntilClosed(i -> Http2Peerless.frame(Http2Frame.DATA, Http2Frame.PADDED, 1, padding), 100))
                .isEqualTo(2);
    }

    private void pass(long millis) {
        server.channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        server.channel.runPendingTasks();
    }

    @Test
    void aHeadMustComeToItsEndInTime() {
        server.channel.freezeTime();
        server.send(Http2Peerless.frame(Http2Frame.HEADERS, 0, 1, new byte[1]));
        for (int i = 0; i < 9; i++) {
            pass(1_000);
            server.send(Http2Peerless.frame(Http2Frame.CONTINUATION, 0, 1, new byte[1]));
        }
        assertThat(server.channel.isOpen()).isTrue();
        pass(1_100);
        assertThat(server.violations).containsExactly("http2.request_header_timeout");
        assertThat(server.closed).isTrue();
    }

    /** What ends in the midst of a frame at each read, as busy connections do, gets on all the same. */
    @Test
    void framesThatComeToTheirEndAreNoSlowHead() {
        server.channel.freezeTime();
        ByteBuf ping = Http2Peerless.frame(Http2Frame.PING, 0, 0, new byte[8]);
        server.send(ping.copy(0, 10));
        for (int i = 0; i < 15; i++) {
            pass(1_000);
            server.send(Unpooled.wrappedBuffer(ping.copy(10, ping.readableBytes() - 10), ping.copy(0, 10)));
        }
        assertThat(server.channel.isOpen()).isTrue();
        server.send(ping.skipBytes(10));
        pass(20_000);
        assertThat(server.channel.isOpen()).as("at rest").isTrue();
        server.received();
    }

    @Test
    void continuationsEndAfterSixteen() {
        server.send(Http2Peerless.frame(Http2Frame.HEADERS, 0, 1, new byte[0]));
        assertThat(framesUntilClosed(i -> Http2Peerless.frame(Http2Frame.CONTINUATION, 0, 1, new byte[0]), 100))
                .isEqualTo(17);
    }

    @Test
    void prioritiesEndAfterAHundredForEachStream() {
        assertThat(framesUntilClosed(i -> Http2Peerless.frame(Http2Frame.PRIORITY, 0, 3, new byte[5]), 1000))
                .isEqualTo(101);
    }

    @Test
    void windowUpdatesMustServeSomeData() {
        assertThat(framesUntilClosed(
                        i -> Http2Peerless.frame(Http2Frame.WINDOW_UPDATE, 0, 0, Http2Peerless.int32(1)), 1000))
                .isEqualTo(6);
    }

    @Test
    void noMoreThanTheAnnouncedStreamsRunAtOnce() {
        server.answers = false;
        for (int i = 0; i < 101; i++) {
            server.get(i * 2 + 1);
        }
        assertThat(server.requests).hasSize(100);
        assertThat(server.received()).containsExactly("RST_STREAM 201 REFUSED_STREAM");
    }

    /** One object for each byte that waits would fill the heap with a window of 256 KiB. */
    @Test
    void bytesThatWaitForTheWindowGoTogether() {
        byte[] none = {0, Http2Peer.INITIAL_WINDOW_SIZE, 0, 0, 0, 0};
        server.send(Http2Peerless.frame(Http2Frame.SETTINGS, 0, 0, none));
        server.answers = false;
        server.get(1);
        HttpStream stream = server.streams.get(0);
        server.respond(stream, 200, 0, false);
        for (int i = 1; i <= 1_000; i++) {
            stream.responseData(Unpooled.wrappedBuffer(new byte[1]), i == 1_000);
        }
        server.received();
        server.send(Http2Peerless.frame(Http2Frame.WINDOW_UPDATE, 0, 1, Http2Peerless.int32(10_000)));
        assertThat(server.received()).containsExactly("DATA 1 1000 end");
    }

    /** Envoy's flags and words: a client that gives up a request is not one that has gone away. */
    @ParameterizedTest
    @CsvSource({"CANCEL, http2.remote_reset", "REFUSED_STREAM, http2.remote_refuse"})
    void aStreamThatItsClientResetsIsSaidToBe(Http2Code code, String details) {
        server.answers = false;
        server.get(1);
        server.send(Http2Peerless.frame(Http2Frame.RST_STREAM, 0, 1, Http2Peerless.int32(code.ordinal())));
        assertThat(server.gone).isEqualTo(1);
        assertThat(ResponseFlag.text(server.streams.get(0).flags())).isEqualTo("DR");
        assertThat(server.streams.get(0).details()).isEqualTo(details);
    }

    @Test
    void aLostConnectionEndsItsStreams() {
        server.answers = false;
        server.get(1);
        server.post(3);
        server.channel.close();
        assertThat(server.gone).isEqualTo(2);
        assertThat(server.streams)
                .allSatisfy(
                        stream -> assertThat(ResponseFlag.text(stream.flags())).isEqualTo("DC"));
        assertThat(server.closed).isTrue();
    }

    @Test
    void goodbyesWithoutEndAreAFlood() {
        server.answers = false;
        server.get(1);
        for (int i = 0; i <= 200; i++) {
            assertThat(server.violations).isEmpty();
            server.send(Http2Peerless.frame(Http2Frame.GOAWAY, 0, 0, new byte[8]));
        }
        assertThat(server.violations).containsExactly("http2.inbound_ignored_frames_flood");
    }
}
