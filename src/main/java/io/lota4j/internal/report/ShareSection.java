package io.lota4j.internal.report;

import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where in the model a mask's weights lie.
final class ShareSection {
    private final Comparison comparison;

    private ShareSection(Comparison comparison) {
        this.comparison = comparison;
    }

    static Optional<Element> of(Comparison comparison) {
        ShareSection made = new ShareSection(comparison);
        Section section = new Section("shares", "Where masks lie")
                .note("Density of a mask in each matrix beside its density in all of them (1×), mean over seeds.");
        List<LayerMap.Titled> maps = new ArrayList<>();
        for (Group group : comparison.sequences().stream()
                .flatMap(s -> s.selection().chosen().stream())
                .toList()) {
            for (int stage = 1; stage <= group.order().size(); stage++) {
                Element title = Section.named(comparison.look(), group.method(), "span")
                        .text(": " + group.order().get(stage - 1));
                LayerMap.of(made.densities(group, stage))
                        .ifPresent(map -> maps.add(new LayerMap.Titled(
                                title, group.runs().getFirst().protection() == null, map)));
            }
        }
        if (!maps.isEmpty()) {
            LayerMap.panels(maps, "mask by layer", Figure.MASK_SHARE, NumberFormat.FACTOR::text)
                    .forEach(section::add);
        }
        return section.html();
    }

    /// By part: its density over that of all parts.
    private Map<String, Double> densities(Group group, int stage) {
        Map<String, Double> sums = new LinkedHashMap<>();
        int runs = 0;
        for (Run run : group.runs()) {
            List<Metric> parts = parts(run, stage);
            double trained = parts.stream().mapToDouble(p -> p.value() * p.n()).sum();
            if (trained == 0) {
                continue;
            }
            double density = trained / parts.stream().mapToDouble(Metric::n).sum();
            runs++;
            for (Metric part : parts) {
                sums.merge(String.valueOf(part.where().part()), part.value() / density, Double::sum);
            }
        }
        double count = runs;
        sums.replaceAll((part, sum) -> sum / count);
        return sums;
    }

    private List<Metric> parts(Run run, int stage) {
        return comparison.results().of(run.name(), Figure.MASK_SHARE).stream()
                .filter(m -> m.where().stage() == stage && m.where().part() != null && m.n() > 0)
                .toList();
    }
}
