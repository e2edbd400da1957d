package dev.weft.intercept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.Cidr;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rule text against golden files; {@code -Dgolden.update=true} rewrites them. */
final class RulesTest {
    private static final Interception FULL = Interception.sidecar()
            .excluding(
                    numbers(22, 9100),
                    numbers(53, 3306),
                    List.of(Cidr.parse("10.1.0.0/16"), Cidr.parse("192.168.0.1"), Cidr.parse("fd00::/8")),
                    numbers(1400));

    @Test
    void plainSidecar() throws IOException {
        golden("sidecar.nft", NftablesRules.table(Interception.sidecar()));
        golden("sidecar.iptables", new Interceptor(Interceptor.Backend.IPTABLES).text(Interception.sidecar()));
    }

    @Test
    void exclusions() throws IOException {
        golden("exclusions.nft", NftablesRules.table(FULL));
        golden("exclusions.iptables", new Interceptor(Interceptor.Backend.IPTABLES).text(FULL));
    }

    @Test
    void scopedByUser() throws IOException {
        Interception scoped = FULL.within(new Scope.User(1000, numbers(8080, 8443)));
        golden("user.nft", NftablesRules.table(scoped));
        golden("user.iptables", new Interceptor(Interceptor.Backend.IPTABLES).text(scoped));
    }

    @Test
    void scopedByControlGroup() throws IOException {
        Interception scoped =
                Interception.sidecar().within(new Scope.ControlGroup("system.slice/orders.service", numbers(8080)));
        golden("cgroup.nft", NftablesRules.table(scoped));
        golden("cgroup.iptables", new Interceptor(Interceptor.Backend.IPTABLES).text(scoped));
    }

    @Test
    void aControlGroupCannotCarryRulesOfItsOwn() {
        assertThatThrownBy(() -> new Scope.ControlGroup("a\" accept; #", numbers(80)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void iptablesSaysWhatItCannotDo() {
        SortedSet<Integer> many =
                new TreeSet<>(IntStream.range(9000, 9016).boxed().toList());
        Interception tooMany = Interception.sidecar().excluding(numbers(22), many, List.of(), numbers());
        assertThatThrownBy(() -> IptablesRules.chains(tooMany, false)).hasMessageContaining("at most 15 ports");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "fd00:0:0:0:0:0:0:1, fd00::1",
        "0:0:0:0:0:0:0:0, ::",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7"
    })
    void ipv6InItsShortestForm(String written, String shortest) {
        assertThat(IpText.shortest(written)).isEqualTo(shortest);
    }

    static SortedSet<Integer> numbers(Integer... numbers) {
        return new TreeSet<>(List.of(numbers));
    }

    private static void golden(String name, String text) throws IOException {
        Path file = Path.of("src/test/resources/golden", name);
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(file, text);
        }
        assertThat(text).isEqualTo(Files.readString(file));
    }
}
