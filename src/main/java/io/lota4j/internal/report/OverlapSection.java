package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// How far the masks of two tasks are the same, in all and by layer and kind of matrix.
final class OverlapSection {
    private final Comparison comparison;
    private final Map<Pair, Group> pairs = new LinkedHashMap<>();

    /// A stage's task and an earlier one, of one method.
    private record Pair(
            List<String> order,
            String method,
            @Nullable String task,
            @Nullable String other) {
        String words() {
            return Text.format("%s and %s", other, task);
        }
    }

    private OverlapSection(Comparison comparison) {
        this.comparison = comparison;
        for (Sequence sequence : comparison.sequences()) {
            for (Group group : sequence.selection().chosen()) {
                group.runs().forEach(run -> figures(run).forEach(m -> pairs.putIfAbsent(pair(group, m), group)));
            }
        }
    }

    static Optional<Element> of(Comparison comparison) {
        OverlapSection made = new OverlapSection(comparison);
        if (made.pairs.isEmpty()) {
            return Optional.empty();
        }
        Section section = new Section("overlap", "Where masks overlap")
                .note("Overlap: weights in both of two tasks' masks as a share of those in either, mean over seeds."
                        + " Beside it what two random masks of that size would have.");
        section.add(made.table().html());
        made.maps(section);
        return section.html();
    }

    private List<Metric> figures(Run run) {
        return comparison.results().of(run.name(), Figure.OVERLAP);
    }

    private static Pair pair(Group group, Metric metric) {
        return new Pair(
                group.order(),
                group.method(),
                metric.where().task(),
                metric.where().other());
    }

    private Table table() {
        List<Table.Row> rows = new ArrayList<>();
        pairs.forEach((pair, group) -> {
            List<Cell> cells = new ArrayList<>();
            cells.add(Cell.text(pair.words()));
            cells.add(Cell.spread(total(pair, group), NumberFormat.SHARE));
            cells.add(Cell.number(random(group), NumberFormat.SHARE));
            cells.add(Cell.mean(changed(pair, group), NumberFormat.COUNT));
            rows.add(new Table.Row(label(pair), comparison.look().of(pair.method()), cells));
        });
        List<String> head =
                List.of("method", "tasks", "overlap", "random masks", "weights of earlier tasks that changed");
        return new Table(head, rows).withoutEmptyColumns();
    }

    private String label(Pair pair) {
        return comparison.severalOrders()
                ? Text.format("%s (%s)", pair.method(), String.join(", ", pair.order()))
                : pair.method();
    }

    private Optional<Spread> total(Pair pair, Group group) {
        return group.spread(
                Figure.OVERLAP.direction(),
                run -> figures(run).stream()
                        .filter(m -> m.where().part() == null && pair(group, m).equals(pair))
                        .mapToDouble(Metric::value)
                        .findFirst());
    }

    /// d / (2 - d) for the density d.
    private static OptionalDouble random(Group group) {
        Double sparsity = group.runs().getFirst().sparsity();
        return sparsity == null ? OptionalDouble.empty() : OptionalDouble.of((1 - sparsity) / (1 + sparsity));
    }

    private Optional<Spread> changed(Pair pair, Group group) {
        return group.spread(
                Figure.CHANGED_EARLIER.direction(),
                run -> comparison.results().of(run.name(), Figure.CHANGED_EARLIER).stream()
                        .filter(m -> m.where().part() == null
                                && m.where().stage() == pair.order().indexOf(pair.task()) + 1)
                        .mapToDouble(Metric::value)
                        .max());
    }

    private void maps(Section section) {
        List<LayerMap.Titled> maps = new ArrayList<>();
        pairs.forEach((pair, group) -> LayerMap.of(parts(pair, group))
                .filter(m -> m.max() > 0)
                .ifPresent(m -> maps.add(new LayerMap.Titled(
                        Section.named(comparison.look(), pair.method(), "span").text(": " + pair.words()),
                        group.runs().getFirst().protection() == null,
                        m))));
        if (!maps.isEmpty()) {
            section.add(Element.of("h3", "By layer and kind of matrix"));
            LayerMap.panels(maps, "overlap of masks by layer", Figure.OVERLAP, NumberFormat.SHARE::text)
                    .forEach(section::add);
        }
    }

    private Map<String, Double> parts(Pair pair, Group group) {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        for (Run run : group.runs()) {
            figures(run).stream()
                    .filter(m -> m.where().part() != null && pair(group, m).equals(pair))
                    .forEach(m -> values.computeIfAbsent(
                                    Objects.requireNonNull(m.where().part()), p -> new ArrayList<>())
                            .add(m.value()));
        }
        Map<String, Double> means = new LinkedHashMap<>();
        values.forEach((part, all) -> means.put(
                part, all.stream().mapToDouble(Double::doubleValue).average().orElseThrow()));
        return means;
    }
}
