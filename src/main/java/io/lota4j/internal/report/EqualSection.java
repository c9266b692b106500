package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.RunFile.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What was the same for all methods and what was not.
final class EqualSection {
    private static final String NONE = "–";

    private final Comparison comparison;
    private final Map<String, List<Run>> methods = new LinkedHashMap<>();
    private final Set<String> keys = new LinkedHashSet<>();

    private EqualSection(Comparison comparison) {
        this.comparison = comparison;
        for (Run run : comparison.results().file().runs()) {
            methods.computeIfAbsent(run.method(), m -> new ArrayList<>()).add(run);
            keys.addAll(run.settings().keySet());
        }
    }

    static Optional<Element> of(Comparison comparison) {
        if (comparison.results().file().runs().isEmpty()) {
            // Figures of one command, such as a detector's: nothing was taught and nothing compared.
            return Optional.empty();
        }
        EqualSection made = new EqualSection(comparison);
        Section section = new Section("equal", "What was held equal, and what was not");
        List<String> equal = comparison.results().file().equal();
        if (!equal.isEmpty()) {
            Element list = Element.of("ul");
            equal.forEach(line -> list.add(Element.of("li", line)));
            section.add(Element.of("p", "By the recipe's choice the baselines were made equal in:"))
                    .add(list);
        }
        made.same().ifPresent(section::add);
        section.add(Element.of("p", "What differs, as far as settings say it (–: has no such setting):"));
        return section.add(made.differing().html()).html();
    }

    private Set<String> values(String method, String key) {
        Set<String> values = new LinkedHashSet<>();
        for (Run run : methods.getOrDefault(method, List.of())) {
            values.add(run.settings().getOrDefault(key, NONE));
        }
        return values;
    }

    /// Whether all runs have one value, but merges, which train nothing and may have none.
    private boolean same(String key) {
        Set<String> trained = new LinkedHashSet<>();
        Set<String> all = new LinkedHashSet<>();
        methods.forEach((method, runs) -> {
            all.addAll(values(method, key));
            if (!runs.getFirst().kind().equals("merge")) {
                trained.addAll(values(method, key));
            }
        });
        all.remove(NONE);
        return trained.size() == 1 && all.equals(trained);
    }

    private Optional<Element> same() {
        List<String> lines = keys.stream()
                .filter(this::same)
                .map(key -> Text.format(
                        "%s %s",
                        key, String.join("", values(methods.keySet().iterator().next(), key))))
                .toList();
        return lines.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        Element.of("p", Text.format("Settings that all runs share: %s.", String.join(", ", lines))));
    }

    private Table differing() {
        List<String> special = keys.stream().filter(key -> !same(key)).toList();
        List<String> head = new ArrayList<>(List.of("method", "kind", "sparsity", "learning rates", "seeds"));
        head.addAll(special);
        List<Table.Row> rows = new ArrayList<>();
        methods.forEach((method, runs) -> {
            List<Cell> cells = new ArrayList<>(common(runs));
            special.forEach(key -> cells.add(Cell.text(String.join(" / ", values(method, key)))));
            rows.add(new Table.Row(method, comparison.look().of(method), cells));
        });
        return new Table(head, rows).withoutEmptyColumns();
    }

    private static List<Cell> common(List<Run> runs) {
        Run first = runs.getFirst();
        Set<Double> rates = new TreeSet<>();
        Set<Long> seeds = new TreeSet<>();
        runs.forEach(run -> {
            rates.add(run.lr());
            seeds.add(run.seed());
        });
        return List.of(
                Cell.text(first.kind()),
                first.sparsity() == null ? new Cell(List.of()) : Cell.number(first.sparsity(), NumberFormat.SHARE),
                Cell.text(String.join(
                        ", ", rates.stream().map(NumberFormat.RATE::text).toList())),
                Cell.text(String.join(", ", seeds.stream().map(String::valueOf).toList())));
    }
}
