package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.NetworkInterface;
import org.junit.jupiter.api.Test;

/** That it is the one Envoy would choose: ForwardedHeadersDifferentialTest. */
class MachineAddressTest {
    @Test
    void itIsAnAddressOfThisMachine() throws Exception {
        InetAddress address = InetAddress.getByAddress(MachineAddress.ipv4());
        assertThat(NetworkInterface.getByInetAddress(address)).isNotNull();
        boolean onlyLoopback = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .noneMatch(each -> each.getAddress().length == 4 && !each.isLoopbackAddress());
        assertThat(address.isLoopbackAddress()).isEqualTo(onlyLoopback);
    }
}
