package dev.weft.sources;

import java.util.ArrayList;
import java.util.List;

/**
 * One YAML document of a file, not yet parsed.
 *
 * @param firstLine the line of the file it begins on, from 1
 */
record DocumentText(int firstLine, String text) {
    /**
     * Cuts a file into its documents, leaving out those without content. A line that begins with {@code ---} is a document
     * marker wherever it stands, block scalars included (YAML 1.2.2 §9.1.2), so a syntax error in one document cannot
     * swallow the next.
     */
    static List<DocumentText> split(String file) {
        List<DocumentText> documents = new ArrayList<>();
        int start = 0;
        int startLine = 1;
        int line = 1;
        int at = file.startsWith("\ufeff") ? 1 : 0;
        boolean content = false;
        start = at;
        while (at < file.length()) {
            int end = file.indexOf('\n', at);
            end = end < 0 ? file.length() : end + 1;
            if (isMarker(file, at) && at > start) {
                if (content) {
                    documents.add(new DocumentText(startLine, file.substring(start, at)));
                }
                start = at;
                startLine = line;
                content = false;
            }
            content |= hasContent(file, at, end);
            at = end;
            line++;
        }
        if (content) {
            documents.add(new DocumentText(startLine, file.substring(start)));
        }
        return documents;
    }

    private static boolean isMarker(String text, int at) {
        return text.startsWith("---", at) && (at + 3 == text.length() || isBlank(text.charAt(at + 3)));
    }

    private static boolean hasContent(String text, int from, int to) {
        int at = isMarker(text, from) ? from + 3 : from;
        while (at < to && isBlank(text.charAt(at))) {
            at++;
        }
        // directives belong to the document that follows, "..." ends one
        return at < to && text.charAt(at) != '#' && text.charAt(from) != '%' && !text.startsWith("...", from);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }
}
