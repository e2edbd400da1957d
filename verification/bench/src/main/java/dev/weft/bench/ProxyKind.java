package dev.weft.bench;

import dev.weft.testkit.Peers;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A proxy that the benchmark can start. */
enum ProxyKind {
    /** The repository's own C relay: the floor of any user-space proxy. */
    RELAY,
    NGINX,
    HAPROXY,
    ENVOY,
    WEFT;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<ProxyKind> of(String label) {
        return Arrays.stream(values()).filter(it -> it.label().equals(label)).findFirst();
    }

    /** Why it cannot be started here, if so. */
    Optional<String> missing() {
        return switch (this) {
            case RELAY -> Peers.find("gcc").isPresent() ? Optional.empty() : Optional.of("gcc is not installed");
            case NGINX, HAPROXY, ENVOY ->
                Peers.find(label()).isPresent() ? Optional.empty() : Optional.of(label() + " is not installed");
            case WEFT -> Optional.empty();
        };
    }

    /** The relay knows bytes and one thread; nginx cannot multiplex to another proxy. */
    boolean can(BenchCase benchCase) {
        return switch (this) {
            case RELAY ->
                (benchCase.shape == Shape.HTTP || benchCase.shape == Shape.TCP)
                        && benchCase.workers == 1
                        && benchCase.routes == 1;
            case NGINX -> benchCase.shape != Shape.PAIR;
            case HAPROXY, ENVOY, WEFT -> true;
        };
    }
}
