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

    /// The style sheet has classes for text in so many columns.
    private static final int STYLED = 12;

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

    /// Whether every row of another stands here too, its cells under the same titles.
    boolean shows(Table other) {
        List<Integer> columns = new ArrayList<>();
        for (String title : other.head) {
            // A title may stand several times: each is one of the columns.
            IntStream.range(0, head.size())
                    .filter(c -> head.get(c).equals(title) && !columns.contains(c))
                    .findFirst()
                    .ifPresent(columns::add);
        }
        return columns.size() == other.head.size()
                && other.rows.stream()
                        .allMatch(row -> rows.stream()
                                .anyMatch(own -> own.label.equals(row.label)
                                        && IntStream.range(1, columns.size())
                                                .allMatch(c -> own.cells
                                                        .get(columns.get(c) - 1)
                                                        .equals(row.cells.get(c - 1)))));
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
            titles.add(Element.of("th", head.get(column)).with("scope", "col"));
        }
        Element body = Element.of("tbody");
        rows.forEach(row -> body.add(labels.contains(row.label()) ? html(row).in(classes) : html(row)));
        return Element.of("div")
                .in("scroll")
                .with("tabindex", "0")
                .add(styled().add(Element.of("thead").add(titles), body));
    }

    /// A page has thousands of cells: the table says which columns are text, `t2` the second, and numbers are the rule.
    private Element styled() {
        String classes = IntStream.range(1, Math.min(head.size(), STYLED))
                .filter(column -> kind(column).equals(TEXT))
                .mapToObj(column -> "t" + (column + 1))
                .collect(Collectors.joining(" "));
        return classes.isEmpty() ? Element.of("table") : Element.of("table").in(classes);
    }

    /// `text` or `number`: what the column holds.
    private String kind(int column) {
        return column == 0
                        || rows.stream().allMatch(r -> r.cells().get(column - 1).textual())
                ? TEXT
                : "number";
    }

    private Element html(Row row) {
        Element title = Element.of("th", row.label());
        Element line = Element.of("tr")
                .add(row.mark() == null ? title : title.in(row.mark().swatch()));
        for (int column = 1; column <= row.cells().size(); column++) {
            Element cell = row.cells().get(column - 1).fill(Element.of("td"));
            line.add(column >= STYLED && kind(column).equals(TEXT) ? cell.in(TEXT) : cell);
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
