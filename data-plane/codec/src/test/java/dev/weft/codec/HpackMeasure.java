package dev.weft.codec;

import dev.weft.http.Ascii;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.util.AsciiString;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Locale;

/**
 * Prints nanoseconds per header block, ours beside Netty's: run {@code main} with this module's test class path. Path,
 * request id, etag and the like are new in every message, as in traffic: {@value #VARIANTS} of them rotate, many more than
 * a table holds. CPU time of the thread, best of many rounds, so that a busy machine disturbs little.
 */
final class HpackMeasure {
    private static final int VARIANTS = 1000;
    private static final int BLOCKS = 50_000;
    private static final int ROUNDS = 25;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static long sink;

    private HpackMeasure() {}

    private interface Work {
        void block(int variant) throws Http2Exception;
    }

    private static String[][] request(int variant) {
        return new String[][] {
            {":method", "GET"},
            {":scheme", "http"},
            {":authority", "payments.shop.svc.cluster.local:8080"},
            {":path", "/api/v1/orders/4" + (1000 + variant) + "?expand=items"},
            {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"},
            {"Accept", "application/json, text/plain, */*"},
            {"X-Request-Id", "7d5f1c2e-8a34-4a56-9b1f-0c2d3e4f5" + (100 + variant)},
            {"X-Forwarded-For", "10.12.0.17"}
        };
    }

    private static String[][] response(int variant) {
        return new String[][] {
            {":status", "200"},
            {"Content-Type", "application/json; charset=utf-8"},
            {"Content-Length", "" + (1000 + variant)},
            {"Date", "Mon, 21 Oct 2013 20:13:21 GMT"},
            {"Server", "weft"},
            {"Cache-Control", "no-cache, no-store, must-revalidate"},
            {"ETag", "\"33a64df551425fcc55e4d42a148795d9f25f89d" + variant + "\""},
            {"x-envoy-upstream-service-time", "" + variant % 20}
        };
    }

    private static double best(Work work) throws Http2Exception {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long start = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < BLOCKS; i++) {
                work.block(i % VARIANTS);
            }
            best = Math.min(best, (THREADS.getCurrentThreadCpuTime() - start) / (double) BLOCKS);
        }
        return best;
    }

    private static void ours(String what, String[][][] lists, boolean huffman, int table) throws Http2Exception {
        byte[][][] names = new byte[VARIANTS][][];
        byte[][][] values = new byte[VARIANTS][][];
        byte[][] blocks = new byte[VARIANTS][];
        OutArray out = new OutArray(1024);
        HpackEncoder encoder = new HpackEncoder(table, huffman);
        HpackDecoder decoder = new HpackDecoder(4096);
        HpackFields fields = new HpackFields();
        for (int v = 0; v < VARIANTS; v++) {
            names[v] = new byte[lists[v].length][];
            values[v] = new byte[lists[v].length][];
            for (int i = 0; i < lists[v].length; i++) {
                names[v][i] = Ascii.bytes(lists[v][i][0]);
                values[v][i] = Ascii.bytes(lists[v][i][1]);
            }
        }
        Work encode = v -> {
            out.length(0);
            encoder.begin(out);
            byte[][] n = names[v];
            byte[][] w = values[v];
            for (int i = 0; i < n.length; i++) {
                encoder.field(n[i], 0, n[i].length, w[i], 0, w[i].length);
            }
            sink += out.length();
        };
        for (int round = 0; round < 3; round++) {
            for (int v = 0; v < VARIANTS; v++) {
                encode.block(v);
                blocks[v] = Arrays.copyOf(out.bytes(), out.length());
                fields.decode(decoder, blocks[v], 0, blocks[v].length, 1 << 20, 100);
            }
        }
        double encoding = best(encode);
        double decoding = best(v -> {
            if (!fields.decode(decoder, blocks[v], 0, blocks[v].length, 1 << 20, 100)) {
                throw new AssertionError("refused");
            }
            sink += fields.block().length();
        });
        print(what + " ours, table " + table + (huffman ? ", Huffman" : ""), encoding, decoding, blocks[0].length);
    }

    private static void netty(String what, String[][][] lists, int threshold) throws Http2Exception {
        Http2Headers[] headers = new Http2Headers[VARIANTS];
        ByteBuf[] blocks = new ByteBuf[VARIANTS];
        ByteBuf out = Unpooled.buffer(1024);
        DefaultHttp2HeadersEncoder encoder =
                new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE, true, 64, threshold);
        DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
        for (int v = 0; v < VARIANTS; v++) {
            headers[v] = new DefaultHttp2Headers(false);
            for (String[] field : lists[v]) {
                headers[v].add(new AsciiString(field[0].toLowerCase(Locale.ROOT)), new AsciiString(field[1]));
            }
        }
        Work encode = v -> {
            out.clear();
            encoder.encodeHeaders(1, headers[v], out);
            sink += out.readableBytes();
        };
        for (int round = 0; round < 3; round++) {
            for (int v = 0; v < VARIANTS; v++) {
                encode.block(v);
                blocks[v] = out.copy();
                decoder.decodeHeaders(1, blocks[v].duplicate());
            }
        }
        double encoding = best(encode);
        double decoding = best(v -> {
            blocks[v].readerIndex(0);
            sink += decoder.decodeHeaders(1, blocks[v]).size();
        });
        print(what + " Netty, Huffman from " + threshold, encoding, decoding, blocks[0].writerIndex());
    }

    private static void print(String what, double encode, double decode, int bytes) {
        System.out.printf("%-44s encode %6.0f ns  decode %6.0f ns  %4d bytes%n", what, encode, decode, bytes);
    }

    public static void main(String[] args) throws Http2Exception {
        String[][][] requests = new String[VARIANTS][][];
        String[][][] responses = new String[VARIANTS][][];
        for (int v = 0; v < VARIANTS; v++) {
            requests[v] = request(v);
            responses[v] = response(v);
        }
        for (int round = 0; round < 2; round++) { // the second counts: the first saw less compiled code
            ours("request", requests, false, 4096);
            ours("request", requests, true, 4096);
            ours("request", requests, false, 0);
            netty("request", requests, 512);
            netty("request", requests, 0);
            ours("response", responses, false, 4096);
            ours("response", responses, true, 4096);
            ours("response", responses, false, 0);
            netty("response", responses, 512);
            netty("response", responses, 0);
        }
        System.out.println(sink);
    }
}
