package dev.weft.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Address;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the sources of an endpoint's health come to. */
class HealthFlagTest {
    private static final Set<HealthFlag> UNHEALTHY = EnumSet.of(
            HealthFlag.FAILED_ACTIVE_HC,
            HealthFlag.FAILED_OUTLIER_CHECK,
            HealthFlag.FAILED_EDS_HEALTH,
            HealthFlag.EDS_STATUS_DRAINING);
    private static final Set<HealthFlag> DEGRADED =
            EnumSet.of(HealthFlag.DEGRADED_ACTIVE_HC, HealthFlag.DEGRADED_EDS_HEALTH);

    @Test
    void oneSourceThatSaysUnhealthyIsEnough() {
        HealthFlag[] flags = HealthFlag.values();
        for (int combination = 0; combination < 1 << flags.length; combination++) {
            Endpoint endpoint = new Endpoint(new Address("10.0.0.1", 80));
            Set<HealthFlag> set = EnumSet.noneOf(HealthFlag.class);
            for (HealthFlag flag : flags) {
                if ((combination & 1 << flag.ordinal()) != 0) {
                    endpoint.flag(flag, true);
                    set.add(flag);
                }
            }
            Endpoint.Health expected = set.stream().anyMatch(UNHEALTHY::contains)
                    ? Endpoint.Health.UNHEALTHY
                    : set.stream().anyMatch(DEGRADED::contains) ? Endpoint.Health.DEGRADED : Endpoint.Health.HEALTHY;
            assertThat(endpoint.health()).as("%s", set).isEqualTo(expected);
        }
    }

    @Test
    void aSourceClearsItsOwnFlagOnly() {
        Endpoint endpoint = new Endpoint(new Address("10.0.0.1", 80));
        endpoint.flag(HealthFlag.FAILED_ACTIVE_HC, true);
        endpoint.health(Endpoint.Health.UNHEALTHY);
        endpoint.flag(HealthFlag.FAILED_ACTIVE_HC, false);
        assertThat(endpoint.health()).isEqualTo(Endpoint.Health.UNHEALTHY);
        endpoint.health(Endpoint.Health.DEGRADED);
        assertThat(endpoint.has(HealthFlag.FAILED_EDS_HEALTH)).isFalse();
        assertThat(endpoint.health()).isEqualTo(Endpoint.Health.DEGRADED);
        endpoint.health(Endpoint.Health.HEALTHY);
        assertThat(endpoint.health()).isEqualTo(Endpoint.Health.HEALTHY);
    }

    /** One of two healthy is half; with the other left out it is all: no panic, and no load for the next priority. */
    @Test
    void anExcludedEndpointDoesNotCountInItsPriority() {
        Endpoint healthy = new Endpoint(new Address("10.0.0.1", 80));
        Endpoint sick = new Endpoint(new Address("10.0.0.2", 80));
        Endpoint next = new Endpoint(new Address("10.0.0.3", 80));
        next.priority(1);
        sick.flag(HealthFlag.FAILED_ACTIVE_HC, true);
        List<Endpoint> all = List.of(healthy, sick, next);
        assertThat(loads(all)).containsExactly(70, 30);
        sick.flag(HealthFlag.PENDING_ACTIVE_HC, true);
        assertThat(loads(all)).containsExactly(100);
        assertThat(HostSet.of(List.of(healthy, sick), Spread.of(140, 100)).inPanic())
                .isFalse();
        sick.flag(HealthFlag.PENDING_ACTIVE_HC, false);
        assertThat(HostSet.of(List.of(healthy, sick), Spread.of(140, 100)).inPanic())
                .isTrue();
    }

    private static List<Integer> loads(List<Endpoint> endpoints) {
        return HostSet.of(endpoints).groups().stream()
                .map(HostSet.Group::loadPercent)
                .filter(load -> load > 0)
                .toList();
    }
}
