package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.net.ClientHello.Result;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;

class ClientHelloTest {
    private static byte[] hello(String sni, String... alpn) throws Exception {
        SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.OPENSSL);
        if (alpn.length > 0) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    alpn));
        }
        SSLEngine engine = builder.build().newEngine(ByteBufAllocator.DEFAULT);
        if (!sni.isEmpty()) {
            SSL.setTlsExtHostName(((ReferenceCountedOpenSslEngine) engine).sslPointer(), sni);
        }
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        out.flip();
        byte[] bytes = new byte[out.remaining()];
        out.get(bytes);
        return bytes;
    }

    private static Result parse(byte[] bytes, int length) {
        return ClientHello.parse(Unpooled.wrappedBuffer(bytes, 0, length));
    }

    @Test
    void readsNameAndProtocolsOfBoringSsl() throws Exception {
        byte[] bytes = hello("outbound_.80_._.Payments.shop.svc.cluster.local", "istio-http/1.1", "istio");
        assertThat(parse(bytes, bytes.length)).isInstanceOfSatisfying(Result.Hello.class, hello -> {
            assertThat(hello.sni()).isEqualTo("outbound_.80_._.payments.shop.svc.cluster.local");
            assertThat(hello.alpn()).containsExactly("istio-http/1.1", "istio");
        });
    }

    @Test
    void readsHelloWithoutNameOrProtocols() throws Exception {
        byte[] bytes = hello("");
        assertThat(parse(bytes, bytes.length)).isInstanceOfSatisfying(Result.Hello.class, hello -> {
            assertThat(hello.sni()).isNull();
            assertThat(hello.alpn()).isEmpty();
        });
    }

    @Test
    void everyPrefixAsksForMore() throws Exception {
        byte[] bytes = hello("example.com", "h2");
        for (int length = 0; length < bytes.length; length++) {
            assertThat(parse(bytes, length)).as("%d bytes", length).isInstanceOf(Result.NeedMore.class);
        }
    }

    @Test
    void helloSplitIntoRecordsIsJoined() throws Exception {
        byte[] bytes = hello("example.com", "h2");
        ByteBuf split = Unpooled.buffer();
        int body = bytes.length - 5;
        for (int at = 0; at < body; at += 50) {
            int n = Math.min(50, body - at);
            split.writeByte(22).writeByte(3).writeByte(1).writeShort(n).writeBytes(bytes, 5 + at, n);
        }
        assertThat(ClientHello.parse(split))
                .isInstanceOfSatisfying(
                        Result.Hello.class, hello -> assertThat(hello.sni()).isEqualTo("example.com"));
        assertThat(split.readerIndex()).isZero();
    }

    @Test
    void otherProtocolsAreNotTls() {
        for (String text :
                new String[] {"GET / HTTP/1.1\r\n", "PRI * HTTP/2.0", "*1\r\n$4\r\nPING", "\u0016\u0002abcdef"}) {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            assertThat(parse(bytes, bytes.length)).as(text).isInstanceOf(Result.NotTls.class);
        }
    }

    /** Who chose the chain by one name must not have passed the connection on to one who believes the other. */
    @Test
    void aNameOrProtocolsSaidTwiceAreNoHello() {
        byte[] a = {0, 0, 0, 6, 0, 4, 0, 0, 1, 'a'};
        byte[] b = {0, 0, 0, 6, 0, 4, 0, 0, 1, 'b'};
        byte[] both = {0, 0, 0, 10, 0, 8, 0, 0, 1, 'a', 0, 0, 1, 'b'};
        byte[] more = {0, 0, 0, 7, 0, 4, 0, 0, 1, 'a', 'b'};
        byte[] h2 = {0, 16, 0, 5, 0, 3, 2, 'h', '2'};
        assertThat(withExtensions(a, h2)).isEqualTo(new Result.Hello("a", List.of("h2")));
        assertThat(withExtensions(a, b)).isInstanceOf(Result.NotTls.class);
        assertThat(withExtensions(both)).isInstanceOf(Result.NotTls.class);
        assertThat(withExtensions(more)).isInstanceOf(Result.NotTls.class);
        assertThat(withExtensions(h2, a, h2)).isInstanceOf(Result.NotTls.class);
    }

    private static Result withExtensions(byte[]... extensions) {
        ByteBuf all = Unpooled.wrappedBuffer(extensions);
        ByteBuf hello = Unpooled.buffer()
                .writeBytes(new byte[] {22, 3, 1})
                .writeShort(47 + all.readableBytes())
                .writeByte(1)
                .writeMedium(43 + all.readableBytes())
                .writeZero(2 + 32 + 1) // version, random, no session
                .writeBytes(new byte[] {0, 2, 0x13, 1, 1, 0})
                .writeShort(all.readableBytes())
                .writeBytes(all);
        return ClientHello.parse(hello);
    }

    @Test
    void mutatedHellosNeverThrow() throws Exception {
        byte[] good = hello("example.com", "h2", "http/1.1");
        Random random = new Random(7);
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = good.clone();
            for (int m = random.nextInt(4); m >= 0; m--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            assertThat(parse(bytes, random.nextInt(bytes.length + 1))).isNotNull();
        }
    }
}
