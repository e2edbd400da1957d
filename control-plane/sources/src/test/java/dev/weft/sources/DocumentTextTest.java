package dev.weft.sources;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DocumentTextTest {
    @Test
    void documentsKnowTheirFirstLine() {
        assertThat(DocumentText.split("a: 1\n---\nb: 2\n--- # note\nc: 3"))
                .containsExactly(
                        new DocumentText(1, "a: 1\n"),
                        new DocumentText(2, "---\nb: 2\n"),
                        new DocumentText(4, "--- # note\nc: 3"));
    }

    @Test
    void emptyDocumentsAreLeftOut() {
        assertThat(DocumentText.split("# only a comment\n---\n\n---\n%YAML 1.2\n---\na: 1\n---\n"))
                .containsExactly(new DocumentText(6, "---\na: 1\n"));
        assertThat(DocumentText.split("")).isEmpty();
        assertThat(DocumentText.split("\ufeff\n")).isEmpty();
    }

    @Test
    void markerNeedsABlankBehindIt() {
        assertThat(DocumentText.split("a: 1\n---b\n")).hasSize(1);
        assertThat(DocumentText.split("a: 1\n ---\n")).hasSize(1);
        assertThat(DocumentText.split("a: 1\r\n---\r\nb: 1\r\n")).hasSize(2);
    }

    @Test
    void markerEndsABlockScalarToo() {
        assertThat(DocumentText.split("a: |\n  text\n---\nb: 1\n")).hasSize(2);
    }
}
