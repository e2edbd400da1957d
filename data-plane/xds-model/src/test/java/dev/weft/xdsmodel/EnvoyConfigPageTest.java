package dev.weft.xdsmodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/envoy-config.md says what the reader's own table says. Write it anew with {@code -Dgolden.update=true}. */
class EnvoyConfigPageTest {
    private static final Path PAGE = Path.of("../../docs/envoy-config.md");

    @Test
    void thePageIsMadeOfTheTable() throws Exception {
        String page = page();
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(page);
    }

    private static String page() {
        StringBuilder out = new StringBuilder(Samples.text("envoy-config-head.md"));
        out.append("\n## Extensions\n\n| `@type` | treatment | |\n|---|---|---|\n");
        for (FieldTable.Entry entry : FieldTable.entries()) {
            if (entry.name().isEmpty()) {
                row(out, entry.message(), entry);
            }
        }
        String message = "";
        for (FieldTable.Entry entry : FieldTable.entries()) {
            if (entry.name().isEmpty()) {
                continue;
            }
            if (!entry.message().equals(message)) {
                message = entry.message();
                out.append("\n## ").append(message).append("\n\n| field | treatment | |\n|---|---|---|\n");
            }
            row(out, entry.name(), entry);
        }
        return out.toString();
    }

    private static void row(StringBuilder out, String name, FieldTable.Entry entry) {
        out.append("| `").append(name).append("` | ").append(entry.treatment()).append(" | ");
        out.append(entry.text().replace("|", "\\|")).append(" |\n");
    }
}
