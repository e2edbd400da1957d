package dev.weft.filters;

import dev.weft.http.Ascii;
import dev.weft.http.Downstream;
import dev.weft.http.FilterChain;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpFilter;
import dev.weft.http.HttpStream;
import dev.weft.http.RequestHead;
import dev.weft.http.ResponseHead;
import dev.weft.http.StreamEnd;
import dev.weft.http.TerminalFilter;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One stream through one filter: what reaches the router and the client stands in {@link #events}. */
final class FilterRig {
    final FakeContext context = new FakeContext();
    final StringBuilder events = new StringBuilder();
    final HttpStream stream;

    private final TerminalFilter router = new TerminalFilter() {
        @Override
        public void requestHead(HttpStream of, RequestHead head, boolean end) {
            events.append("forwarded ");
        }

        @Override
        public void requestData(HttpStream of, ByteBuf data, boolean end) {
            data.release();
        }

        @Override
        public void requestTrailers(HttpStream of, HeaderBlock trailers) {}

        @Override
        public void requestFlush(HttpStream of) {}

        @Override
        public void downstreamWritable(HttpStream of, boolean writable) {}

        @Override
        public void streamEnd(HttpStream of, StreamEnd end) {
            if (end != StreamEnd.COMPLETE) {
                events.append(end).append(' ');
            }
        }
    };

    private final Downstream client = new Downstream() {
        @Override
        public void writeInformational(ResponseHead head) {}

        @Override
        public void writeHead(ResponseHead head, boolean end) {
            events.append(head.status()).append(' ');
            for (int i = 0; i < head.headers().count(); i++) {
                if (!head.headers().isRemoved(i)) {
                    events.append(head.headers().name(i))
                            .append('=')
                            .append(head.headers().value(i))
                            .append(' ');
                }
            }
        }

        @Override
        public void writeData(ByteBuf data, boolean end) {
            events.append('"').append(data.toString(StandardCharsets.UTF_8)).append("\" ");
            data.release();
        }

        @Override
        public void writeTrailers(HeaderBlock trailers) {}

        @Override
        public void flush() {}

        @Override
        public void readEnabled(boolean enabled) {}

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void reset() {}
    };

    /** @param filter null for none; its slot is 0 */
    FilterRig(@Nullable HttpFilter filter, RequestHead head) {
        FilterChain chain = new FilterChain(filter == null ? List.of() : List.of(filter), router, 1);
        stream = new HttpStream(client, head, chain, context);
        context.bind(stream);
    }

    static RequestHead head(String method, String... fields) {
        RequestHead head = new RequestHead(256);
        int at = head.headers().reserve(method.length());
        System.arraycopy(Ascii.bytes(method), 0, head.bytes(), at, method.length());
        head.headers().advance(method.length());
        head.method(at, at + method.length());
        head.target(Ascii.bytes("/"));
        for (int i = 0; i < fields.length; i += 2) {
            head.headers().add(Ascii.bytes(fields[i]), Ascii.bytes(fields[i + 1]));
        }
        return head;
    }

    /** Feeds the request in and says what came of it so far. */
    String run() {
        stream.requestHead(true);
        return seen();
    }

    String seen() {
        String text = events.toString().strip();
        events.setLength(0);
        return text;
    }

    /** The endpoint answers. */
    String answer(String... fields) {
        ResponseHead head = new ResponseHead(256);
        head.status(200);
        for (int i = 0; i < fields.length; i += 2) {
            head.headers().add(Ascii.bytes(fields[i]), Ascii.bytes(fields[i + 1]));
        }
        stream.responseHead(head, true);
        return seen();
    }
}
