package dev.weft.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.http.HeaderBlock;
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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** Random header lists and random bytes; Netty's HPACK is the other end. */
class HpackOracleTest {
    private static final int LISTS = 100_000;
    private static final int LISTS_PER_CONNECTION = 250;
    private static final int MAX_LIST = 1 << 20;
    private static final String[] NAMES = {
        ":authority", ":method", ":path", ":scheme", ":status", "accept", "accept-encoding", "age", "authorization",
        "content-length", "content-type", "cookie", "date", "etag", "server", "set-cookie", "user-agent",
                "x-request-id",
        "x-forwarded-for", "traceparent", "te", "x", "grpc-status", "x-a-custom-name-of-some-length", "www-authenticate"
    };
    private static final String[] VALUES = {
        "",
        "GET",
        "POST",
        "PUT",
        "/",
        "/index.html",
        "/a/b?c=d",
        "http",
        "https",
        "200",
        "404",
        "503",
        "gzip, deflate",
        "application/json",
        "www.example.com",
        "Mon, 21 Oct 2013 20:13:21 GMT",
        "0",
        "trailers",
        "a=b; c=d; e=f; g=h; i=j"
    };

    private record Field(byte[] name, byte[] value) {
        @Override
        public String toString() {
            return new String(name, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT) + ": "
                    + new String(value, StandardCharsets.ISO_8859_1);
        }
    }

    private static RandomGenerator random() {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(7541);
    }

    /** A list with its pseudo-header fields first, where Netty would put them. */
    private static List<Field> list(RandomGenerator random) {
        List<Field> list = new ArrayList<>();
        for (int i = random.nextInt(12); i > 0; i--) {
            byte[] name = random.nextInt(8) > 0
                    ? NAMES[random.nextInt(NAMES.length)].getBytes(StandardCharsets.ISO_8859_1)
                    : token(random, random.nextInt(1, 60));
            byte[] value = value(random);
            boolean pseudo = name[0] == ':';
            list.add(pseudo ? 0 : list.size(), new Field(name, value));
        }
        return list;
    }

    private static byte[] value(RandomGenerator random) {
        int kind = random.nextInt(10);
        if (kind < 6) {
            return VALUES[random.nextInt(VALUES.length)].getBytes(StandardCharsets.ISO_8859_1);
        }
        if (kind < 9) {
            return token(random, random.nextInt(random.nextInt(20) == 0 ? 5000 : 60));
        }
        byte[] any = new byte[random.nextInt(80)];
        random.nextBytes(any);
        return any;
    }

    private static byte[] token(RandomGenerator random, int length) {
        byte[] token = new byte[length];
        for (int i = 0; i < length; i++) {
            token[i] = (byte) "abcdefghijklmnopqrstuvwxyz-0123456789".charAt(random.nextInt(37));
        }
        return token;
    }

    /** The same field, its name in another case. */
    private static byte[] anyCase(RandomGenerator random, byte[] name) {
        byte[] other = name.clone();
        for (int i = 0; i < other.length; i++) {
            if (other[i] >= 'a' && other[i] <= 'z' && random.nextBoolean()) {
                other[i] -= 32;
            }
        }
        return other;
    }

    private static List<String> texts(List<Field> list) {
        return list.stream().map(Field::toString).toList();
    }

    @Test
    void nettyReadsWhatWeWrite() throws Http2Exception {
        RandomGenerator random = random();
        OutArray out = new OutArray(64);
        for (int lists = 0; lists < LISTS; lists += LISTS_PER_CONNECTION) {
            HpackEncoder encoder = new HpackEncoder(random.nextBoolean() ? 4096 : 512, random.nextBoolean());
            DefaultHttp2HeadersDecoder netty = new DefaultHttp2HeadersDecoder(false, MAX_LIST);
            for (int i = 0; i < LISTS_PER_CONNECTION; i++) {
                while (random.nextInt(20) == 0) {
                    int size = random.nextInt(3) == 0 ? 0 : random.nextInt(6000);
                    netty.configuration().maxHeaderTableSize(size);
                    encoder.maxTableSize(size);
                }
                List<Field> list = list(random);
                out.length(0);
                encoder.begin(out);
                for (Field field : list) {
                    byte[] name = anyCase(random, field.name());
                    encoder.field(name, 0, name.length, field.value(), 0, field.value().length);
                }
                Http2Headers headers = netty.decodeHeaders(1, Unpooled.wrappedBuffer(out.bytes(), 0, out.length()));
                List<String> seen = new ArrayList<>();
                for (Map.Entry<CharSequence, CharSequence> header : headers) {
                    seen.add(header.getKey() + ": " + header.getValue());
                }
                assertThat(seen).isEqualTo(texts(list));
            }
        }
    }

    @Test
    void weReadWhatNettyWrites() throws Http2Exception {
        RandomGenerator random = random();
        HpackFields fields = new HpackFields();
        for (int lists = 0; lists < LISTS; lists += LISTS_PER_CONNECTION) {
            HpackDecoder decoder = new HpackDecoder(4096);
            DefaultHttp2HeadersEncoder netty = new DefaultHttp2HeadersEncoder(
                    Http2HeadersEncoder.NEVER_SENSITIVE, true, 16, random.nextBoolean() ? 0 : 512);
            for (int i = 0; i < LISTS_PER_CONNECTION; i++) {
                if (random.nextInt(20) == 0) {
                    netty.configuration().maxHeaderTableSize(random.nextInt(3) == 0 ? 0 : random.nextInt(4097));
                }
                List<Field> list = list(random);
                Http2Headers headers = new DefaultHttp2Headers(false);
                list.forEach(field -> headers.add(new AsciiString(field.name()), new AsciiString(field.value())));
                ByteBuf buffer = Unpooled.buffer();
                netty.encodeHeaders(1, headers, buffer);
                int start = buffer.arrayOffset();
                assertThat(fields.decode(
                                decoder, buffer.array(), start, start + buffer.readableBytes(), MAX_LIST, 1000))
                        .isTrue();
                buffer.release();
                List<String> expected = new ArrayList<>();
                for (Map.Entry<CharSequence, CharSequence> header : headers) {
                    expected.add(header.getKey() + ": " + header.getValue());
                }
                assertThat(fields.list()).isEqualTo(expected);
            }
        }
    }

    @Test
    void noBytesBreakTheDecoder() {
        RandomGenerator random = random();
        OutArray out = new OutArray(64);
        HpackFields fields = new HpackFields();
        HpackDecoder decoder = new HpackDecoder(4096);
        HpackEncoder encoder = new HpackEncoder(4096, true);
        int refused = 0;
        int tooLarge = 0;
        for (int round = 0; round < 100_000; round++) {
            byte[] in;
            if (random.nextBoolean()) {
                in = new byte[random.nextInt(100)];
                random.nextBytes(in);
            } else {
                out.length(0);
                encoder.begin(out);
                for (Field field : list(random)) {
                    encoder.field(field.name(), 0, field.name().length, field.value(), 0, field.value().length);
                }
                in = Arrays.copyOf(out.bytes(), out.length());
                for (int i = random.nextInt(3); i > 0 && in.length > 0; i--) {
                    in[random.nextInt(in.length)] = (byte) random.nextInt();
                }
            }
            int limit = random.nextInt(2000);
            boolean ok = fields.decode(decoder, in, 0, in.length, limit, random.nextInt(20));
            assertThat(fields.block().length()).isLessThanOrEqualTo(limit);
            assertThat(fields.block().capacity()).isLessThanOrEqualTo(16 * 1024);
            tooLarge += decoder.tooLarge() ? 1 : 0;
            if (!ok) {
                refused++;
                decoder = new HpackDecoder(4096);
                encoder = new HpackEncoder(4096, true);
            }
        }
        assertThat(refused).as("some were malformed, some were not").isBetween(10_000, 90_000);
        assertThat(tooLarge).isPositive();
    }

    @Test
    void aBlockAllocatesNothing() {
        List<List<Field>> lists = new ArrayList<>();
        RandomGenerator random = random();
        for (int i = 0; i < 50; i++) {
            lists.add(list(random));
        }
        OutArray out = new OutArray(64);
        HpackFields fields = new HpackFields();
        HpackDecoder decoder = new HpackDecoder(4096);
        HpackEncoder encoder = new HpackEncoder(4096, true);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = 0;
        int measured = 100;
        for (int round = 0; round < 2 * measured; round++) {
            if (round == measured) {
                before = threads.getCurrentThreadAllocatedBytes();
            }
            for (int i = 0; i < lists.size(); i++) {
                List<Field> list = lists.get(i);
                out.length(0);
                encoder.begin(out);
                for (int k = 0; k < list.size(); k++) {
                    Field field = list.get(k);
                    encoder.field(field.name(), 0, field.name().length, field.value(), 0, field.value().length);
                }
                if (!fields.decode(decoder, out.bytes(), 0, out.length(), MAX_LIST, 1000)) {
                    throw new AssertionError("refused");
                }
            }
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated).as("by %d blocks", measured * lists.size()).isZero();
        byte[] kept = new byte[100_000];
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .as("the meter sees an allocation")
                .isGreaterThan(kept.length);
    }

    @Test
    void aNewConnectionHoldsNoTable() {
        HeaderBlock block = new HeaderBlock(64);
        HpackDecoder warm = new HpackDecoder(4096);
        warm.decode(new byte[] {(byte) 0x82}, 0, 1, block, 100, 100, (b, ns, ne, vs, ve) -> true);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        HpackDecoder decoder = new HpackDecoder(4096);
        HpackEncoder encoder = new HpackEncoder(4096, false);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(decoder.tooLarge()).isFalse();
        encoder.maxTableSize(4096);
        assertThat(bytes).as("bytes of decoder and encoder").isLessThan(500);
    }
}
