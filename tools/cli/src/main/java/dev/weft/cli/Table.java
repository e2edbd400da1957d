package dev.weft.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Columns as wide as their widest cell, two spaces apart, as kubectl has them. */
final class Table {
    private record Cell(String text, Style style) {}

    private final List<String> header;
    private final List<List<Cell>> rows = new ArrayList<>();

    Table(String... header) {
        this.header = List.of(header);
    }

    /** Starts a row; fill it with {@link Row#add}. */
    Row row() {
        List<Cell> cells = new ArrayList<>();
        rows.add(cells);
        return new Row(cells);
    }

    /** One row under construction. */
    static final class Row {
        private final List<Cell> cells;

        private Row(List<Cell> cells) {
            this.cells = cells;
        }

        Row add(String text) {
            return add(text, Style.PLAIN);
        }

        Row add(String text, Style style) {
            cells.add(new Cell(text.isEmpty() ? "-" : text, style));
            return this;
        }
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    void print(PrintWriter out) {
        int[] widths = new int[header.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = header.get(i).length();
            for (List<Cell> row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).text().length());
            }
        }
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            append(line, header.get(i), Style.BOLD, widths[i], i == widths.length - 1);
        }
        out.println(line);
        for (List<Cell> row : rows) {
            line.setLength(0);
            for (int i = 0; i < widths.length; i++) {
                append(line, row.get(i).text(), row.get(i).style(), widths[i], i == widths.length - 1);
            }
            out.println(line);
        }
    }

    private static void append(StringBuilder line, String text, Style style, int width, boolean last) {
        line.append(style.paint(text));
        if (!last) {
            line.repeat(' ', width - text.length() + 2);
        }
    }
}
