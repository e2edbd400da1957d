package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;
import org.junit.jupiter.api.Test;

class SystemNamesTest {
    @Test
    void namesAreResolvedAndNotKept() throws UnknownHostException {
        assertThat(SystemNames.resolve("localhost"))
                .allMatch(InetAddress::isLoopbackAddress)
                .isNotEmpty();
        assertThatThrownBy(() -> SystemNames.resolve("no.such.name.invalid")).isInstanceOf(UnknownHostException.class);
        assertThat(Security.getProperty("networkaddress.cache.ttl")).isEqualTo("0");
        assertThat(Security.getProperty("networkaddress.cache.negative.ttl")).isEqualTo("0");
    }
}
