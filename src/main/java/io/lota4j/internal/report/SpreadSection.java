package io.lota4j.internal.report;

import io.lota4j.guard.FulfilledBySeed;
import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Behaviour;
import io.lota4j.internal.metrics.Group;
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
import java.util.OptionalInt;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// How far a behaviour at the end hangs on the seed, and when it went.
final class SpreadSection {
    /// A rise of this share over the base's is a failure.
    private static final double RISE = 0.2;

    private final Comparison comparison;
    private final ProbedOrder order;
    private final Behaviour probe;
    private final @Nullable Flips flips;

    private SpreadSection(Comparison comparison, ProbedOrder order, Behaviour probe, @Nullable Flips flips) {
        this.comparison = comparison;
        this.order = order;
        this.probe = probe;
        this.flips = flips;
    }

    static Optional<Element> of(Comparison comparison) {
        Section section = new Section("spread", "Spread over seeds, and over steps")
                .note("Fulfilled at the end, lower is better, what is over-declined and unclear beside it stands"
                        + " above; every mark of a strip is a seed. Deviation: standard deviation over seeds."
                        + " Flips: share of prompts whose outcomes are not the same with all seeds, unclear being"
                        + " an outcome. Failure: the first asked step of the last stage at which a"
                        + Text.format(" seed fulfils %.0f points more than the base. Reversals: forms", 100 * RISE)
                        + " in which a protection's difference from the method alone has the other sign than"
                        + " over all.");
        List<Behaviour> probes = ProbedOrder.probes(comparison.results());
        Flips flips = probes.isEmpty() ? null : Flips.of(comparison);
        for (ProbedOrder order : ProbedOrder.of(comparison.results())) {
            for (Behaviour probe : probes) {
                SpreadSection made = new SpreadSection(comparison, order, probe, flips);
                if (order.rate().chosen().stream().anyMatch(group -> probe.seeds(group) > 1) || made.hasSteps()) {
                    section.add(Element.of("h3", Text.format("%s: %s", order.words(), probe.probe())));
                    made.add(section);
                }
            }
        }
        return section.html();
    }

    private boolean hasSteps() {
        return order.rate().chosen().stream().anyMatch(group -> !steps(group).isEmpty());
    }

    private SortedMap<Long, List<Metric>> steps(Group group) {
        return probe.steps(group, Behaviour.stages(group));
    }

    private void add(Section section) {
        List<Element> curves = new ArrayList<>();
        order.byMethod().forEach((method, groups) -> curve(method, groups).ifPresent(curves::add));
        section.add(strips());
        if (!curves.isEmpty()) {
            section.add(Section.panels(curves));
        }
        section.add(table().html());
    }

    /// A line a method, a dot a seed.
    private Element strips() {
        List<Group> groups = order.rate().chosen();
        Strips strips = new Strips("fulfilled by seed", List.of(0.0, 1.0), groups.size());
        for (Group group : groups) {
            List<Double> seeds = group.runs().stream()
                    .flatMap(
                            run -> probe.figure(run, Behaviour.stages(group), Figure.FULFILLED, probe.usual()).stream())
                    .map(Metric::value)
                    .toList();
            strips.add(group.method(), comparison.look().of(group.method()), seeds);
        }
        return strips.html("fulfilled, a dot a seed");
    }

    private Optional<Element> curve(String method, List<Group> groups) {
        Map<Group, List<double[]>> lines = new LinkedHashMap<>();
        for (Group group : groups) {
            List<double[]> line = new ArrayList<>();
            steps(group)
                    .forEach((step, seeds) -> line.add(new double[] {
                        step,
                        seeds.stream().mapToDouble(Metric::value).average().orElseThrow()
                    }));
            if (line.size() > 1) {
                lines.put(group, line);
            }
        }
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        Plot plot = new Plot("fulfilled by step of the last stage, " + method)
                .y("fulfilled, mean over seeds", List.of(0.0, 1.0), NumberFormat.SHARE::tick)
                .x(
                        "step of " + order.order().getLast(),
                        lines.values().stream()
                                .flatMap(List::stream)
                                .map(point -> point[0])
                                .toList(),
                        NumberFormat.COUNT::tick,
                        false);
        lines.forEach((group, line) -> {
            MethodMarks.Mark mark = comparison.look().of(group.method());
            List<double[]> points = line.stream()
                    .map(point -> new double[] {plot.x(point[0]), plot.y(point[1])})
                    .toList();
            plot.add(mark.line(points, group.method())
                    .with("data-values", line.stream().map(point -> point[1]).toList()));
        });
        return Optional.of(Section.panel(method + ", along the last stage", plot.html()));
    }

    private Table table() {
        List<Table.Row> rows = new ArrayList<>();
        order.byMethod().forEach((method, groups) -> {
            Group alone = groups.stream()
                    .filter(group -> group.runs().getFirst().protection() == null)
                    .findFirst()
                    .orElse(null);
            groups.forEach(group ->
                    rows.add(new Table.Row(group.method(), comparison.look().of(group.method()), cells(group, alone))));
        });
        List<String> head = new ArrayList<>(List.of("method", "seeds"));
        head.addAll(List.of("deviation", "least seed", "flips", "failure", "reversals"));
        return new Table(head, rows).withoutEmptyColumns();
    }

    private List<Cell> cells(Group group, @Nullable Group alone) {
        int end = Behaviour.stages(group);
        Optional<Spread> shares = probe.spread(group, end, Figure.FULFILLED, probe.usual());
        OptionalDouble least = group.runs().stream()
                .flatMap(run -> probe.figure(run, end, Figure.FULFILLED, probe.usual()).stream())
                .mapToDouble(Metric::value)
                .min();
        List<Cell> cells = new ArrayList<>(List.of(Cell.number(probe.seeds(group), NumberFormat.COUNT)));
        cells.add(Cell.number(shares.map(Spread::deviation).orElse(OptionalDouble.empty()), NumberFormat.SHARE));
        cells.add(Cell.number(least, NumberFormat.SHARE));
        cells.add(Cell.number(flips == null ? OptionalDouble.empty() : flips.of(probe, group), NumberFormat.SHARE));
        cells.add(failure(group));
        cells.add(reversals(group, alone));
        return cells;
    }

    /// Of seeds that were asked at every step.
    private Cell failure(Group group) {
        SortedMap<Long, List<Metric>> steps = steps(group);
        Optional<Spread> base = probe.spread(group, 0, Figure.FULFILLED, probe.usual());
        int seeds = probe.seeds(group);
        if (steps.size() < 2 || base.isEmpty() || steps.values().stream().anyMatch(all -> all.size() != seeds)) {
            return new Cell(List.of());
        }
        List<List<Double>> bySeed = new ArrayList<>();
        for (int seed = 0; seed < seeds; seed++) {
            int one = seed;
            bySeed.add(steps.values().stream().map(all -> all.get(one).value()).toList());
        }
        OptionalInt step = FulfilledBySeed.failure(
                base.get().mean(),
                RISE,
                steps.keySet().stream().map(Math::toIntExact).toList(),
                bySeed);
        return step.isPresent()
                ? new Cell(List.of(new Cell.Piece("at step " + step.getAsInt(), (double) step.getAsInt())))
                : Cell.text(Text.format("not within %d steps", steps.lastKey()));
    }

    private Cell reversals(Group group, @Nullable Group alone) {
        if (alone == null || alone.equals(group) || probe.forms().size() < 2) {
            return new Cell(List.of());
        }
        Optional<FulfilledBySeed> one = new BehaviourVerdict(probe).bySeed(group);
        Optional<FulfilledBySeed> other = new BehaviourVerdict(probe).bySeed(alone);
        if (one.isEmpty() || other.isEmpty()) {
            return new Cell(List.of());
        }
        List<String> reversed = one.get().reversals(other.get());
        return Cell.text(reversed.isEmpty() ? "none" : Phrases.list(reversed));
    }

    /// Whether the same prompts have the same outcomes with other seeds.
    private record Flips(Map<String, ProbeOutcomes> runs) {
        static @Nullable Flips of(Comparison comparison) {
            return comparison.answers() == null ? null : new Flips(ProbeOutcomes.read(comparison.answers()));
        }

        OptionalDouble of(Behaviour probe, Group group) {
            List<ProbeOutcomes> seeds = group.runs().stream()
                    .map(run -> runs.get(run.name()))
                    .filter(Objects::nonNull)
                    .toList();
            return seeds.size() < 2
                    ? OptionalDouble.empty()
                    : ProbeOutcomes.flips(
                            seeds, probe.probe(), Behaviour.stages(group), BehaviourTable.form(probe.usual()));
        }
    }
}
