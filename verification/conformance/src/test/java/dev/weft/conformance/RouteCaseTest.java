package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the Gateway API suite judges by can say no. */
class RouteCaseTest {
    private static final RouteCase.Answer ANSWER = new RouteCase.Answer(
            200, List.of("X-Backend: one", "location: http://a/b"), "GET /x?y\nhost: a\nversion: two\n");

    private static List<String> faults(Map<String, Object> expect) {
        RouteCase one = RouteCase.of(Map.of("says", "s", "ask", "GET http://a/", "expect", expect));
        return one.faults(one.expect(), ANSWER);
    }

    @Test
    void aRightAnswerHasNoFault() {
        assertThat(faults(Map.of(
                        "backend",
                        "one",
                        "path",
                        "/x?y",
                        "host",
                        "a",
                        "sees",
                        Map.of("Version", "~t.o"),
                        "lacks",
                        List.of("x-gone"),
                        "answer",
                        Map.of("location", "http://a/b"),
                        "answerLacks",
                        List.of("x-more"))))
                .isEmpty();
    }

    @Test
    void whateverIsWrongIsFound() {
        assertThat(faults(Map.of("status", 404))).containsExactly("status must be 404, is 200");
        assertThat(faults(Map.of("backend", "two"))).hasSize(1);
        assertThat(faults(Map.of("path", "/x"))).hasSize(1);
        assertThat(faults(Map.of("host", "b"))).hasSize(1);
        assertThat(faults(Map.of("sees", Map.of("version", "~t", "x-none", "n"))))
                .hasSize(2);
        assertThat(faults(Map.of("lacks", List.of("VERSION")))).hasSize(1);
        assertThat(faults(Map.of("answer", Map.of("location", "http://a/")))).hasSize(1);
        assertThat(faults(Map.of("answerLacks", List.of("x-backend")))).hasSize(1);
    }
}
