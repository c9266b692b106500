package io.lota4j.internal.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A table, for HTML and for Markdown.
///
/// @param head a title for every column
/// @param rows each with as many cells as there are titles but the first
record Table(List<String> head, List<Row> rows) {
    private static final String TEXT = "text";

    /// @param label the row's title
    /// @param mark its method's colour and shape, or null
    record Row(String label, MethodMarks.@Nullable Mark mark, List<Cell> cells) {}

    /// Without the columns in which nothing is known.
    Table withoutEmptyColumns() {
        List<Integer> kept = IntStream.range(1, head.size())
                .filter(c -> rows.stream().anyMatch(r -> r.cells().get(c - 1).known()))
                .boxed()
                .toList();
        List<String> titles = new ArrayList<>(List.of(head.getFirst()));
        kept.forEach(c -> titles.add(head.get(c)));
        return new Table(
                titles,
                rows.stream()
                        .map(r -> new Row(
                                r.label(),
                                r.mark(),
                                kept.stream().map(c -> r.cells().get(c - 1)).toList()))
                        .toList());
    }

    /// A table that scrolls sideways where it is too wide.
    Element html() {
        return html(List.of(), "");
    }

    /// The same with some rows in a CSS class.
    ///
    /// @param labels of these rows
    Element html(List<String> labels, String classes) {
        Element titles = Element.of("tr");
        for (int column = 0; column < head.size(); column++) {
            titles.add(Element.of("th", head.get(column)).in(kind(column)).with("scope", "col"));
        }
        Element body = Element.of("tbody");
        rows.forEach(row -> body.add(labels.contains(row.label()) ? html(row).in(classes) : html(row)));
        return Element.of("div")
                .in("scroll")
                .with("tabindex", "0")
                .add(Element.of("table").add(Element.of("thead").add(titles), body));
    }

    /// `text` or `number`: what the column holds.
    private String kind(int column) {
        return column == 0
                        || rows.stream().allMatch(r -> r.cells().get(column - 1).textual())
                ? TEXT
                : "number";
    }

    private Element html(Row row) {
        Element title = Element.of("th").with("scope", "row");
        if (row.mark() != null) {
            title.add(row.mark().swatch());
        }
        Element line = Element.of("tr").add(title.text(row.label()));
        for (int column = 1; column <= row.cells().size(); column++) {
            Element cell = row.cells().get(column - 1).fill(Element.of("td"));
            // Numbers are the rule: a page has thousands of cells.
            line.add(kind(column).equals(TEXT) ? cell.in(TEXT) : cell);
        }
        return line;
    }

    String markdown() {
        StringBuilder out = new StringBuilder();
        line(out, head);
        line(
                out,
                IntStream.range(0, head.size())
                        .mapToObj(c -> c == 0 ? "---" : "---:")
                        .toList());
        for (Row row : rows) {
            List<String> cells = new ArrayList<>(List.of(row.label()));
            row.cells().forEach(cell -> cells.add(cell.plain()));
            line(out, cells);
        }
        return out.toString();
    }

    private static void line(StringBuilder out, List<String> cells) {
        out.append(cells.stream().map(Table::escape).collect(Collectors.joining(" | ", "| ", " |\n")));
    }

    /// Text that Markdown takes as it is.
    static String escape(String text) {
        return text.replaceAll("[\\s\\p{Cntrl}]+", " ").replaceAll("([\\\\|`*_\\[\\]<>])", "\\\\$1");
    }
}
