package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Matched;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What each method kept, a line each: seeds as ticks, their mean as a mark, the deviation as a bar.
final class KeptPlot {
    private static final double WIDTH = 560;
    private static final double LEFT = 8;
    private static final double RIGHT = 552;
    private static final double ROW = 38;
    /// Of a row, where its line is.
    private static final double MIDDLE = 26;

    private KeptPlot() {}

    /// @return empty if of no method is known what it kept
    static Optional<Element> of(Comparison comparison, Matched matched) {
        Results results = comparison.results();
        List<Group> groups = matched.chosen().stream()
                .filter(g -> matched.reported().kept(results, g).isPresent())
                .toList();
        if (groups.isEmpty()) {
            return Optional.empty();
        }
        List<Double> values = new ArrayList<>(List.of(0.0, 1.0));
        groups.forEach(
                g -> values.addAll(ends(matched.reported().kept(results, g).orElseThrow())));
        Scale scale = Scale.of(values, 5, LEFT + 16, RIGHT - 16);
        double bottom = ROW * groups.size() + 4;
        Element svg = Svg.figure(WIDTH, bottom + 40, "what each method kept of the earlier tasks")
                .in("chart kept");
        Element texts = Element.of("g").in("tick").with("text-anchor", "middle");
        StringBuilder grid = new StringBuilder();
        for (double tick : scale.ticks()) {
            grid.append(Svg.format("M%s 0V%s", scale.at(tick), bottom));
            texts.add(Svg.text(scale.at(tick), bottom + 15, NumberFormat.SHARE.tick(tick)));
        }
        svg.add(Svg.path(grid.toString()).in("grid"), texts);
        svg.add(Svg.text((LEFT + RIGHT) / 2, bottom + 34, "middle", "kept of the earlier tasks, better →")
                .in("axis"));
        StringBuilder tracks = new StringBuilder();
        for (int i = 0; i < groups.size(); i++) {
            tracks.append(Svg.format("M%s %sH%s", LEFT, i * ROW + MIDDLE, RIGHT));
        }
        svg.add(Svg.path(tracks.toString()).in("track"));
        for (int i = 0; i < groups.size(); i++) {
            svg.add(row(comparison, matched, groups.get(i), scale, i * ROW));
        }
        return Optional.of(svg);
    }

    private static List<Double> ends(Spread spread) {
        double deviation = spread.deviation().orElse(0);
        return List.of(spread.mean() - deviation, spread.mean() + deviation, spread.worst());
    }

    private static Element row(Comparison comparison, Matched matched, Group group, Scale scale, double top) {
        Results results = comparison.results();
        MethodMarks.Mark mark = comparison.look().of(group.method());
        Spread kept = matched.reported().kept(results, group).orElseThrow();
        String words = Text.format(
                "%s: %s",
                group.method(),
                Cell.spread(Optional.of(kept), NumberFormat.SHARE).plain());
        double y = top + MIDDLE;
        double deviation = kept.deviation().orElse(0);
        List<Double> seeds = group.runs().stream()
                .map(run -> results.matrix(
                        run, matched.reported().figure(), matched.reported().split()))
                .flatMap(matrix -> matrix.keptEarlier().stream().boxed())
                .toList();
        String ticks = seeds.stream()
                .map(seed -> Svg.format("M%s %sv12", scale.at(seed), y - 6))
                .collect(Collectors.joining());
        String bar = Svg.format("M%s %sH%s", scale.at(kept.mean() - deviation), y, scale.at(kept.mean() + deviation));
        return Element.of("g")
                .in("mark c" + mark.colour())
                .with("data-value", kept.mean())
                .add(
                        Svg.text(LEFT, top + 13, words).in("label"),
                        Svg.path(bar).in("bar"),
                        Svg.path(ticks).in("seed").with("data-values", seeds),
                        mark.bare(scale.at(kept.mean()), y, 5.5));
    }
}
