package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Matched;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// What each method kept, a line each: seeds as ticks, their mean as a mark, the deviation as a bar.
final class KeptPlot {
    private static final double WIDTH = 560;
    private static final double LEFT = 8;
    private static final double RIGHT = 552;
    private static final double ROW = 38;

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
        for (double tick : scale.ticks()) {
            svg.add(Svg.line(scale.at(tick), 0, scale.at(tick), bottom).in("grid"));
            svg.add(Svg.text(scale.at(tick), bottom + 15, "middle", NumberFormat.SHARE.tick(tick))
                    .in("tick"));
        }
        svg.add(Svg.text((LEFT + RIGHT) / 2, bottom + 34, "middle", "kept of the earlier tasks, better →")
                .in("axis"));
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
        double y = top + 26;
        Element row = Element.of("g").with("data-value", kept.mean()).add(Svg.title(words));
        row.add(Svg.line(LEFT, y, RIGHT, y).in("track"));
        row.add(Svg.text(LEFT, top + 13, "start", words).in("label"));
        double deviation = kept.deviation().orElse(0);
        row.add(Svg.line(scale.at(kept.mean() - deviation), y, scale.at(kept.mean() + deviation), y)
                .in("bar c" + mark.colour()));
        for (var run : group.runs()) {
            OptionalDouble one = results.matrix(
                            run, matched.reported().figure(), matched.reported().split())
                    .keptEarlier();
            one.ifPresent(v -> row.add(Svg.line(scale.at(v), y - 6, scale.at(v), y + 6)
                    .in("seed c" + mark.colour())
                    .with("data-value", v)));
        }
        return row.add(mark.at(scale.at(kept.mean()), y, 5.5));
    }
}
