package dev.weft.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.dashboard.DashboardPages.Page;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class DashboardPagesTest {
    private static final List<String> SCRIPTS =
            List.of("/app.js", "/api.js", "/graph.js", "/layout.js", "/panel.js", "/tables.js", "/words.js");

    @Test
    void theRootIsThePage() {
        Page page = page("/");
        assertThat(page.contentType()).isEqualTo("text/html; charset=utf-8");
        assertThat(page.etag())
                .matches("\"[0-9a-f]{16}\"")
                .isEqualTo(page("/index.html").etag());
        assertThat(DashboardPages.find("/no.js")).isNull();
        assertThat(DashboardPages.find("/../DashboardPages.class")).isNull();
    }

    /** What the page and its modules name must be served, or a browser shows nothing. */
    @Test
    void everythingThatIsNamedIsThere() {
        Matcher named = Pattern.compile("(?:src|href)=\"([a-z.]+)\"").matcher(text("/"));
        while (named.find()) {
            page("/" + named.group(1));
        }
        for (String script : SCRIPTS) {
            Matcher imported = Pattern.compile("from '\\./([a-z]+\\.js)'").matcher(text(script));
            while (imported.find()) {
                page("/" + imported.group(1));
            }
        }
    }

    /** The content security policy forbids inline scripts and styles; a browser would drop them without a word. */
    @Test
    void nothingIsInline() {
        assertThat(text("/")).doesNotContain("<style", " style=", " onclick=", "javascript:");
        assertThat(text("/")).doesNotContainPattern("<script(?![^>]* src=)");
        for (String script : SCRIPTS) {
            assertThat(text(script)).doesNotContain("innerHTML", "eval(", "document.write", "https://");
        }
        assertThat(DashboardPages.SECURITY_HEADERS.get("Content-Security-Policy"))
                .startsWith("default-src 'self'");
    }

    private static Page page(String path) {
        Page page = DashboardPages.find(path);
        assertThat(page).as(path).isNotNull();
        return page;
    }

    private static String text(String path) {
        return new String(page(path).body(), StandardCharsets.UTF_8);
    }
}
