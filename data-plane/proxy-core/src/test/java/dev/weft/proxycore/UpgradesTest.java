package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.Ascii;
import dev.weft.http.HttpVersion;
import dev.weft.http.RequestHead;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of wishes for another protocol, by the version they were said in. */
class UpgradesTest {
    private static final Upgrades WEBSOCKET = new Upgrades(Map.of("websocket", true));
    private static final Upgrades NONE = new Upgrades(Map.of());

    @ParameterizedTest
    @CsvSource({
        "HTTP_1_1, websocket, UPGRADED, UPGRADE_REFUSED",
        "HTTP_1_1, h2c, SERVED, SERVED",
        "HTTP_2, websocket, UPGRADED, UPGRADE_REFUSED",
        "HTTP_2, connect-udp, UPGRADE_REFUSED, UPGRADE_REFUSED"
    })
    void whatIsOnlyAWishOverHttp1IsAConnectOverHttp2(
            HttpVersion version, String protocol, Admission withWebSocket, Admission withNone) {
        RequestHead head = new RequestHead(64);
        byte[] method = Ascii.bytes("GET");
        int at = head.headers().reserve(method.length);
        System.arraycopy(method, 0, head.bytes(), at, method.length);
        head.headers().advance(method.length);
        head.method(at, at + method.length);
        head.version(version);
        // As the codec makes it of an extended CONNECT, too.
        head.headers().add(Ascii.bytes("connection"), Ascii.bytes("upgrade"));
        head.headers().add(Ascii.bytes("upgrade"), Ascii.bytes(protocol));
        assertThat(WEBSOCKET.admit(head, null)).isEqualTo(withWebSocket);
        assertThat(NONE.admit(head, null)).isEqualTo(withNone);
    }
}
