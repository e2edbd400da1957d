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
