package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpStreamTest {
    private final List<String> events = new ArrayList<>();

    private final Downstream downstream = new Downstream() {
        @Override
        public void writeInformational(ResponseHead head) {
            events.add("interim " + head.status());
        }

        @Override
        public void writeHead(ResponseHead head, boolean end) {
            events.add("head " + head.status() + (end ? " end" : ""));
        }

        @Override
        public void writeData(ByteBuf data, boolean end) {
            events.add("data " + data.toString(StandardCharsets.UTF_8) + (end ? " end" : ""));
            data.release();
        }

        @Override
        public void writeTrailers(HeaderBlock trailers) {
            events.add("trailers");
        }

        @Override
        public void flush() {}

        @Override
        public void readEnabled(boolean enabled) {
            events.add(enabled ? "read" : "stop reading");
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void reset() {
            events.add("reset");
        }
    };

    private final TerminalFilter end = new TerminalFilter() {
        @Override
        public void requestHead(HttpStream stream, RequestHead head, boolean last) {
            boolean tooEarly = !last && stream.isRequestEnded();
            events.add("router head" + (last ? " end" : "") + (tooEarly ? " of a whole request" : ""));
        }

        @Override
        public void requestData(HttpStream stream, ByteBuf data, boolean last) {
            events.add("router data " + data.toString(StandardCharsets.UTF_8) + (last ? " end" : ""));
            data.release();
        }

        @Override
        public void requestTrailers(HttpStream stream, HeaderBlock trailers) {
            events.add("router trailers");
        }

        @Override
        public void requestFlush(HttpStream stream) {}

        @Override
        public void downstreamWritable(HttpStream stream, boolean writable) {}

        @Override
        public void streamEnd(HttpStream stream, StreamEnd how) {
            events.add("over " + how);
        }
    };

    /** A filter that answers the head with a verdict and names itself on the way back. */
    private HttpFilter filter(String name, FilterStatus verdict) {
        return new HttpFilter() {
            @Override
            public int phases() {
                return REQUEST_HEAD | RESPONSE_HEAD | STREAM_END;
            }

            @Override
            public FilterStatus onRequestHead(HttpStream stream, RequestHead head, boolean last) {
                events.add(name);
                if (verdict == FilterStatus.REPLIED) {
                    ResponseHead response = new ResponseHead(64);
                    response.status(403);
                    stream.reply(response, null, "denied");
                }
                return verdict;
            }

            @Override
            public void onResponseHead(HttpStream stream, ResponseHead head, boolean last) {
                events.add(name + " sees " + head.status());
            }
        };
    }

    private HttpStream stream(HttpFilter... filters) {
        return new HttpStream(downstream, new RequestHead(64), new FilterChain(List.of(filters), end, 0), null);
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    private static ResponseHead ok() {
        ResponseHead head = new ResponseHead(64);
        head.status(200);
        return head;
    }

    @Test
    void filtersRunInOrderAndTheResponseInReverse() {
        HttpStream stream = stream(filter("a", FilterStatus.CONTINUE), filter("b", FilterStatus.CONTINUE));
        stream.requestHead(true);
        stream.responseHead(ok(), true);
        assertThat(events)
                .containsExactly(
                        "a", "b", "router head end", "b sees 200", "a sees 200", "over COMPLETE", "head 200 end");
    }

    @Test
    void aPausedRequestIsHeldWithItsBodyAndGoesOn() {
        HttpStream stream = stream(filter("slow", FilterStatus.PAUSE), filter("next", FilterStatus.CONTINUE));
        stream.requestHead(false);
        stream.requestData(bytes("x"), false);
        stream.requestData(bytes("y"), true);
        assertThat(events).containsExactly("slow");
        stream.resume();
        assertThat(events).containsExactly("slow", "next", "router head", "router data xy end");
        assertThat(stream.wasPaused()).isTrue();
    }

    /** Until then a client that leaves can be noticed; beyond, its body would fill the memory. */
    @Test
    void aPausedRequestIsReadUpToALimit() {
        HttpStream stream = stream(filter("slow", FilterStatus.PAUSE));
        stream.requestHead(false);
        stream.requestData(bytes("x".repeat(64 * 1024)), false);
        assertThat(events).containsExactly("slow");
        stream.requestData(bytes("y"), false);
        assertThat(events).containsExactly("slow", "stop reading");
        stream.resume();
        assertThat(events).hasSize(6).endsWith("router data y", "read");
    }

    @Test
    void aPausedStreamCanBeAnswered() {
        HttpStream stream = stream(filter("slow", FilterStatus.PAUSE));
        stream.requestHead(false);
        stream.requestData(bytes("x".repeat(100_000)), false);
        stream.reply(ok(), null, "now");
        stream.resume();
        assertThat(events)
                .containsExactly("slow", "stop reading", "slow sees 200", "read", "over COMPLETE", "head 200 end");
    }

    @Test
    void aReplyEndsTheStreamBeforeTheRouterSeesIt() {
        HttpStream stream = stream(filter("deny", FilterStatus.REPLIED));
        stream.requestHead(false);
        stream.requestData(bytes("dropped"), true);
        assertThat(events).containsExactly("deny", "deny sees 403", "over COMPLETE", "head 403 end");
        assertThat(stream.details()).isEqualTo("denied");
    }

    @Test
    void pausesAreCounted() {
        HttpStream stream = stream();
        stream.pauseReading();
        stream.pauseReading();
        stream.resumeReading();
        assertThat(events).containsExactly("stop reading");
        stream.resumeReading();
        assertThat(events).containsExactly("stop reading", "read");
        assertThatThrownBy(stream::resumeReading).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theEndIsToldOnce() {
        HttpStream stream = stream();
        stream.requestHead(true);
        stream.downstreamGone();
        stream.downstreamGone();
        stream.responseHead(ok(), true);
        stream.reset("late");
        assertThat(events).containsExactly("router head end", "over DOWNSTREAM_GONE");
        assertThat(ResponseFlag.text(stream.flags())).isEqualTo("DC");
    }

    @Test
    void aReplyAfterTheHeadCutsTheResponseOff() {
        HttpStream stream = stream();
        stream.requestHead(true);
        stream.responseHead(ok(), false);
        stream.reply(ok(), bytes("too late"), "why");
        assertThat(events).containsExactly("router head end", "head 200", "over RESET", "reset");
    }
}
