package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.KnownHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeaderListsTest {
    private static final KnownHeader NAME = KnownHeader.X_FORWARDED_FOR;

    private static HeaderBlock block(List<String> lines) {
        HeaderBlock headers = new HeaderBlock(8);
        headers.add(Ascii.bytes("x-before"), Ascii.bytes("1, 2"));
        for (String line : lines) {
            headers.add(Ascii.bytes("X-Forwarded-For"), Ascii.bytes(line));
            headers.add(Ascii.bytes("x-between"), Ascii.bytes("3, 4"));
        }
        return headers;
    }

    private static @Nullable String fromTheEnd(HeaderBlock headers, int behind) {
        long bounds = HeaderLists.fromTheEnd(headers, NAME, behind);
        return bounds < 0 ? null : Ascii.text(headers.bytes(), (int) (bounds >>> 32), (int) bounds);
    }

    private static String random(Random random) {
        String[] pieces = {",", ",", " ", "\t", "a", "b", "cd", "ef"};
        StringBuilder line = new StringBuilder();
        for (int n = random.nextInt(8); n > 0; n--) {
            line.append(pieces[random.nextInt(pieces.length)]);
        }
        return line.toString().strip(); // as a codec leaves it
    }

    /** Envoy joins the lines as it reads them, and looks for commas from the end. */
    @Test
    void elementsAreThoseOfTheJoinedLines() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            List<String> lines = new ArrayList<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                lines.add(random(random));
            }
            HeaderBlock headers = block(lines);
            String joined = lines.stream().filter(line -> !line.isEmpty()).collect(Collectors.joining(","));
            String[] elements = joined.isEmpty() ? new String[0] : joined.split(",", -1);
            for (int behind = 0; behind <= elements.length + 1; behind++) {
                int index = elements.length - 1 - behind;
                String expected = index < 0 ? null : elements[index].strip();
                assertThat(fromTheEnd(headers, behind)).as(lines + " " + behind).isEqualTo(expected);
            }
        }
    }

    @Test
    void anElementIsPutBehindTheJoinedLines() {
        Random random = new Random(2);
        for (int i = 0; i < 20_000; i++) {
            List<String> lines = new ArrayList<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                lines.add(random(random));
            }
            HeaderBlock headers = block(lines);
            HeaderLists.append(headers, NAME, Ascii.bytes(", "), Ascii.bytes("new"));
            String joined = lines.stream().filter(line -> !line.isEmpty()).collect(Collectors.joining(","));
            assertThat(headers.value(headers.find(NAME))).isEqualTo(joined.isEmpty() ? "new" : joined + ", new");
            assertThat(headers.findNext(NAME, headers.find(NAME) + 1))
                    .as("one line")
                    .isNegative();
            assertThat(headers.name(headers.find(NAME)))
                    .isEqualTo(lines.isEmpty() ? "x-forwarded-for" : "X-Forwarded-For");
            assertThat(headers.value(headers.find(Ascii.bytes("x-before"), 0))).isEqualTo("1, 2");
        }
    }

    @Test
    void aRemovedLineIsNoLine() {
        HeaderBlock headers = block(List.of("a"));
        headers.remove(NAME);
        assertThat(fromTheEnd(headers, 0)).isNull();
        HeaderLists.append(headers, NAME, Ascii.bytes(","), Ascii.bytes("b"));
        assertThat(fromTheEnd(headers, 0)).isEqualTo("b");
        assertThat(fromTheEnd(headers, 1)).isNull();
    }
}
