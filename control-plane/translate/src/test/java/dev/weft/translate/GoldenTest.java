package dev.weft.translate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Snapshots of everything a proxy is served. {@code -Dgolden.update=true} writes them anew; review the difference. */
class GoldenTest {
    @ParameterizedTest
    @MethodSource("dev.weft.translate.Golden#all")
    void resourcesAreAsBefore(Golden golden) throws IOException {
        String now = XdsJson.pretty(golden.translate());
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(golden.expected(), now);
        }
        assertThat(now).isEqualTo(Files.readString(golden.expected()));
    }

    @ParameterizedTest
    @MethodSource("dev.weft.translate.Golden#all")
    void sameInputGivesSameVersions(Golden golden) {
        assertThat(versions(golden.translate())).isEqualTo(versions(golden.translate()));
    }

    private static String versions(XdsResources resources) {
        return resources.listeners().values() + " " + resources.routes().values() + " "
                + resources.clusters().values() + " " + resources.endpoints().values();
    }
}
