package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HomeFolderTest {
    @Test
    void theVariableCountsUnlessItIsEmpty() {
        assertThat(HomeFolder.of("/srv/me", "/home/me")).isEqualTo(Path.of("/srv/me"));
        assertThat(HomeFolder.of("", "/home/me")).isEqualTo(Path.of("/home/me"));
        assertThat(HomeFolder.of(null, "/home/me")).isEqualTo(Path.of("/home/me"));
    }
}
