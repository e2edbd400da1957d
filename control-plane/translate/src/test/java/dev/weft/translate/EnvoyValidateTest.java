package dev.weft.translate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A real Envoy takes every golden snapshot. Needs {@code -Dweft.envoy=PATH}; `./weft test` gives it. */
@EnabledIfSystemProperty(named = "weft.envoy", matches = ".+", disabledReason = "no Envoy: -Dweft.envoy=PATH")
class EnvoyValidateTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @MethodSource("dev.weft.translate.Golden#all")
    void envoyTakesTheSnapshot(Golden golden) throws Exception {
        Path bootstrap = directory.resolve("bootstrap.json");
        Files.writeString(
                bootstrap, new BootstrapInliner(golden.translate(), TestCertificate.make(directory)).bootstrap());
        Path output = directory.resolve("output");
        Process envoy = new ProcessBuilder(
                        System.getProperty("weft.envoy"), "--mode", "validate", "-c", bootstrap.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(envoy.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            envoy.destroyForcibly();
        }
        String said = Files.readString(output);
        assertThat(envoy.exitValue()).as(said).isZero();
        assertThat(said).contains("OK").doesNotContain("deprecated");
    }
}
